"""The one call behind every channel."""

import hashlib
import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, OperationalError
from gate_assembly import assembled, inspect
from gate_pictures import entry, jpeg, made_up, pdq, sample
from PIL import Image, ImageOps

from repit.foundation import clock
from repit.foundation.hashes import Hash
from repit.platform.assembly import assemble
from repit.platform.gate import readiness, runtime
from repit.platform.gate.decoder.pool import DecoderPool
from repit.platform.gate.errors import GateNotRunning
from repit.platform.gate.inspection.question import BareHashes, LongFile, NotLookedAt, OddMessage, WholeFile
from repit.platform.gate.models import Decision, DecisionCount
from repit.platform.gate.runtime import Gate
from repit_engine.picture.kinds import Kind

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
    assert knowing.inspector.inspect(BareHashes((pdq(CAT),), "check")).outcome == "block"
    assert knowing.inspector.inspect(BareHashes((made_up(9),), "check")).outcome == "allow"


def test_every_question_is_asked_in_the_same_way(knowing: Gate) -> None:
    ask, clip = knowing.inspector.inspect, hashlib.sha256(b"a long film").digest()
    knowing.index.apply(entry("clip", Hash("sha256", "whole", clip)))
    known = (
        WholeFile(CAT, "clamd"),
        LongFile((("sha256", clip),), Kind.FILM, "clamd"),
        BareHashes((pdq(CAT),), "clamd"),
        OddMessage((WholeFile(b"text", "clamd"), WholeFile(CAT, "clamd")), "damaged-form", "clamd"),
    )
    assert {ask(question).outcome for question in known} == {"block"}
    other = hashlib.sha256(b"another").digest()
    unknown = {
        LongFile((("sha256", other),), Kind.FILM, "clamd"): "film",
        LongFile((("sha256", other),), Kind.PICTURE, "clamd"): "too-many-bytes",
        LongFile((("sha256", other),), Kind.OTHER, "clamd"): None,
        NotLookedAt("not-a-picture", "clamd", kind=Kind.OTHER): None,
        NotLookedAt("not-a-picture", "check", kind=Kind.OTHER): None,
        NotLookedAt("not-a-picture", "check", kind=Kind.CONTAINER): "container",
        OddMessage((WholeFile(b"text", "clamd"),), "damaged-form", "clamd"): "damaged-form",
    }
    assert [ask(question).undecided for question in unknown] == list(unknown.values())


def test_a_quiet_inspector_says_the_same_and_writes_nothing_down(knowing: Gate) -> None:
    quiet = knowing.inspector.quiet().inspect(WholeFile(CAT, "check"))
    assert (quiet.outcome, quiet.decision) == ("block", None)
    assert not Decision.objects.exists()


def test_what_kind_of_file_was_refused_is_found_out_where_it_is_opened_and_not_again(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    def again(_: bytes) -> None:
        raise AssertionError

    monkeypatch.setattr("repit_engine.picture.kinds.sniff", again)
    monkeypatch.setattr("repit_engine.picture.formats.sniff", again)
    film = b"\x1aE\xdf\xa3" + bytes(100)
    reasons = [
        inspect(content, "clamd").undecided for content in (b"a letter", film, b"<html><body>", b"<svg>")
    ]
    assert reasons == [None, "film", "page", "unsupported-picture"]


def test_what_cannot_be_opened_is_for_the_policy_to_answer(gate: Gate) -> None:
    verdict = inspect(b"\xff\xd8\xff\xe0" + bytes(5000), "check")
    assert (verdict.outcome, verdict.rule, verdict.undecided) == ("review", "undecided", "damaged-picture")


def test_a_gate_that_has_received_nothing_yet_decides_nothing(
    transactional_db: None, decoders: DecoderPool
) -> None:
    empty = assembled(decoders)
    empty.recorder.start()
    assert empty.inspector.inspect(WholeFile(CAT, "check")).undecided == "not-loaded"
    runtime.install(empty)
    try:
        assert readiness.report(empty)[1]["missing"] == ["entries-not-loaded"]
    finally:
        runtime.install(None)
        empty.recorder.close()


def test_a_process_without_a_gate_says_so() -> None:
    with pytest.raises(GateNotRunning):
        inspect(CAT, "check")


def test_a_decision_is_written_before_it_is_answered_and_holds_neither_media_nor_hash(knowing: Gate) -> None:
    verdict = inspect(CAT, "check")
    assert verdict.recorded
    row = Decision.objects.get(name=verdict.decision)
    assert (row.outcome, row.rule, row.item, row.tier, row.channel) == (
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


def test_what_could_not_be_written_down_is_told_and_written_once_the_database_answers_again(
    knowing: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise OperationalError

    with monkeypatch.context() as broken:
        broken.setattr(Decision.objects, "bulk_create", away)
        verdict = inspect(CAT, "check")
        assert (verdict.outcome, verdict.recorded) == ("block", False)
        report = readiness.report(knowing)
        assert report[0] and not report[1]["recording"]["working"]
        assert report[1]["recording"]["failing_seconds"] >= 0 and report[1]["recording"]["unrecorded"] == 1
        assert readiness.present(knowing)["recording"] == 0.0
    assert 'repit_gate_unrecorded_total{channel="check"} 1.0' in knowing.inspector.metrics.written().decode()
    assert inspect(CAT, "check").recorded
    assert Decision.objects.filter(pk=verdict.decision).exists()
    recording = readiness.report(knowing)[1]["recording"]
    assert (recording["working"], recording["failing_seconds"], recording["unrecorded"]) == (True, None, 1)


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
    assert second.inspector.inspect(BareHashes((pdq(CAT),), "check")).outcome == "block"
    assert readiness.report(second)[1]["storage"] == "folder"
    second.close()
