"""One scene, by the rule for pictures: the standard match, one hash very near, two near and turned alike.

In: a stretch in which no second scene speaks. Out: `Found`. Next: `align.judging`.

It blocks alone only where it is long, in the upload and in the item, or where the item has no other scene.
Shorter, it goes to a person; a moment that flashes by is nothing, so that frames in another order than the
item's are no match.
"""

import math
from typing import Final

import numpy as np

from repit_engine.align.evidence import Evidence, strength_of
from repit_engine.align.found import Found
from repit_engine.align.lines import Line
from repit_engine.align.meeting import Meeting
from repit_engine.align.points import Points
from repit_engine.align.result import Segment
from repit_engine.align.stretches import Stretch
from repit_engine.decision import Strength

_FROZEN: Final = 2.0
"""How many times as long as it stands in the item a picture stands in the upload, where it is held."""


def of_scene(line: Line, part: Stretch, segment: Segment, meeting: Meeting) -> Found:
    """What the surest scene of a stretch is worth by itself."""
    item, rule, upload = meeting.item, meeting.rule, meeting.upload
    points = part.points
    surest = int(np.lexsort((points.sharp, points.moments, points.chances))[0])
    points = points.of(item.scenes[points.moments] == item.scenes[points.moments[surest]])
    chance = float(points.chances.min())
    expected = math.log10(max(1, meeting.rows)) + math.log10(upload.moments) + chance
    segment, shown, stands = _held(segment, points)
    long = item.scene_count == 1 or min(shown, stands) >= rule.long
    strength = strength_of(expected, rule)
    if shown < min(rule.held, upload.covered / 2) and stands < item.moments.duration / 2:
        strength = Strength.NONE
    elif long and bool(points.standard.any()):
        strength = Strength.BLOCK
    elif strength is Strength.BLOCK and not long:
        strength = Strength.REVIEW
    return Found(line, part, segment, Evidence(expected, 1), strength, piece=not long)


def _held(segment: Segment, points: Points) -> tuple[Segment, int, int]:
    """A scene's segment, how long it is shown, and how long it stands in the item; of a picture that is held,
    the time for which it is."""
    begin, end = int(points.froms.min()), int(points.tos.max())
    first, last = int(points.firsts.min()), int(points.lasts.max())
    shown, stands = end - begin, last - first
    if shown > _FROZEN * stands + 1000 and len(np.unique(points.moments)) == 1:
        return Segment(begin, end, first, last, 0.0), shown, stands
    return segment, shown, stands
