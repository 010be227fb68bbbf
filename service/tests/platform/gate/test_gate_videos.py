"""Videos at the gate: what is found in them, and from when to when; what is not looked at, and why."""

import json
import os
import subprocess
import sys
import threading
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from at_channels import Channels
from django.test import override_settings
from gate_films import (
    RATE,
    cut_and_mirrored,
    film,
    frames,
    known_film,
    known_moments,
    other_film,
)
from gate_pictures import entry, jpeg, pdq, sample
from gate_videos import moments_of_nobody, video_entry
from pytest_django import Settings as SettingsWrapper

from repit.foundation.clock import elapsed
from repit.platform.gate import readiness
from repit.platform.gate.content import InMemory
from repit.platform.gate.decoder.lanes import Lane, Worker
from repit.platform.gate.decoder.refusals import NotSeen
from repit.platform.gate.decoder.watching import Watching
from repit.platform.gate.inspection.question import BareHashes, LongFile, WholeFile
from repit.platform.gate.inspection.video_work import VideoWork
from repit.platform.gate.metrics import Metrics
from repit.platform.gate.policy_file import parse_policy
from repit.platform.gate.runtime import Gate
from repit.platform.gate.spool import Spool
from repit.platform.gate.verdict import Evidence, Verdict
from repit_engine.align import decide_video
from repit_engine.child.process import Child
from repit_engine.moments import moments_of
from repit_engine.video import open_video


def inspected(gate: Gate, content: bytes, channel: str = "check") -> Verdict:
    return gate.inspector.inspect(WholeFile(content, channel))


def test_a_cut_and_mirrored_copy_is_refused_and_the_verdict_says_from_when_to_when(gate: Gate) -> None:
    gate.index.apply(video_entry("v", known_moments()))
    verdict = inspected(gate, cut_and_mirrored())
    best = verdict.evidence[0]
    assert (verdict.outcome, verdict.rule, best.item, best.tier) == ("block", "known", "v", "altered")
    assert best.turned == "mirrored" and best.scenes >= 4 and best.duration == 8000 and not best.piece
    (segment,) = best.segments
    assert segment.upload is not None and segment.known is not None
    assert abs(segment.upload[0]) <= 500 and abs(segment.upload[1] - 8000) <= 500
    assert abs(segment.known[0] - 2000) <= 500 and abs(segment.known[1] - 10_000) <= 500
    assert segment.speed == pytest.approx(1.0, abs=0.02) and not segment.reversed
    assert verdict.explanation.en == "From 0:00 to 0:08, the video shows a known one."


def test_another_video_passes_and_is_counted_as_decided(gate: Gate) -> None:
    gate.index.apply(video_entry("v", known_moments()))
    verdict = inspected(gate, other_film())
    assert (verdict.outcome, verdict.rule, verdict.undecided) == ("allow", "no-match", None)


def test_a_withdrawn_video_passes_at_once(gate: Gate) -> None:
    gate.index.apply(video_entry("v", known_moments()))
    assert inspected(gate, cut_and_mirrored()).outcome == "block"
    gate.index.apply(video_entry("v", state="withdrawn"))
    verdict = inspected(gate, cut_and_mirrored())
    assert (verdict.outcome, verdict.rule) == ("allow", "not-opened")


