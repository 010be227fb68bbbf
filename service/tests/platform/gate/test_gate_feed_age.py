"""A feed that has been silent for too long is said to be, and refuses nothing by the gate alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client, override_settings
from gate_pictures import entry, jpeg, made_up, pdq, sample

from repit.foundation import clock
from repit.foundation.hashes import Hash
from repit.platform.assembly import assemble
from repit.platform.gate import readiness, runtime
from repit.platform.gate.channels import CHANNELS, TWO_ANSWERS
from repit.platform.gate.feed_status import StatusBoard
from repit.platform.gate.inspection.question import BareHashes, WholeFile
from repit.platform.gate.models import Decision
from repit.platform.gate.policy_file import PolicyWrongValue, parse_policy
from repit.platform.review import queue

HOUR = 3600.0
CAT = jpeg(sample())


@contextmanager
def after(hours: float, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Within, that much later by the clock that only goes on."""
    moment = clock.elapsed() + hours * HOUR
    with monkeypatch.context() as patched:
        for module in ("feed_status", "readiness"):
            patched.setattr(f"repit.platform.gate.{module}.elapsed", lambda: moment)
        yield


@pytest.fixture
def followed(gate: runtime.Gate, monkeypatch: pytest.MonkeyPatch) -> runtime.Gate:
    board = StatusBoard(168 * HOUR)
    for each in (gate, gate.inspector):
        object.__setattr__(each, "board", board)
    board.started(followed=True)
    board.served(1, None)
    board.heard(1)
    gate.index.apply(entry("cat", pdq(CAT)))
    return gate


def judged(gate: runtime.Gate, channel: str, content: bytes = CAT) -> tuple[str, str, bool]:
    verdict = gate.inspector.inspect(WholeFile(content, channel))
    return verdict.outcome, verdict.rule, verdict.feed_too_old


def test_a_weekend_of_silence_changes_nothing(
    followed: runtime.Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    with after(4 * 24, monkeypatch):
        assert {judged(followed, channel) for channel in CHANNELS} == {("block", "known", False)}
        assert readiness.report(followed)[1]["feed"]["stale"] is False


def test_after_a_week_what_is_known_goes_to_people_and_the_rest_passes(
    followed: runtime.Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = jpeg(sample("rocket"))
    with after(169, monkeypatch):
        for channel in CHANNELS:
            known = ("block", "known") if channel in TWO_ANSWERS else ("review", "feed-too-old")
            assert judged(followed, channel) == (*known, True)
            assert judged(followed, channel, other) == ("allow", "no-match", True)
        good, report = readiness.report(followed)
        assert good and report["feed"]["stale"] and report["feed"]["last_contact_seconds"] > 168 * HOUR
        assert readiness.present(followed)["feed_stale"] == 1.0
        body = Client().post("/v1/check", CAT, content_type="image/jpeg").json()
        assert (body["verdict"], body["feed_too_old"], body["evidence"][0]["stale"]) == ("review", True, True)
    row = Decision.objects.get(pk=body["decision"])
    assert row.evidence[0]["stale"] is True
    queue.take_in()
    assert queue.review_of(row.pk) is not None
    followed.heard(1)  # with the next word all is as it was
    assert judged(followed, "check") == ("block", "known", False)


def test_what_another_exchange_brings_goes_on_being_refused(
    followed: runtime.Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    followed.index.apply(entry("theirs", made_up(1), source="ncmec-1"))
    with after(169, monkeypatch):
        verdict = followed.inspector.inspect(BareHashes((made_up(1),), "check"))
    assert (verdict.outcome, verdict.evidence[0].stale) == ("block", False)


def test_the_policy_decides_otherwise(followed: runtime.Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    text = """version = 1
rules = [{name = "known", when = {tier = ["standard"]}, then = "block"}]
feed_too_old = {known = "block", unknown = "review"}"""
    strict = replace(followed.inspector, policy=parse_policy(text))
    with after(169, monkeypatch):
        verdicts = [strict.inspect(WholeFile(jpeg(sample(name)), "check")) for name in ("chelsea", "rocket")]
    assert [(verdict.outcome, verdict.rule) for verdict in verdicts] == [
        ("block", "known"),
        ("review", "feed-too-old"),
    ]
    for wrong in ('{known = "allow"}', '{unknown = "open"}', '{more = "review"}'):
        with pytest.raises(Exception, match="feed_too_old"):
            parse_policy(f"version = 1\nrules = []\nfeed_too_old = {wrong}")
    assert issubclass(PolicyWrongValue, Exception)


def test_a_gate_without_a_hotline_is_never_too_old(
    followed: runtime.Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    followed.board.started(followed=False)
    with after(10_000, monkeypatch):
        assert judged(followed, "check") == ("block", "known", False)


@pytest.mark.django_db
def test_a_restart_does_not_begin_the_silence_anew(tmp_path: Path) -> None:
    known = Hash("pdq", "whole", bytes(32), 90)
    with override_settings(REPIT_GATE_INDEX=str(tmp_path), REPIT_GATE_WORKERS=1, REPIT_GATE_STALE_HOURS=24):
        first = assemble()
        first.heard(3)
        first.take_changes("f", 3, [entry("a", known)], clock.now())
        first.store.close()
        begin = clock.now()
        for days, stale in ((0.5, False), (2.0, True)):
            with clock.at(lambda days=days: begin + timedelta(days=days)):
                again = assemble()
                again.board.started(followed=True)
                again.begin()
                assert again.board.is_stale() is stale
                silent = readiness.report(again)[1]["feed"]["last_contact_seconds"]
                assert silent == pytest.approx(days * 86_400, abs=60)
                again.close()
        with clock.at(lambda: begin - timedelta(days=400)):  # a clock that is wrong makes nothing too old
            back = assemble()
            back.board.started(followed=True)
            back.begin()
            assert back.board.is_stale() is False
            back.close()
