"""What is to be said of one item: how sure, and where.

In: a `Meeting`. Out: `Judgement`. Next: `align.rule` sorts them, and asks again where more would say more.

Several scenes on one line are evidence of their own (`align.evidence`). Within one scene the rule for
pictures speaks (`align.scene`): a film from a tripod has no second one.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from repit_engine.align.ends import segment_of
from repit_engine.align.evidence import of_line, strength_of
from repit_engine.align.found import Found
from repit_engine.align.lines import Line, best_line
from repit_engine.align.meeting import Item, Meeting
from repit_engine.align.order import in_order
from repit_engine.align.points import Points, points_of
from repit_engine.align.result import Segment, VideoMatch
from repit_engine.align.scene import of_scene
from repit_engine.align.stretches import Stretch, stretches
from repit_engine.align.tracing import traced
from repit_engine.align.upload import NEGATIVE
from repit_engine.decision import Strength
from repit_engine.pdq import Orientation

_MOST_LINES: Final = 12
"""Lines through one item, turned one way, that are followed."""
_DIM: Final = 3.0
"""log10 of the false alignments beyond which it is not worth while to ask more."""
_MOST_DIM: Final = 3

Shared = Callable[[Item, NDArray[np.int64]], NDArray[np.bool_]]
"""An item and some of its moments to which of them unrelated items have too."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """`match`: None where nothing is to be said. `spans`: milliseconds of the upload, from and to, about
    which it would be worth while to ask more."""

    match: VideoMatch | None
    spans: tuple[tuple[int, int], ...]


def judged(meeting: Meeting, shared: Shared) -> Judgement:
    """The best that is to be said of an item."""
    points = points_of(meeting)
    of_turns = [
        (turn, found)
        for turn in np.unique(points.turns).tolist()
        if (found := _of_turn(points.of(points.turns == turn), meeting))
    ]
    if not of_turns:
        return Judgement(None, ())
    turn, found = min(of_turns, key=lambda held: (held[1][0].order, held[0]))
    spans = tuple(span for part in found for span in part.spans)
    sure = [part for part in found if part.strength is not Strength.NONE]
    if not sure:
        return Judgement(None, spans)
    return Judgement(_match(turn, sure, meeting, shared), spans)


def _of_turn(points: Points, meeting: Meeting) -> list[Found]:
    """Stretches along one line after another, surest first, each without what those before have taken.

    Of what is nothing by itself a few of the best come last: more may be asked about them.
    """
    found: list[Found] = []
    dim: list[Found] = []
    left = points
    for _ in range(_MOST_LINES):
        line = best_line(left, meeting.item.shots[left.moments], meeting.rule.tolerance)
        if line is None:
            break
        weigh = _further if found else _weighed
        fresh = [weigh(line, part, left, meeting) for part in stretches(line, meeting, left)]
        dim += [part for part in fresh if part.strength is Strength.NONE]
        fresh = [part for part in fresh if part.strength is not Strength.NONE]
        if not fresh:
            break
        found += fresh
        left = left.of(line.misses(left) > meeting.rule.tolerance)
    found, dim = (sorted(parts, key=lambda part: part.order) for parts in (found, dim))
    return found + [part for part in dim if part.evidence.expected <= _DIM][:_MOST_DIM]


def _weighed(line: Line, part: Stretch, points: Points, meeting: Meeting) -> Found:
    evidence = of_line(part.points, meeting, part.asked)
    exact = traced(line, part.points, meeting)
    if evidence.scenes > 1 and evidence.expected <= math.log10(meeting.rule.review):
        strength = strength_of(evidence.expected, meeting.rule)
        # Where little moves, the line that was drawn may be nearer to the truth than the one to the frame.
        for drawn in (exact, line):
            if in_order(drawn, part.points, points, meeting):
                segment = segment_of(drawn, part, meeting)
                return Found(drawn, part, segment, evidence, strength, piece=False)
    return of_scene(exact, part, segment_of(exact, part, meeting), points, meeting)


def _further(line: Line, part: Stretch, points: Points, meeting: Meeting) -> Found:
    """Of an item that was met: what is nothing among the bank's hashes, and something among its own, is for a
    person. It makes nothing surer."""
    found = _weighed(line, part, points, meeting)
    if found.strength is Strength.NONE:
        among = replace(meeting, rows=len(meeting.item.hashes))
        eased = _weighed(line, part, points, among)
        if eased.strength is not Strength.NONE:
            return replace(found, strength=Strength.REVIEW, piece=eased.piece)
    return found


def _match(turn: int, found: list[Found], meeting: Meeting, shared: Shared) -> VideoMatch:
    surest, item = found[0], meeting.item
    moments = np.unique(np.concatenate([part.stretch.points.moments for part in found]))
    strength, piece = surest.strength, surest.piece
    titles = np.empty(0, np.int64)
    if strength is Strength.BLOCK:
        common = moments[shared(item, moments)]
        if not any(_stands_alone(part, common, meeting) for part in found):
            strength, piece = Strength.REVIEW, True
            titles = _titles(found, common, meeting)
    return VideoMatch(
        item=item.number,
        strength=strength,
        expected_false=10.0 ** min(surest.evidence.expected, 300.0),
        scenes=len(np.unique(item.scenes[moments])),
        segments=tuple(sorted(_apart(found), key=lambda part: (part.upload_from, part.upload_to))),
        piece=piece,
        reversed=surest.line.speed < 0 and surest.segment.speed != 0,
        orientation=Orientation(turn % NEGATIVE),
        titles=tuple(titles.tolist()),
    )


def _stands_alone(part: Found, common: NDArray[np.int64], meeting: Meeting) -> bool:
    """Whether it would block without what unrelated items have too, and is more than a title or an end."""
    if part.strength is not Strength.BLOCK:
        return False
    stretch = part.stretch
    own = ~np.isin(stretch.points.moments, common)
    if not own.all():
        rest = replace(stretch, points=stretch.points.of(own), asked=np.setdiff1d(stretch.asked, common))
        if not own.any() or _weighed(part.line, rest, rest.points, meeting).strength is not Strength.BLOCK:
            return False
    moments, rule = meeting.item.moments, meeting.rule
    begin = int(moments.begins[stretch.points.moments[own]].min())
    end = int(moments.ends[stretch.points.moments[own]].max())
    at_edge = end <= rule.edge or begin >= moments.duration - rule.edge
    return not (at_edge and end - begin < rule.part * moments.duration)


def _titles(found: list[Found], common: NDArray[np.int64], meeting: Meeting) -> NDArray[np.int64]:
    """Moments of what several scenes agree in that unrelated items have too, or that stand at an end."""
    lines = [part.stretch.points.moments for part in found if part.evidence.scenes > 1]
    moments = np.unique(np.concatenate([np.empty(0, np.int64), *lines]))
    held, edge = meeting.item.moments, meeting.rule.edge
    at_edge = (held.ends[moments] <= edge) | (held.begins[moments].astype(np.int64) >= held.duration - edge)
    titles: NDArray[np.int64] = moments[at_edge | np.isin(moments, common)]
    return titles


def _apart(found: list[Found]) -> list[Segment]:
    """Surest first, without those that lie within a surer one in the upload."""
    kept: list[Segment] = []
    for part in found:
        segment = part.segment
        middle = (segment.upload_from + segment.upload_to) / 2
        if not any(other.upload_from <= middle <= other.upload_to for other in kept):
            kept.append(segment)
    return kept
