"""What the desk makes of evidence: how sure it is, which view agreed, and a sheet as wide as the upload."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.utils import translation
from review_rows import decision
from staff_people import Someone

from repit.platform.gate.verdict import TIERS, Evidence, Segment
from repit.platform.web.review_desk import evidence, sureness
from repit_engine.anchors import Kind
from repit_engine.pdq import Orientation

Make = Callable[..., Someone]


@pytest.mark.parametrize(
    ("tier", "expected", "step", "says"),
    [
        ("exact", None, 5, "the very same file"),
        ("standard", 1e-9, 5, "Of a million unrelated uploads"),
        ("altered", 4e-4, 4, "Of 2,000 unrelated uploads, about one"),
        ("standard", None, 4, "as the whole field asks"),
        ("possible", 1e-9, 3, "A sticker or a logo"),
        ("possible", 0.019, 2, "Of 50 unrelated uploads, about one"),
        ("possible", None, 1, "was not reckoned"),
    ],
)
def test_how_sure_it_is_follows_what_was_measured(
    tier: str, expected: float | None, step: int, says: str
) -> None:
    with translation.override("en"):
        sure = sureness.of(tier, expected)
        assert sure.step == step and says in sure.why
    assert sum(filled for _x, filled in sure.marks) == step


def test_every_step_is_in_the_guides() -> None:
    for language in ("en", "fr"):
        guide = Path(__file__).parents[4] / "docs" / language / "review.md"
        with translation.override(language):
            for word in sureness._WORDS.values():
                assert str(word) in guide.read_text()


@pytest.mark.parametrize(
    ("proportion", "wide", "high", "known"),
    [(1.5, 1000, 667, True), (0.5625, 562, 1000, True), (None, 1000, 1000, False)],
)
def test_a_sheet_has_the_uploads_own_proportions(
    db: None, proportion: float | None, wide: int, high: int, known: bool
) -> None:
    (agreement,) = evidence.agreements(decision("altered", proportion=proportion))
    assert (agreement.sheet.width, agreement.sheet.height, agreement.sheet.known) == (wide, high, known)
    inner = agreement.outlines[1]
    assert (inner.x, inner.y) == (round(0.1 * wide), round(0.2 * high))
    assert (inner.width, inner.height) == pytest.approx((0.5 * wide, 0.5 * high), abs=1)


def test_stretches_of_a_video_stand_on_one_scale_and_in_words(db: None) -> None:
    segments = [
        {"upload": [10_000, 20_000], "known": [0, 15_000], "speed": 1.5},
        {"upload": [30_000, 35_000], "known": [70_000, 75_000], "speed": -1.0},
    ]
    film = {"segments": segments, "duration": 100_000, "piece": False, "parts": [], "distance": None}
    with translation.override("en"):
        (agreement,) = evidence.agreements(decision("altered", **film))
        line = agreement.line
        assert line is not None and str(agreement.tier) == "The same video, or a part of it"
        assert (line.length, line.share) == ("1:40", 15)
        first, second = line.stretches
        assert first.upload is not None and first.known is not None
        assert (first.upload.x, first.upload.width, first.known.x, first.known.width) == (100, 100, 0, 150)
        assert (first.upload.begin, first.upload.end, first.how) == ("0:10", "0:20", "1.50 times as fast")
        assert second.how == "backwards" and second.slope == "300,92 350,92 700,150 750,150"


def test_how_much_of_an_upload_agrees_counts_every_stretch_once_however_many_are_shown(db: None) -> None:
    spans = [(second * 1000, second * 1000 + 1000) for second in range(0, 100, 2)]
    spans.append((500, 2_500))  # of which half a second lies in each of its neighbours, and one in neither
    segments = tuple(Segment(span, span) for span in spans)
    found = Evidence("v", "", "", "video", "active", 1, "altered", segments=segments, duration=100_000)
    assert found.agreeing == 51_000
    shown = [{"upload": list(span), "known": list(span), "speed": 1.0} for span in spans[:20]]
    film = {"segments": shown, "duration": 100_000, "agreeing": found.agreeing, "distance": None}
    with translation.override("en"):
        (agreement,) = evidence.agreements(decision("altered", **film))
        assert agreement.line is not None and agreement.line.share == 51


@pytest.mark.parametrize(
    ("segment", "tier", "how"),
    [
        ({"upload": None, "known": [3_000, 3_000]}, "A moment of a known video", "one moment of it"),
        ({"upload": [3_000, 9_000], "known": None}, "An altered copy of a known picture", "a known picture"),
    ],
)
def test_a_still_stands_in_the_lane_of_the_video_alone(
    db: None, segment: dict[str, object], tier: str, how: str
) -> None:
    with translation.override("en"):
        (agreement,) = evidence.agreements(decision("altered", segments=[{**segment, "speed": 1.0}]))
        assert str(agreement.tier).startswith(tier)
        assert agreement.line is not None and agreement.line.stretches[0].how == how
        assert agreement.line.has_upload is (segment["upload"] is not None)


def test_a_decision_of_before_has_no_time_line(db: None) -> None:
    (agreement,) = evidence.agreements(decision("altered"))
    assert agreement.line is None


def test_every_tier_view_and_turn_has_words(db: None) -> None:
    for tier in TIERS:
        assert tier in evidence.TIERS
    for kind in Kind:
        part = {"of": kind.name.lower().replace("_", "-"), "distance": 9, "rectangle": [0.0, 0.0, 1.0, 1.0]}
        assert part["of"] in evidence.PARTS
        (agreement,) = evidence.agreements(decision("altered", parts=[part]))
        assert agreement.how
    for turn in Orientation:
        (agreement,) = evidence.agreements(decision("orientation", turned=turn.name.lower()))
        assert bool(agreement.turn) == (turn is not Orientation.UPRIGHT)


def test_the_page_says_how_sure_it_is_and_keeps_figures_for_engineers(someone: Make, db: None) -> None:
    decision("orientation", turned="mirrored", proportion=1.5)
    who = someone("moderator")
    page = who.client.post("/staff/review/next/")["Location"]
    text = who.client.get(page, headers={"accept-language": "en"}).content.decode()
    plain, _, figures = text.partition("Figures for engineers")
    assert "As good as certain" in plain and "left and right are exchanged" in plain
    assert "bits" not in plain and "20 of 256 bits differ" in figures
    assert 'viewBox="-6 -6 1012 679"' in text and "style=" not in text
