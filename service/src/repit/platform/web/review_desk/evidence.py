"""What a review rests on, made ready to be shown: words, and rectangles as outlines.

In: a decision's evidence. Out: value objects for the template. Next: `review_desk/item.html`. A rectangle
lies in the upload, in shares of it; of the banked picture nothing is known and nothing is drawn.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from repit.platform.gate.models import Decision

SIZE: Final = 1000
TIERS: Final = {
    "exact": _("The very same file"),
    "standard": _("The same picture, as every system would say"),
    "orientation": _("The same picture, mirrored or turned"),
    "altered": _("Altered, but surely from the same picture"),
    "possible": _("Parts may agree; this is uncertain"),
}
BASES: Final = {
    **TIERS,
    "undecided": _("It could not be compared"),
    "indicator": _("Indicators of the file alone"),
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
}
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
    """One rectangle on a canvas of 1000 by 1000."""

    x: int
    y: int
    width: int
    height: int
    number: int
    what: Any
    distance: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """One banked item that agrees."""

    tier: Any
    state: Any
    kind: Any
    origin: str
    exchange: str
    confirmations: int
    distance: int | None
    turned: str
    rarity: str
    outlines: tuple[Outline, ...]


def agreements(decision: Decision) -> list[Agreement]:
    """Strongest first."""
    return [_agreement(evidence) for evidence in decision.evidence]


def indicators(decision: Decision) -> list[tuple[Any, str]]:
    """(what, word) of each indicator."""
    pairs = (part.partition(":") for part in decision.indicators.split())
    return [(INDICATORS.get(code, code), word) for code, _, word in pairs]


def _agreement(kept: Mapping[str, Any]) -> Agreement:
    return Agreement(
        TIERS.get(kept["tier"], kept["tier"]),
        STATES.get(kept["state"], kept["state"]),
        KINDS.get(kept["kind"], kept["kind"]),
        kept["origin"],
        kept["exchange"],
        kept["confirmations"],
        kept["distance"],
        kept["turned"] or "",
        _rarity(kept["expected_false"]),
        tuple(_outline(number, part) for number, part in enumerate(kept["parts"], 1)),
    )


def _outline(number: int, part: Mapping[str, Any]) -> Outline:
    left, top, right, bottom = (round(min(max(edge, 0), 1) * SIZE) for edge in part["rectangle"])
    name = PARTS.get(part["of"], part["of"])
    return Outline(left, top, right - left, bottom - top, number, name, part["distance"])


def _rarity(expected: float | None) -> str:
    """One in how many unknown uploads would agree as well by chance; empty where nobody reckoned it."""
    if expected is None:
        return ""
    if expected <= 1e-12:
        return f"1 / {10**12:,}".replace(",", "\u202f") + " –"
    return f"1 / {round(1 / expected):,}".replace(",", "\u202f")
