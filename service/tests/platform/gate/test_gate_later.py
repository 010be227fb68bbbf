"""Checks of videos over HTTP: segments in the answer; 202 and an address where it takes longer."""

import base64
import threading
from typing import Any

import pytest
from django.test import Client, override_settings
from gate_films import cut_and_mirrored, known_film, known_moments
from gate_videos import moments_of_nobody, video_entry

from repit.foundation.clock import elapsed
from repit.foundation.errors import NotFound
from repit.platform.gate import checks
from repit.platform.gate.errors import Overloaded
from repit.platform.gate.inspection.inspector import Inspector
from repit.platform.gate.inspection.video_work import VideoWork
from repit.platform.gate.runtime import Gate
from repit.platform.gate.verdict import NO_PICTURE, Verdict
from repit.platform.integrations.http_api import views
from repit_engine.moments import to_bytes
from repit_engine.moments.features import to_features
from repit_engine.vpdq import to_json, to_lines

KEY = {"HTTP_AUTHORIZATION": "Bearer one-key-of-sixteen-signs"}
OTHER = {"HTTP_AUTHORIZATION": "Bearer other-key-of-sixteen-signs"}
LATER = {"HTTP_PREFER": "respond-async, wait=0"}
WAITING = {"HTTP_PREFER": "wait=60"}


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Inspections wait for this."""
    go_on, inspect = threading.Event(), Inspector.inspect

    def late(self: Inspector, question: Any) -> Any:
        go_on.wait(60)
        return inspect(self, question)

    monkeypatch.setattr(Inspector, "inspect", late)
    return go_on


def asked(content: bytes, kind: str = "video/mp4", **headers: str) -> Any:
    return Client().post("/v1/check", content, kind, **headers)


def test_an_answer_about_a_video_says_from_when_to_when_in_seconds(gate: Gate) -> None:
    gate.index.apply(video_entry("v", known_moments()))
    answer = asked(cut_and_mirrored(), **WAITING).json()
    (found,) = answer["evidence"]
    (segment,) = found["segments"]
    assert answer["verdict"] == "block" and found["item"] == "v" and found["duration"] == 8.0
    assert segment["upload"]["to"] == pytest.approx(8.0, abs=0.5)
    assert segment["known"]["from"] == pytest.approx(2.0, abs=0.5)
    assert (segment["reversed"], found["orientation"], found["piece"]) == (False, "mirrored", False)
    assert known_moments().whole[0].tobytes().hex() not in str(answer)


def test_moments_are_enough_and_nonsense_in_their_place_is_undecided_or_refused_unrepeated(
    gate: Gate,
) -> None:
    gate.index.apply(video_entry("v", known_moments()))
    blob = base64.b64encode(to_bytes(known_moments())).decode()
    assert asked({"moments": blob}, "application/json").json()["verdict"] == "block"
    for text in (to_lines(to_features(known_moments())), to_json(to_features(known_moments()))):
        assert asked({"vpdq": text}, "application/json").json()["verdict"] == "block"
    for unreadable in ({"vpdq": "1,2,3"}, {"moments": "QUJD"}, {"moments": blob[:-8]}):
        assert asked(unreadable, "application/json").json()["undecided"] == "moments-refused"
    other = base64.b64encode(to_bytes(moments_of_nobody(5))).decode()
    assert asked({"moments": other}, "application/json").json()["verdict"] == "allow"
    for wrong in ("%%%", ""):
        refused = asked({"moments": wrong}, "application/json")
        assert refused.status_code == 400 and (not wrong or wrong not in refused.content.decode())
    assert asked({"moments": blob, "hashes": []}, "application/json").status_code == 400


def test_what_takes_longer_is_answered_at_an_address_for_whoever_holds_the_key(
    gate: Gate, slow: threading.Event
) -> None:
    gate.index.apply(video_entry("v", known_moments()))
    with override_settings(REPIT_GATE_KEYS=("one-key-of-sixteen-signs", "other-key-of-sixteen-signs")):
        begun = asked(known_film(), **KEY, **LATER)
        assert begun.status_code == 202 and begun["Preference-Applied"] == "respond-async"
        address = begun["Location"]
        assert begun.json()["address"] == address and int(begun["Retry-After"]) > 0
        assert Client().get(address, **KEY).status_code == 202
        slow.set()
        check = next(iter(gate.checks._kept.values()))
        assert check.done.wait(60)
        assert Client().get(address, **KEY).json()["verdict"] == "block"
        assert Client().get(address, **OTHER).status_code == 404
        assert Client().get(address).status_code == 401
        assert Client().get("/v1/checks/nothing", **KEY).status_code == 404


def test_an_address_is_forgotten_after_an_hour_and_holds_no_media(
    gate: Gate, slow: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = asked(known_film(), **LATER)["Location"]
    assert gate.admission.room.held >= len(known_film())
    slow.set()
    check = next(iter(gate.checks._kept.values()))
    assert check.done.wait(60)
    assert gate.admission.room.held == 0
    assert Client().get(address).status_code == 200
    monkeypatch.setattr(checks, "elapsed", lambda: check.until + 1)
    assert Client().get(address).status_code == 404


def test_who_does_not_ask_for_an_address_waits(gate: Gate) -> None:
    gate.index.apply(video_entry("v", known_moments()))
    with override_settings(REPIT_GATE_VIDEO_WAIT_SECONDS=60):
        assert asked(known_film()).status_code == 200
    quick = asked(known_film(), HTTP_PREFER="respond-async, wait=60")
    assert (quick.status_code, quick.json()["verdict"]) == (200, "block")


def test_only_so_many_checks_work_at_once(
    gate: Gate, slow: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "MOST_WORKING", 1)
    assert asked(known_film(), **LATER).status_code == 202
    busy = asked(known_film(), **LATER)
    assert busy.status_code == 503 and busy.json()["code"] == "overloaded"
    slow.set()
    assert next(iter(gate.checks._kept.values())).done.wait(60)


def finished(kept: checks.Checks, owner: bytes) -> checks.Check:
    check = kept.begin(owner, lambda: NO_PICTURE, 0)
    assert check.done.wait(60)
    return kept._kept.setdefault(check.name, check)


def test_answers_that_nobody_fetches_give_way_to_others_those_of_the_same_key_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(checks, "MOST_KEPT", 3)
    monkeypatch.setattr(checks, "MOST_KEPT_EACH", 2)
    kept = checks.Checks()
    names = [finished(kept, owner).name for owner in (b"a", b"b", b"b", b"b")]
    with pytest.raises(NotFound):
        kept.find(b"b", names[1])
    assert kept.find(b"a", names[0]).answer() == NO_PICTURE
    finished(kept, b"c")
    with pytest.raises(NotFound):
        kept.find(b"a", names[0])
    assert kept.find(b"b", names[3]).answer() == NO_PICTURE


def test_one_key_cannot_take_every_place_and_a_thread_that_cannot_start_takes_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(checks, "MOST_WORKING_EACH", 1)
    kept, go_on = checks.Checks(), threading.Event()

    def work() -> Verdict:
        go_on.wait(60)
        return NO_PICTURE

    first = kept.begin(b"a", work, 0)
    with pytest.raises(Overloaded):
        kept.begin(b"a", work, 0)
    second = kept.begin(b"b", work, 0)
    go_on.set()
    assert first.done.wait(60) and second.done.wait(60)

    def refuse(_: threading.Thread) -> None:
        raise RuntimeError

    monkeypatch.setattr(threading.Thread, "start", refuse)
    with pytest.raises(Overloaded):
        kept.begin(b"a", work, 0)
    assert kept.working == 0


def test_where_too_many_videos_wait_the_answer_at_an_address_is_undecided_and_no_error(
    gate: Gate, slow: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate.index.apply(video_entry("v", known_moments()))

    def full(*_: object) -> None:
        raise Overloaded

    monkeypatch.setattr(gate.pool, "watch", full)
    address = asked(known_film(), **LATER)["Location"]
    slow.set()
    assert next(iter(gate.checks._kept.values())).done.wait(60)
    answer = Client().get(address)
    assert (answer.status_code, answer.json()["undecided"]) == (200, "video-busy")


def test_a_caller_who_does_not_wait_has_a_video_that_is_undecided_by_its_reason(gate: Gate) -> None:
    gate.index.apply(video_entry("v", known_moments()))
    answer = asked(known_film(), HTTP_PREFER="wait=0").json()
    assert answer["verdict"] == "review" and answer["undecided"] in ("video-busy", "video-took-too-long")
    bare = Client().post("/v1/refuse", known_film(), "video/mp4", HTTP_PREFER="wait=0")
    assert bare.status_code == 202


def test_a_wait_that_is_stated_counts_from_the_beginning_of_the_request(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A caller's time runs while it sends."""
    gate.index.apply(video_entry("v", known_moments()))

    def sent_in(seconds: float) -> None:
        moments = iter((elapsed() - seconds, elapsed()))
        monkeypatch.setattr(views, "elapsed", lambda: next(moments))

    sent_in(100)
    assert asked(known_film(), **WAITING).json()["undecided"] in ("video-busy", "video-took-too-long")
    sent_in(0)
    assert asked(known_film(), **WAITING).json()["verdict"] == "block"
    sent_in(100)
    with override_settings(REPIT_GATE_VIDEO_WAIT_SECONDS=60):
        assert asked(known_film()).json()["verdict"] == "block"


def test_whoever_waited_for_a_thread_waits_no_longer_for_a_video() -> None:
    assert VideoWork(seconds=60, until=elapsed() - 1).left == 0
    assert VideoWork(seconds=60, until=elapsed() + 1).left <= 1
    assert VideoWork(seconds=60, until=elapsed() + 100).left == VideoWork(seconds=60).left == 60
