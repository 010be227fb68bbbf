"""What a decision about a video says: which items, how sure, and from when to when in both.

In: nothing. Out: `VideoDecision`, `VideoMatch`, `Segment`. Next: `align.rule` fills them, the gate's answer
and the review desk's time line show them.
"""

from dataclasses import dataclass

from repit_engine.decision import Strength
from repit_engine.pdq import Orientation


@dataclass(frozen=True, slots=True)
class Segment:
    """Where an upload shows an item: milliseconds from the first shown frame, in both.

    `speed`: milliseconds of the item for each of the upload's; negative where it runs backwards, 0 where
    the upload holds one picture of the item. `item_from` is never after `item_to`, whichever way it runs.
    """

    upload_from: int
    upload_to: int
    item_from: int
    item_to: int
    speed: float


@dataclass(frozen=True, slots=True)
class VideoMatch:
    """One item that an upload shows.

    `expected_false`: how many alignments at least this good one expects per upload from a bank of the
    searched size that holds nothing of it. `scenes`: how many of the item's scenes agree; they count, not
    frames. `segments`: in the order of the upload. `piece`: all that agrees lies in what other items of the
    bank have too, or in a short beginning or end, as title cards and end cards do; such a match never blocks.
    `orientation`: how the upload was turned to meet the item. `titles`: of a piece, which moments of the item
    agree, ascending, that others have too, or that stand at an end: what `MomentCrowd` may note.
    """

    item: int
    strength: Strength
    expected_false: float
    scenes: int
    segments: tuple[Segment, ...]
    piece: bool = False
    reversed: bool = False
    orientation: Orientation = Orientation.UPRIGHT
    titles: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class VideoDecision:
    """`matches`: surest first. `stages`: how many were asked about. `hashes`: how many were searched. `left`:
    how many items that were met were not compared with all of it, since others took all the work that one
    upload may cost."""

    matches: tuple[VideoMatch, ...]
    stages: int
    hashes: int
    left: int = 0

    @property
    def best(self) -> VideoMatch | None:
        """The surest match."""
        return self.matches[0] if self.matches else None

    @property
    def strength(self) -> Strength:
        return self.matches[0].strength if self.matches else Strength.NONE
