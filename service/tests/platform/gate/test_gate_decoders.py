"""Decoder children: crash, hang, bomb, nonsense, overload, and a parent that is killed."""

import os
import signal
import struct
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest
from gate_assembly import SCRIPTED
from gate_pictures import jpeg, sample
from odd_files import png
from odd_files.catalogue import DECOY, OTHER, SCENE

from repit.platform.gate.decoder.lanes import WAITING_EACH
from repit.platform.gate.decoder.pool import DecoderPool
from repit.platform.gate.decoder.refusals import NotSeen
from repit.platform.gate.errors import Overloaded
from repit_engine.anchors import QueryHashes, Stage, query_stages
from repit_engine.anchors import looks as known_looks
from repit_engine.child.process import MEMORY
from repit_engine.picture import Limits, open_picture
from repit_engine.types import NotHashable
from repit_engine.views import open_views

Seen = list[QueryHashes]

GENEROUS = Limits(seconds=30)
PARENT = """
import sys, time
from repit.platform.gate.decoder.pool import DecoderPool
pool = DecoderPool(2).start()
while pool.alive < pool.wanted:
    time.sleep(0.02)
print(*pool.process_ids, flush=True)
time.sleep(3600)
"""


def within(seconds: float, true: Callable[[], bool]) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if true():
            return True
        time.sleep(0.01)
    return False


@pytest.fixture
def scripted() -> Iterator[DecoderPool]:
    with DecoderPool(1, SCRIPTED) as pool:
        assert within(30, lambda: pool.alive == pool.wanted)
        yield pool


def look(
    pool: DecoderPool, content: bytes, limits: Limits, last: Stage = Stage.TURNED, sender: str = ""
) -> Seen | NotHashable:
    """All stages of all looks at an upload."""
    try:
        with pool.open(content, limits, last, sender) as looks:
            return [stage for stages in looks for stage in stages]
    except NotSeen as unseen:
        return unseen.outcome


def reason(outcome: Seen | NotHashable) -> str:
    assert isinstance(outcome, NotHashable)
    return outcome.reason