def test_a_still_of_a_known_video_is_a_moment_of_it(gate: Gate) -> None:
    gate.index.apply(video_entry("v", known_moments()))
    moment = int(known_moments().begins[len(known_moments()) // 2])
    still = jpeg(frames()[moment * RATE // 1000], 80)
    verdict = inspected(gate, still)
    best = verdict.evidence[0]
    assert verdict.outcome == "block" and best.item == "v"
    (segment,) = best.segments
    assert segment.upload is None and segment.known is not None
    assert segment.known[0] <= moment <= segment.known[1] + 1000
    assert verdict.explanation.en == "The picture is a moment of a known video."


def test_a_known_picture_in_a_slide_show_is_refused_with_its_place(gate: Gate) -> None:
    picture = sample("rocket").crop((0, 0, 480, 360)).resize((320, 240))
    gate.index.apply(entry("p", pdq(jpeg(picture))), video_entry("v", known_moments()))
    shown = [*frames(("coffee",), 3.0), *[picture] * (3 * RATE), *frames(("chelsea",), 3.0)]
    verdict = inspected(gate, film(shown))
    found = next(evidence for evidence in verdict.evidence if evidence.item == "p")
    (segment,) = found.segments
    assert verdict.outcome == "block" and segment.known is None and segment.upload is not None
    assert 2500 <= segment.upload[0] <= 3500 and segment.upload[1] <= 6500


def test_hashes_of_a_video_that_is_elsewhere_are_enough(gate: Gate) -> None:
    gate.index.apply(video_entry("v", known_moments()))
    with open_video(film(frames()[3 * RATE : 9 * RATE], quality=32)) as video:
        moments = moments_of(video)
    verdict = gate.inspector.inspect(BareHashes((), "check", moments=moments))
    assert verdict.outcome == "block" and verdict.evidence[0].segments


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (known_film()[: len(known_film()) // 2], "damaged-video"),
        (b"\x1aE\xdf\xa3" + bytes(500), "damaged-video"),
    ],
)
def test_what_cannot_be_read_of_a_video_is_undecided_by_its_reason(
    gate: Gate, content: bytes, reason: str
) -> None:
    gate.index.apply(video_entry("v", known_moments()))
    verdict = inspected(gate, content)
    assert (verdict.outcome, verdict.undecided) == ("review", reason)
    with_pass = replace(gate.inspector, policy=replace(gate.policy, videos="allow"))
    assert with_pass.inspect(WholeFile(content, "check")).outcome == "allow"


def test_no_video_is_looked_at_where_none_is_known_or_that_is_switched_off(gate: Gate) -> None:
    gate.index.apply(entry("p", pdq(jpeg(sample()))))
    assert inspected(gate, known_film()).undecided == "film"
    gate.index.apply(video_entry("v", known_moments()))
    assert inspected(gate, known_film()).outcome == "block"
    off = replace(gate.inspector, videos=VideoWork("no"))
    assert off.inspect(WholeFile(known_film(), "check")).undecided == "film"


def test_a_policy_speaks_of_videos_that_cannot_be_decided_channel_by_channel(gate: Gate) -> None:
    gate.index.apply(video_entry("v", known_moments()))
    undecided = {"default": "review", "videos": "block", "video_channels": {"clamd": "allow"}}
    policy = parse_policy(json.dumps({"version": 1, "rules": [], "undecided": undecided}))
    inspector = replace(gate.inspector, policy=policy)
    damaged = known_film()[: len(known_film()) // 2]
    outcomes = {name: inspector.inspect(WholeFile(damaged, name)).outcome for name in ("check", "clamd")}
    assert outcomes == {"check": "block", "clamd": "allow"}
    assert (
        inspector.inspect(WholeFile(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "check")).outcome
        == "review"
    )


def test_what_a_decoder_says_becomes_no_label_of_its_own() -> None:
    metrics = Metrics()
    for reason in ("a word of a stranger", "damaged-video", None):
        metrics.watched(reason, 1.0)
    written = metrics.written().decode()
    assert "stranger" not in written
    for ended in ("other", "damaged-video", "seen"):
        assert f'repit_gate_video_seconds_count{{ended="{ended}"}} 1.0' in written


def test_a_known_video_is_refused_at_every_channel(gate: Gate, channels: Channels) -> None:
    gate.index.apply(video_entry("v", known_moments()))
    with override_settings(REPIT_GATE_VIDEO_WAIT_SECONDS=60):
        outcomes = {name: ask(cut_and_mirrored()) for name, ask in channels.all()}
    assert set(outcomes.values()) == {"block"}, outcomes


def test_a_video_too_long_for_memory_is_looked_at_from_the_spool(
    gate: Gate, tmp_path: Path, settings: SettingsWrapper
) -> None:
    settings.REPIT_GATE_MAX_BYTES = 20_000
    gate.admission.spool = Spool(tmp_path, 10**9)
    gate.index.apply(video_entry("v", known_moments()))
    with gate.admission.buffer("check") as upload:
        upload.write(cut_and_mirrored())
        question = upload.asked("check")
        assert isinstance(question, LongFile) and question.content is not None
        assert gate.inspector.inspect(question).outcome == "block"
    with gate.admission.buffer("check") as upload:
        upload.write(cut_and_mirrored())
        question = upload.asked("check")
        assert isinstance(question, LongFile)
        kept_nowhere = replace(question, content=None)
    verdict = gate.inspector.inspect(kept_nowhere)
    assert (verdict.outcome, verdict.undecided) == ("review", "video-too-large")


def test_pictures_are_answered_while_videos_keep_their_lane_busy(gate: Gate) -> None:
    gate.index.apply(video_entry("v", known_moments()), entry("p", pdq(jpeg(sample()))))
    go_on = threading.Event()

    class Waiting(InMemory):
        def read_at(self, offset: int, size: int) -> bytes:
            go_on.wait(60)
            return super().read_at(offset, size)

    def watch() -> None:
        with gate.pool.watch(Waiting(known_film()), 60) as tracks:
            list(tracks)

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        until = time.monotonic() + 30
        while not gate.pool.films_watched and time.monotonic() < until:
            time.sleep(0.01)
        assert gate.pool.films_watched == 1
        assert inspected(gate, jpeg(sample())).outcome == "block"
        busy = gate.inspector.until(elapsed() + 0.2).inspect(WholeFile(known_film(), "check"))
        assert busy.undecided == "video-busy"
    finally:
        go_on.set()
        watching.join()
    assert gate.pool.films_watched == 0


class _Surviving:
    """A decoder that was ended and whose pipes stay open: something else holds them."""

    films = Lane(1)
    number = 0

    def __init__(self) -> None:
        (into, mine), (out, theirs) = os.pipe(), os.pipe()
        self._held = [os.fdopen(into, "rb"), os.fdopen(theirs, "wb")]
        self._child = Child(self, os.fdopen(mine, "wb"), os.fdopen(out, "rb"))

    def gone(self) -> bool:
        return True

    def kill(self) -> None:
        pass

    def close(self) -> None:
        for pipe in self._held:
            pipe.close()

    def take(self, lane: Lane, sender: str, due: float) -> Worker:
        return Worker(self._child)

    def give_back(self, worker: Worker) -> None:
        worker.child.close()


def test_a_pipe_that_outlives_its_decoder_holds_nobody_beyond_the_time() -> None:
    watching = Watching(_Surviving(), InMemory(known_film()), 0.2, "")
    watching.begin()
    with pytest.raises(NotSeen) as unseen:
        list(watching)
    watching.stop()
    assert unseen.value.outcome.reason == "video-took-too-long"


@pytest.mark.parametrize(
    "rule", ["repit.platform.gate.films.decide_video", "repit.platform.gate.films.shown_in"]
)
def test_an_error_in_the_rule_for_videos_leaves_one_undecided_and_is_logged_by_its_class_alone(
    gate: Gate, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, rule: str
) -> None:
    gate.index.apply(video_entry("v", known_moments()), entry("p", pdq(jpeg(sample()))))
    monkeypatch.setattr(rule, fails)
    verdict = inspected(gate, other_film())
    assert (verdict.outcome, verdict.undecided) == ("review", "video-not-compared")
    bare = gate.inspector.inspect(BareHashes((), "check", moments=moments_of_nobody(5)))
    assert (bare.outcome, bare.undecided) == ("review", "video-not-compared")
    strict = replace(gate.inspector, policy=replace(gate.policy, videos="block"))
    assert strict.inspect(WholeFile(other_film(), "check")).outcome == "block"
    assert "ValueError" in caplog.text and "shown in it" not in caplog.text


def test_an_error_in_the_rule_for_stills_leaves_a_picture_undecided_and_what_pictures_say_stands(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate.index.apply(video_entry("v", known_moments()), entry("p", pdq(jpeg(sample()))))
    monkeypatch.setattr("repit.platform.gate.films.decide_still", fails)
    assert inspected(gate, jpeg(sample("rocket"))).undecided == "not-compared"
    assert inspected(gate, jpeg(sample())).outcome == "block"


def test_what_meets_more_than_can_be_compared_is_undecided_and_never_no_match(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate.index.apply(video_entry("v", known_moments()))
    monkeypatch.setattr("repit.platform.gate.films.decide_video", partial(decide_video, work=1))
    verdict = inspected(gate, cut_and_mirrored())
    assert (verdict.outcome, verdict.undecided) == ("review", "video-not-compared")


def fails(*_: object, **__: object) -> list[Evidence]:
    raise ValueError("what is shown in it")


def test_what_is_served_of_videos_is_told_to_monitoring_and_readiness(gate: Gate) -> None:
    gate.index.apply(video_entry("v", known_moments()))
    inspected(gate, cut_and_mirrored())
    report = readiness.report(gate)[1]["videos"]
    assert (report["items"], report["looked_at"], report["watched"]) == (1, True, 0)
    assert report["hashes"] == len(known_moments()) + len(known_moments().anchored) and report["bytes"] > 0
    assert readiness.present(gate)["videos_items"] == 1.0
    assert 'repit_gate_video_seconds_count{ended="seen"} ' in gate.inspector.metrics.written().decode()


_LOADED_LATE = """
import gc

import gate_films
from numba.core.registry import CPUDispatcher

from repit.platform.gate.decoder import answering, film_answering
from repit_engine.moments import asked_about, asked_of, moments_of
from repit_engine.video import open_video


def kernels():
    found = (each for each in gc.get_objects() if isinstance(each, CPUDispatcher))
    return {(each.py_func.__qualname__, str(kind)) for each in found for kind in each.signatures}


films = gate_films.known_film(), gate_films.cut_and_mirrored(), gate_films.other_film()
answering.warm_up()
film_answering.warm_up()
before = kernels()
for film in films:
    with open_video(film) as video:
        list(asked_of(video))
        asked_about(video, video.times)
    with open_video(film) as video:
        moments_of(video)
print(sorted(kernels() - before))
"""


def test_a_decoder_has_loaded_every_kernel_before_it_may_open_no_file() -> None:
    """Else each video would compile it anew: seven seconds of a processor."""
    here = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    done = subprocess.run(
        [sys.executable, "-c", _LOADED_LATE], capture_output=True, text=True, check=True, env=here
    )
    assert done.stdout.strip() == "[]"
