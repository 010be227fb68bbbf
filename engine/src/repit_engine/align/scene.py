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
from repit_engine.align.order import in_order
from repit_engine.align.points import Points
from repit_engine.align.result import Segment
from repit_engine.align.stretches import Stretch
from repit_engine.decision import Strength

_FROZEN: Final = 2.0
"""How many times as long as it stands in the item a picture stands in the upload, where it is held."""
_LEAST: Final = 3
"""Moments whose order says something."""
_MOST_TRIED: Final = 8
"""Points, the nearest, through which a line of the usual speed is tried."""
_OF_POINT: Final = 400
"""Pairs of hashes in the time that telling a point on or off a line takes."""


def of_scene(line: Line, part: Stretch, segment: Segment, seen: Points, meeting: Meeting) -> Found:
    """What the surest scene of a stretch is worth by itself; `seen`: all points of its turn."""
    item, rule, upload = meeting.item, meeting.rule, meeting.upload
    points = part.points
    surest = int(np.lexsort((points.sharp, points.moments, points.chances))[0])
    points = points.of(item.scenes[points.moments] == item.scenes[points.moments[surest]])
    chance = float(points.chances.min())
    expected = math.log10(max(1, meeting.rows)) + math.log10(upload.moments) + chance
    segment, shown, stands = _held(segment, points)
    long = item.scene_count == 1 or min(shown, stands) >= rule.long
    strength = strength_of(expected, rule)
    if long and bool(points.standard.any()):
        strength = Strength.BLOCK
    elif strength is Strength.BLOCK and not long:
        strength = Strength.REVIEW
    flashes = shown < _least(meeting) and stands < item.moments.duration / 2
    if flashes and strength is not Strength.NONE and not _goes_on(line, part.points, seen, meeting):
        strength = Strength.NONE
    return Found(line, part, segment, Evidence(expected, 1), strength, piece=not long)


def _least(meeting: Meeting) -> float:
    """Milliseconds below which nothing is held."""
    return min(meeting.rule.held, meeting.upload.covered / 2)


def _goes_on(line: Line, points: Points, seen: Points, meeting: Meeting) -> bool:
    """Whether other moments of the item come before and after as they should: a view that a hand holds is
    many scenes, which resemble one another too much to be accidents of their own. What follows a thing
    through it misses the speed, so that the one at which a film was made is tried as well.
    """
    plain = float(np.sign(line.speed))
    nearest = points.of(np.lexsort((points.sharp, points.moments, points.bits))[:_MOST_TRIED])
    offsets = (nearest.firsts + nearest.lasts) / 2 - plain * nearest.sharp
    lines = [line, *(Line(plain, offset, line.score) for offset in np.unique(offsets).tolist())]
    if not meeting.work.takes(len(lines) * len(seen) * _OF_POINT):
        return False
    return any(_is_followed(drawn, seen, meeting) for drawn in lines)


def _is_followed(line: Line, seen: Points, meeting: Meeting) -> bool:
    agreeing = seen.of(line.misses(seen) <= meeting.rule.tolerance)
    if len(np.unique(agreeing.moments)) < _LEAST:
        return False
    if agreeing.tos.max() - agreeing.froms.min() < _least(meeting):
        return False
    return in_order(line, agreeing, seen, meeting)


def _held(segment: Segment, points: Points) -> tuple[Segment, int, int]:
    """A scene's segment, how long it is shown, and how long it stands in the item; of a picture that is held,
    the time for which it is."""
    begin, end = int(points.froms.min()), int(points.tos.max())
    first, last = int(points.firsts.min()), int(points.lasts.max())
    shown, stands = end - begin, last - first
    if shown > _FROZEN * stands + 1000 and len(np.unique(points.moments)) == 1:
        return Segment(begin, end, first, last, 0.0), shown, stands
    return segment, shown, stands
