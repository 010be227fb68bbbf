"""The one call behind every door."""

import hashlib
import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError
from gate_assembly import assembled
from gate_pictures import entry, jpeg, made_up, pdq, sample
from PIL import Image, ImageOps

from repit.foundation import clock
from repit.foundation.hashes import Hash
from repit.platform.assembly import assemble
from repit.platform.gate import readiness
from repit.platform.gate.decoder.pool import DecoderPool
from repit.platform.gate.errors import GateNotRunning
from repit.platform.gate.models import Decision, DecisionCount
from repit.platform.gate.runtime import Gate, inspect

CAT = jpeg(sample())


@pytest.fixture
def knowing(gate: Gate) -> Gate:
    gate.index.apply(entry("cat", pdq(CAT)))
    return gate


def test_a_known_picture_is_refused_as_standard(knowing: Gate) -> None:
    verdict = inspect(CAT, "check")
    assert (verdict.outcome, verdict.evidence[0].tier, verdict.evidence[0].item) == (
        "block",
        "standard",
        "cat",
    )


@pytest.mark.parametrize(
    ("turn", "name"),
    [
        (ImageOps.mirror, "mirrored"),
        (ImageOps.flip, "flipped"),
        (lambda i: i.transpose(Image.Transpose.ROTATE_180), "half_turn"),
        (lambda i: i.transpose(Image.Transpose.ROTATE_90), "quarter_turn_right"),
        (lambda i: i.transpose(Image.Transpose.ROTATE_270), "quarter_turn_left"),
        (lambda i: i.transpose(Image.Transpose.TRANSPOSE), "transposed"),
        (lambda i: i.transpose(Image.Transpose.TRANSVERSE), "anti_transposed"),
    ],
)
def test_all_seven_other_orientations_are_refused_and_named(knowing: Gate, turn, name: str) -> None:
    verdict = inspect(jpeg(turn(sample())), "check")
    assert (verdict.outcome, verdict.evidence[0].tier, verdict.evidence[0].turned) == (
        "block",
        "orientation",
        name,
    )


def test_an_unrelated_picture_passes(knowing: Gate) -> None:
    assert inspect(jpeg(sample("rocket")), "check").outcome == "allow"


def test_the_very_file_is_refused_without_being_opened(gate: Gate) -> None:
    content = b"a video, say: no picture at all"
    gate.index.apply(
        entry("clip", Hash("md5", "whole", hashlib.md5(content, usedforsecurity=False).digest()))
    )
    verdict = inspect(content, "check")
    assert (verdict.outcome, verdict.evidence[0].tier, verdict.evidence[0].distance) == (
        "block",
        "exact",
        None,
    )


def test_bare_hashes_can_be_asked_about(knowing: Gate) -> None:
    assert knowing.inspector.inspect_hashes((pdq(CAT),), "check").outcome == "block"
    assert knowing.inspector.inspect_hashes((made_up(9),), "check").outcome == "allow"


def test_what_cannot_be_opened_is_for_the_policy_to_answer(gate: Gate) -> None:
    verdict = inspect(b"text", "check")
    assert (verdict.outcome, verdict.rule, verdict.undecided) == ("review", "undecided", "not-a-picture")


def test_a_gate_that_has_received_nothing_yet_decides_nothing(
    transactional_db: None, decoders: DecoderPool
) -> None:
    empty = assembled(decoders)
    empty.recorder.start()
    assert empty.inspector.inspect(CAT, "check").undecided == "not-loaded"
    assert readiness.report(empty)[1]["missing"] == ["entries-not-loaded"]
    empty.recorder.close()


def test_a_process_without_a_gate_says_so() -> None:
    with pytest.raises(GateNotRunning):
        inspect(CAT, "check")


def test_a_decision_is_written_before_it_is_answered_and_holds_neither_media_nor_hash(knowing: Gate) -> None:
    verdict = inspect(CAT, "check")
    assert verdict.recorded
    row = Decision.objects.get(name=verdict.decision)
    assert (row.outcome, row.rule, row.item, row.tier, row.door) == (
        "block",
        "known",
        "cat",
        "standard",
        "check",
    )
    written = json.dumps({f.name: str(getattr(row, f.name)) for f in Decision._meta.get_fields()})
    assert pdq(CAT).value.hex() not in written


def test_plain_passes_are_only_counted(gate: Gate) -> None:
    for _ in range(3):
        inspect(jpeg(sample("rocket")), "check")
    gate.recorder.close()
    assert Decision.objects.count() == 0
    assert DecisionCount.objects.get(outcome="allow", rule="no-match").count == 3


def test_a_verdict_stands_when_the_database_does_not(knowing: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise DatabaseError

    monkeypatch.setattr(Decision.objects, "bulk_create", broken)
    verdict = inspect(CAT, "check")
    assert (verdict.outcome, verdict.recorded) == ("block", False)


def test_the_report_survives_a_clock_that_jumps(gate: Gate) -> None:
    gate.board.heard(7)
    gate.take_changes("f", 7, [entry("a", made_up(1))], clock.now())
    with clock.at(lambda: datetime.now(UTC) - timedelta(days=400)):
        back = readiness.report(gate)[1]
    with clock.at(lambda: datetime.now(UTC) + timedelta(days=400)):
        forth = readiness.report(gate)[1]
    assert back["newest_entry_age_seconds"] == 0
    assert forth["newest_entry_age_seconds"] > 399 * 86_400
    assert back["feed"]["lag_seconds"] == forth["feed"]["lag_seconds"] == 0


def test_the_report_counts_what_is_missing(gate: Gate) -> None:
    gate.board.heard(12)
    gate.take_changes("f", 7, [entry("a", made_up(1))], clock.now())
    gate.board.heard(12)
    good, report = readiness.report(gate)
    assert good
    assert report["feed"]["lag_changes"] == 5
    assert report["feed"]["lag_seconds"] >= 0
    gate.board.troubled("peer-failed")
    assert readiness.report(gate)[1]["feed"]["trouble"] == "peer-failed"


def test_a_restarted_gate_answers_as_before(gate: Gate, settings, tmp_path) -> None:
    settings.REPIT_GATE_INDEX = str(tmp_path)
    settings.REPIT_GATE_WORKERS = 1
    first = assemble()
    first.take_changes("f", 3, [entry("cat", pdq(CAT)), entry("x", made_up(1))], clock.now())
    first.store.close()
    second = assemble().start()
    assert second.board.read().sequence == 3
    assert second.inspector.inspect_hashes((pdq(CAT),), "check").outcome == "block"
    assert readiness.report(second)[1]["storage"] == "folder"
    second.close()
