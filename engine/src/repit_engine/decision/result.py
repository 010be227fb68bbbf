"""What a decision says.

In: nothing. Out: `Decision`, `Match`, `Vote`. Next: `decision.rule` fills them, the gate reads them.
"""

from dataclasses import dataclass
from enum import Enum

from repit_engine.anchors import Kind
from repit_engine.pdq import Orientation


class Tier(Enum):
    """On what a match rests."""

    STANDARD = "standard"
    """The upload's own PDQ is within 31 of the item's: what the rest of the field finds."""
    ANCHORED = "anchored"
    """One other hash of the upload is very near to one of the item's."""
    TWO_VOTES = "two-votes"
    """Two hashes of the upload, of different places, are near to two of the item's, turned alike."""
    NONE = "none"


class Strength(Enum):
    """How far a match may go by itself."""

    BLOCK = "block"
    """Few enough false matches are expected for software to act alone."""
    REVIEW = "review"
    """A person looks first."""
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Vote:
    """One hash of the upload that met one of the item's.

    `distance` in bits; `kind` what of the upload, `orientation` how it was turned to meet the item;
    `rectangle` where, as left, top, right, bottom in shares of the upload. It says nothing of where in the
    item.
    """

    distance: int
    kind: Kind
    orientation: Orientation
    rectangle: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Match:
    """One item that the upload shows.

    `expected_false`: how many matches at least this good one expects per upload from a bank of the searched
    size that holds nothing of it. `votes`: nearest first. `piece`: little of the upload met little of the
    item, as it does where unrelated pictures wear the same sticker; such a match never blocks.
    """

    item: int
    tier: Tier
    strength: Strength
    expected_false: float
    votes: tuple[Vote, ...]
    piece: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """`matches`: surest first. `stages`: how many were tried. `hashes`: how many were searched."""

    matches: tuple[Match, ...]
    stages: int
    hashes: int

    @property
    def best(self) -> Match | None:
        """The surest match."""
        return self.matches[0] if self.matches else None

    @property
    def tier(self) -> Tier:
        return self.matches[0].tier if self.matches else Tier.NONE

    @property
    def strength(self) -> Strength:
        return self.matches[0].strength if self.matches else Strength.NONE