def bomb(width: int, height: int) -> bytes:
    """A PNG whose header declares more than anyone will decode."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


def test_a_child_sees_in_a_picture_what_the_engine_sees_stage_by_stage(decoders: DecoderPool) -> None:
    content = jpeg(sample())
    seen = look(decoders, content, GENEROUS)
    assert isinstance(seen, list)
    for there, here in zip(seen, query_stages(open_picture(content)), strict=True):
        for name in ("hashes", "rectangles", "kinds", "orientation", "stages"):
            assert np.array_equal(getattr(there, name), getattr(here, name))


def test_a_file_with_several_views_is_worth_a_glance_and_a_look_at_each(decoders: DecoderPool) -> None:
    content = png.animated([(DECOY, 900), (SCENE, 400), (OTHER, 900)])
    views = open_views(content)
    with decoders.open(content, GENEROUS) as looks:
        seen = [list(stages) for stages in looks]
    assert [len(stages) for stages in seen] == [2, 5, 5, 5]
    for there, here in zip(seen, known_looks(views), strict=True):
        for stage, other in zip(there, here.stages, strict=True):
            assert np.array_equal(stage.hashes, other.hashes)
    with decoders.open(content, GENEROUS, Stage.STANDARD) as looks:
        assert [len(list(stages)) for stages in looks] == [1, 1, 1, 1]


def test_a_look_may_be_left_for_the_next_and_all_for_another_upload(decoders: DecoderPool) -> None:
    content = png.animated([(DECOY, 900), (SCENE, 400), (OTHER, 900)])
    child = decoders.process_ids
    for wanted in range(1, 5):
        with decoders.open(content, GENEROUS) as looks:
            for _, stages in zip(range(wanted), looks, strict=False):
                next(stages)
    assert isinstance(look(decoders, jpeg(sample()), GENEROUS), list)
    assert decoders.process_ids == child


def test_word_of_what_was_not_looked_at_crosses_the_pipe(decoders: DecoderPool) -> None:
    with decoders.open(png.animated([(SCENE, 100), (DECOY, 100)]), replace(GENEROUS, frames=1)) as looks:
        for stages in looks:
            next(stages)
        assert looks.unseen == "too-many-frames"


def test_only_the_stages_that_are_asked_for_are_computed_and_the_child_goes_on(scripted: DecoderPool) -> None:
    child = scripted.process_ids
    for wanted in (0, 1, 2):
        with scripted.open(b"leave later" if wanted == 1 else b"fine", GENEROUS) as looks:
            stages = next(iter(looks))
            for _ in range(wanted):
                next(stages)
    assert isinstance(look(scripted, b"leave later", GENEROUS, Stage.STANDARD), list)
    assert scripted.process_ids == child


@pytest.mark.parametrize(
    "word",
    [
        b"nonsense",
        b"strange kind",
        b"strange refusal",
        b"far away",
        b"too many",
        b"long head",
        b"segfault later",
    ],
)
def test_a_child_that_says_what_no_honest_one_says_is_replaced(scripted: DecoderPool, word: bytes) -> None:
    before = scripted.process_ids
    assert reason(look(scripted, word, GENEROUS)) == "decoder-crashed"
    assert isinstance(look(scripted, b"fine", GENEROUS), list)
    assert len(set(before) & set(scripted.process_ids)) == len(before) - 1


def test_a_child_that_hangs_between_the_stages_is_ended_in_time(scripted: DecoderPool) -> None:
    assert reason(look(scripted, b"hang later", Limits(seconds=0.3))) == "decoder-hung"
    assert isinstance(look(scripted, b"fine", GENEROUS), list)


def test_whoever_fails_between_the_stages_leaves_no_child_in_the_middle(scripted: DecoderPool) -> None:
    with pytest.raises(ZeroDivisionError), scripted.open(b"fine", GENEROUS) as looks:
        next(next(iter(looks)))
        raise ZeroDivisionError
    assert isinstance(look(scripted, b"fine", GENEROUS), list)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "empty-file"),
        (b"just some text, no picture at all", "not-a-picture"),
        (bomb(60_000, 60_000), "too-many-pixels"),
        (jpeg(sample())[:700], "damaged-picture"),
    ],
)
def test_a_bad_file_is_refused_by_name(decoders: DecoderPool, content: bytes, expected: str) -> None:
    assert reason(look(decoders, content, GENEROUS)) == expected


def test_a_bomb_within_the_limits_neither_kills_the_gate_nor_lasts(decoders: DecoderPool) -> None:
    assert reason(look(decoders, bomb(10_000, 10_000), GENEROUS)) in ("damaged-picture", "too-much-memory")
    assert isinstance(look(decoders, jpeg(sample("coffee")), GENEROUS), list)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        (b"segfault", "decoder-crashed"),
        (b"leave", "decoder-crashed"),
        (b"hang", "decoder-hung"),
    ],
)
def test_a_failing_child_is_replaced_and_the_next_upload_is_looked_at(
    scripted: DecoderPool, word: bytes, expected: str
) -> None:
    before = scripted.process_ids
    assert reason(look(scripted, word, Limits(seconds=0.3 if word == b"hang" else 30))) == expected
    assert isinstance(look(scripted, b"fine", GENEROUS), list)
    (failed,) = set(before) - set(scripted.process_ids)
    assert within(30, lambda: not psutil.pid_exists(failed))
    assert within(30, lambda: scripted.alive == scripted.wanted)


def test_a_child_that_stops_reading_does_not_hold_its_caller(scripted: DecoderPool) -> None:
    for child in scripted.process_ids:
        os.kill(child, signal.SIGSTOP)
    assert reason(look(scripted, bytes(10_000_000), Limits(seconds=0.3))) == "decoder-hung"
    for child in scripted.process_ids:
        os.kill(child, signal.SIGCONT)
    assert isinstance(look(scripted, b"fine", GENEROUS), list)


def test_children_killed_while_they_idle_cost_no_upload_its_answer(scripted: DecoderPool) -> None:
    before = scripted.process_ids
    for child in before:
        psutil.Process(child).kill()
        assert within(30, lambda gone=child: not _lives(gone))  # type: ignore[misc]
    assert isinstance(look(scripted, b"fine", GENEROUS), list)
    assert within(30, lambda: scripted.alive == scripted.wanted)
    assert not set(before) & set(scripted.process_ids)


def test_a_new_child_is_a_copy_of_what_was_loaded_once(scripted: DecoderPool) -> None:
    (zygote,) = {psutil.Process(child).ppid() for child in scripted.process_ids}
    for _ in range(5):
        look(scripted, b"segfault", GENEROUS)
    assert within(30, lambda: scripted.alive == scripted.wanted)
    assert {psutil.Process(child).ppid() for child in scripted.process_ids} == {zygote}


def test_a_zygote_that_is_killed_is_started_again(scripted: DecoderPool) -> None:
    before = scripted.process_ids
    psutil.Process(psutil.Process(before[0]).ppid()).kill()
    assert within(30, lambda: not any(_lives(child) for child in before))
    assert within(60, lambda: scripted.alive == scripted.wanted)
    assert isinstance(look(scripted, b"fine", GENEROUS), list)


def test_a_process_that_runs_threads_is_not_copied() -> None:
    threaded = (
        "import threading, time; threading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n"
    )
    script = f"{threaded}from repit.platform.gate.decoder import zygote\nzygote.serve(print)"
    done = subprocess.run(
        [sys.executable, "-c", script], stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    assert done.returncode == 1
    assert b"runs threads" in done.stderr


def test_decoders_are_confined_by_the_kernel_and_hold_no_secret_and_no_socket(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("REPIT_DATABASE_URL", "postgres://repit:hunter2@db/repit")
    with DecoderPool(1) as pool:
        assert within(60, lambda: pool.alive == pool.wanted)
        assert isinstance(look(pool, jpeg(sample()), GENEROUS), list)
        times = {_limits(child)["Max cpu time"] for child in pool.process_ids}
        assert any(time.isdecimal() and int(time) < 3600 for time in times)  # of one that has looked
        for child in pool.process_ids:
            process = Path(f"/proc/{child}")
            status = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
            assert status["NoNewPrivs"].strip() == "1"
            assert status["Threads"].strip() == "1"
            limits = _limits(child)
            assert limits["Max file size"] == limits["Max core file size"] == "0"
            assert int(limits["Max address space"]) == MEMORY
            assert (process / "oom_score_adj").read_text().strip() == "800"
            assert b"hunter2" not in (process / "environ").read_bytes()
            held = [str(path.readlink()) for path in (process / "fd").iterdir()]
            assert not [handle for handle in held if handle.startswith("socket:")]


def _limits(process: int) -> dict[str, str]:
    lines = Path(f"/proc/{process}/limits").read_text().splitlines()
    return {line[:26].strip(): line[26:].split()[0] for line in lines}


def test_when_nobody_becomes_free_in_time_that_is_said(scripted: DecoderPool) -> None:
    slow = threading.Thread(target=look, args=(scripted, b"slow", GENEROUS))
    slow.start()
    assert within(5, lambda: scripted.quick.free == 0)
    assert reason(look(scripted, b"fine", Limits(seconds=0.02))) == "no-time"
    slow.join()


def test_a_full_queue_is_an_honest_refusal_and_soon_over(scripted: DecoderPool) -> None:
    outcomes: list[str] = []

    def send() -> None:
        try:
            outcomes.append(type(look(scripted, b"slow", GENEROUS)).__name__)
        except Overloaded:
            outcomes.append("overloaded")

    crowd = [threading.Thread(target=send) for _ in range(WAITING_EACH + 10)]
    for thread in crowd:
        thread.start()
    for thread in crowd:
        thread.join()
    assert set(outcomes) == {"list", "overloaded"}
    assert isinstance(look(scripted, b"fine", GENEROUS), list)


def test_who_would_wait_longer_than_they_have_is_turned_away_at_once(scripted: DecoderPool) -> None:
    for _ in range(20):
        look(scripted, b"slow", GENEROUS)
    with scripted.open(b"fine", GENEROUS) as looks:
        next(next(iter(looks)))
        with pytest.raises(Overloaded):
            look(scripted, b"fine", Limits(seconds=0.02))
        assert reason(look(scripted, b"fine", Limits(seconds=5 * scripted.quick.seconds))) == "no-time"
    look(scripted, b"fine", Limits(seconds=0.02))  # a free child is refused to nobody


def test_children_end_with_a_parent_that_is_killed() -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    children = [int(word) for word in parent.stdout.readline().split()]
    assert len(children) == 5
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert within(5, lambda: not any(_lives(child) for child in children))


def _lives(process: int) -> bool:
    try:
        return psutil.Process(process).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_a_command_that_never_starts_is_tried_ever_more_slowly() -> None:
    with DecoderPool(1, [sys.executable, "-c", "raise SystemExit(1)"]) as pool:
        assert within(20, lambda: pool.restarts >= 2)
        assert reason(look(pool, b"fine", Limits(seconds=0.05))) == "no-time"
        assert pool.alive == 0
