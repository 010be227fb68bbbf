"""What a review rests on, made ready to be shown: words, and shapes on a blank sheet.

In: a decision's evidence. Out: value objects for the template. Next: `review_desk/item.html`. The sheet has
the upload's own proportions and a rectangle lies in it, in shares of it; of the banked picture nothing is
known, and nothing is drawn but that it was turned.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from repit.platform.gate.models import Decision
from repit.platform.review import words
from repit.platform.web.review_desk import sureness
from repit.platform.web.review_desk.stretches import TimeLine, time_line
from repit.platform.web.review_desk.sureness import Sureness

SIZE: Final = 1000
"""The longer side of a sheet, in units of its drawing."""
TIERS: Final = {
    "exact": _("The very same file"),
    "standard": _("The same picture"),
    "orientation": _("The same picture, mirrored or turned"),
    "altered": _("An altered copy of the same picture"),
    "possible": _("A part may agree"),
}
BASES: Final = {
    **TIERS,
    "undecided": _("It could not be compared"),
    "indicator": _("Indicators of the file alone"),
}
_IN_TIME: Final = {
    "altered": _("The same video, or a part of it"),
    "possible": _("A stretch of a video may agree"),
}
_STILL: Final = {**TIERS, "altered": _("A moment of a known video"), "possible": _("A moment may agree")}
_SLIDE: Final = {
    "standard": _("A known picture within the video"),
    "orientation": _("A known picture within the video, mirrored or turned"),
    "altered": _("An altered copy of a known picture within the video"),
    "possible": _("A picture within the video may agree"),
}
STATES: Final = {"active": _("in force"), "disputed": _("in doubt: its bank is looking again")}
KINDS: Final = {"intimate": _("intimate"), "deepfake": _("made up (deepfake)"), "canary": _("test picture")}
PARTS: Final = {
    "whole": _("the whole"),
    "negative": _("the whole, as a negative"),
    "trimmed": _("without its border"),
    "anchor": _("a part around a landmark"),
    "proposed": _("a picture within the picture"),
    "cell": _("a cell of a collage"),
    "turned-whole": _("the whole, turned by a few degrees"),
    "turned-anchor": _("a part, turned by a few degrees"),
}
_HOW: Final = {
    "whole": _("The whole of it agrees."),
    "negative": _("It agrees as a negative: its light and dark are exchanged."),
    "trimmed": _("It agrees without its border, which somebody may have put around it."),
    "anchor": _("Parts of it agree. The rest may be cut off, covered or written over."),
    "proposed": _("A picture within it agrees, as in a screenshot or on a page."),
    "cell": _("One field of it agrees, as in a collage."),
    "turned-whole": _("It agrees once it is turned by a few degrees."),
    "turned-anchor": _("Parts of it agree once they are turned by a few degrees."),
}
_TURNS: Final = {
    "mirrored": (_("It is mirrored: left and right are exchanged."), "scale(-1 1)"),
    "flipped": (_("It is mirrored: top and bottom are exchanged."), "scale(1 -1)"),
    "half_turn": (_("It is upside down."), "rotate(180)"),
    "transposed": (_("It lies on its side, and is mirrored."), "matrix(0 1 1 0 0 0)"),
    "quarter_turn_left": (_("It lies on its side: turned to the right."), "rotate(90)"),
    "quarter_turn_right": (_("It lies on its side: turned to the left."), "rotate(-90)"),
    "anti_transposed": (_("It lies on its side, and is mirrored."), "matrix(0 -1 -1 0 0 0)"),
}
"""What was done to the known picture, by how the upload must be turned to agree (`pdq.Orientation`); and the
same as a transformation of a mark that is drawn about the origin."""
INDICATORS: Final = {
    "c2pa": _("carries a C2PA manifest"),
    "c2pa-ai": _("its C2PA manifest says that a machine made it"),
    "iptc-ai": _("its metadata says that a machine made it"),
    "iptc-source": _("its metadata names its source"),
    "generator": _("carries the marks of a generator"),
    "classifier": _("the platform’s own classifier says"),
}


@dataclass(frozen=True, slots=True)
class Outline:
    """One rectangle on a sheet."""

    x: int
    y: int
    width: int
    height: int
    number: int
    what: Any
    distance: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """The upload as a blank sheet. `known`: whether its proportions are; else it is drawn as a square."""

    width: int
    height: int
    known: bool


@dataclass(frozen=True, slots=True)
class Agreement:
    """One banked item that agrees. `how`: what of the upload agrees, in sentences. `turn`: how a mark on the
    known picture stands in the upload, where that was turned. `line`: where one of the two is a video, from
    when to when they agree."""

    tier: Any
    sure: Sureness
    how: tuple[Any, ...]
    turn: str
    state: Any
    kind: Any
    origin: str
    exchange: str
    confirmations: int
    distance: int | None
    rarity: str
    sheet: Sheet
    outlines: tuple[Outline, ...]
    line: TimeLine | None


def agreements(decision: Decision) -> list[Agreement]:
    """Strongest first."""
    return [_agreement(evidence) for evidence in decision.evidence]


def indicators(decision: Decision) -> list[tuple[Any, str]]:
    """(what, word) of each indicator."""
    pairs = (part.partition(":") for part in decision.indicators.split())
    return [(INDICATORS.get(code, code), word) for code, _, word in pairs]


def _agreement(kept: Mapping[str, Any]) -> Agreement:
    sheet = _sheet(kept.get("proportion"))
    turning, turn = _TURNS.get(kept["turned"] or "", (None, ""))
    parts, line = kept["parts"], time_line(kept)
    how = (_HOW.get(parts[0]["of"]) if parts else None, turning)
    return Agreement(
        _tier(kept["tier"], line),
        sureness.of(kept["tier"], kept["expected_false"], in_time=line is not None and line.has_upload),
        tuple(sentence for sentence in how if sentence is not None),
        turn,
        STATES.get(kept["state"], STATES["disputed"]),
        KINDS.get(kept["kind"], _("of another kind")),
        kept["origin"],
        words.exchange(kept["exchange"]),
        kept["confirmations"],
        kept["distance"],
        _rarity(kept["expected_false"]),
        sheet,
        tuple(_outline(number, part, sheet) for number, part in enumerate(parts, 1)),
        line,
    )


def _tier(tier: str, line: TimeLine | None) -> Any:
    words = TIERS
    if line is not None:
        words = _IN_TIME if line.has_upload and line.has_known else _STILL if line.has_known else _SLIDE
    return words.get(tier, words["possible"])


def _sheet(proportion: float | None) -> Sheet:
    """As wide by as high as the upload; decisions of before have no proportions."""
    if proportion is None:
        return Sheet(SIZE, SIZE, known=False)
    if proportion >= 1:
        return Sheet(SIZE, max(1, round(SIZE / proportion)), known=True)
    return Sheet(max(1, round(SIZE * proportion)), SIZE, known=True)


def _outline(number: int, part: Mapping[str, Any], sheet: Sheet) -> Outline:
    left, top, right, bottom = (min(max(edge, 0), 1) for edge in part["rectangle"])
    return Outline(
        round(left * sheet.width),
        round(top * sheet.height),
        round((right - left) * sheet.width),
        round((bottom - top) * sheet.height),
        number,
        PARTS.get(part["of"], PARTS["anchor"]),
        part["distance"],
    )


def _rarity(expected: float | None) -> str:
    """One in how many unknown uploads would agree as well by chance; empty where nobody reckoned it."""
    if expected is None:
        return ""
    if expected <= 1e-12:
        return f"1 / {10**12:,}".replace(",", "\u202f") + " –"
    return f"1 / {round(1 / expected):,}".replace(",", "\u202f")
