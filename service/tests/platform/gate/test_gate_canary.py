"""The canary and the indicators of an upload, through the gate that decides."""

import io
from pathlib import Path

import pytest
from gate_assembly import inspect
from gate_pictures import entry, jpeg, pdq, sample
from PIL import Image, PngImagePlugin

from repit.hotline.feeds.canary import CANARIES
from repit.platform.gate import canary
from repit.platform.gate.models import Decision
from repit.platform.gate.runtime import Gate
from repit_engine.anchors import query_stages
from repit_engine.anchors.rows import from_bytes
from repit_engine.picture import open_picture

CANARY = Path(__file__).resolve().parents[4] / "docs" / "canary.png"


def test_the_gate_s_canary_is_the_exchanges_canary_and_the_picture_in_the_documents() -> None:
    content = CANARY.read_bytes()
    assert CANARIES[0] == canary.HASH
    assert pdq(content).value == canary.HASH


@pytest.mark.parametrize("known", [False, True])
def test_the_canary_is_refused_by_a_gate_that_knows_nothing_and_by_one_that_knows_something(
    gate: Gate, known: bool
) -> None:
    if known:
        gate.index.apply(entry("cat", pdq(jpeg(sample()))))
    sent = Image.open(CANARY).convert("RGB")
    for content in (CANARY.read_bytes(), jpeg(sent, 60)):
        verdict = inspect(content, "check")
        assert (verdict.outcome, verdict.rule, verdict.evidence[0].item) == ("block", "canary", "canary")
        assert verdict.recorded
    assert inspect(jpeg(sample("rocket")), "check").outcome == "allow"


def test_what_a_file_says_of_itself_stands_in_the_verdict_and_in_the_decision(gate: Gate) -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("Software", "NovelAI")
    out = io.BytesIO()
    sample().save(out, "PNG", pnginfo=info)
    gate.index.apply(entry("cat", pdq(jpeg(sample()))))
    verdict = inspect(out.getvalue(), "check")
    assert [f"{indicator.code}:{indicator.word}" for indicator in verdict.indicators] == ["generator:novelai"]
    row = Decision.objects.get(name=verdict.decision)
    assert row.indicators == "generator:novelai"
    assert row.evidence[0]["item"] == "cat"
    assert len(row.evidence[0]["parts"][0]["rectangle"]) == 4


def test_the_canary_is_told_from_the_first_stage_of_a_look_alone() -> None:
    shown, other = (
        next(query_stages(open_picture(content))) for content in (CANARY.read_bytes(), jpeg(sample()))
    )
    for _ in range(2):
        (evidence,) = canary.seen_in(shown)
        assert (evidence.item, evidence.tier, evidence.distance) == ("canary", "standard", 0)
        assert canary.seen_in(other) == []
    assert canary.seen_in(from_bytes(b"")) == []
