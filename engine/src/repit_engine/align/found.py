"""One stretch of one line, and what it is worth.

In: what `align.evidence` and `align.scene` say. Out: `Found`. Next: `align.judging`.
"""

from dataclasses import dataclass

import numpy as np

from repit_engine.align.evidence import Evidence
from repit_engine.align.lines import Line
from repit_engine.align.result import Segment
from repit_engine.align.stretches import Stretch
from repit_engine.decision import Strength

_WIDE = 400
"""Milliseconds about a time at which a moment is foreseen."""
_LONGEST = 8_000
"""Milliseconds beyond what agrees that are asked about."""
_WITHIN, _NEAR = 8, 160
"""Times within what agrees that are asked about, and milliseconds about each, so that it is placed well."""
_STRENGTHS = (Strength.BLOCK, Strength.REVIEW, Strength.NONE)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Found:
    """`piece` as in `VideoMatch`."""

    line: Line
    stretch: Stretch
    segment: Segment
    evidence: Evidence
    strength: Strength
    piece: bool

    @property
    def order(self) -> tuple[float, ...]:
        """Strongest first, then by evidence."""
        return _STRENGTHS.index(self.strength), self.evidence.expected, self.segment.upload_from

    @property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """Where more is to be known: about both ends; about all of it, and beyond, where it is not sure."""
        begin, end = self.segment.upload_from, self.segment.upload_to
        points = self.stretch.points
        first, last = int(points.begins.min()), int(points.ends.max())
        before, after = max(begin - 2 * _WIDE, first - _LONGEST), min(end + 2 * _WIDE, last + _LONGEST)
        if self.strength is not Strength.BLOCK:
            return ((before, after),)
        inner = [int(time) for time in np.linspace(first, last, _WITHIN)]
        between = tuple((time - _NEAR, time + _NEAR) for time in inner)
        return (before, first + _WIDE), *between, (last - _WIDE, after)
