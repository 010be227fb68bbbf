"""Which moments of an item agree with a line, one after another, and where that breaks off.

In: a line, a `Meeting`, its points. Out: `Stretch`es, in the order of the item. Next: `align.evidence`
weighs them, `align.ends` finds where in the upload they begin and end.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from repit_engine.align.lines import Line
from repit_engine.align.meeting import Meeting
from repit_engine.align.points import Points
from repit_engine.align.tracing import traced
from repit_engine.align.work import OF_MOMENT, OF_POINT
from repit_engine.kernels import jit

_CLEAR: Final = 16
"""Bits beyond the median of what agrees: a moment farther off may only be like its neighbour."""
_CLOSE: Final = 150
"""Milliseconds of the item about a moment's time, within which it may be seen."""
_EXACT: Final = 50
"""Milliseconds of the upload, within which it is missed where it is not: a hand moves on in more."""
MOST_MISSED: Final = 2
"""Moments in a row that may be missing from a copy."""


class Seen(IntEnum):
    """What the upload shows where a line foresees a moment."""

    UNASKED = 0
    """Nothing was asked about that time."""
    MISSED = 1
    FORESEEN = 2
    """Something dimly like it, which would be no evidence by itself."""
    MET = 3


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Stretch:
    """Moments of an item from `first` to `last`, both of them met or foreseen.

    `points`: those that are met. `asked`: which of its moments could have been. `before`, `after`: times of
    the upload, nearest first, at which moments beyond it in the upload were missed.
    """

    first: int
    last: int
    points: Points
    asked: NDArray[np.int64]
    before: tuple[float, ...]
    after: tuple[float, ...]


def stretches(line: Line, meeting: Meeting, points: Points) -> list[Stretch]:
    """Where an upload shows an item along one line, of `points` of one turn; nowhere, if no work is left."""
    upload, item, rule = meeting.upload, meeting.item, meeting.rule
    on_line = points.of(line.misses(points) <= rule.tolerance)
    if not len(on_line):
        return []
    line = traced(line, on_line, meeting)
    on_line = points.of(line.misses(points) <= rule.tolerance)
    if not len(on_line):
        return []
    clear = on_line.bits <= max(meeting.rule.radius, float(np.median(on_line.bits))) + _CLEAR
    middles = (item.moments.begins.astype(np.float64) + item.moments.ends) / 2
    times = (middles - line.offset) / line.speed
    slack = rule.tolerance / abs(line.speed)
    inside = np.flatnonzero((times >= -slack) & (times <= upload.duration + slack))
    inside = np.union1d(inside, on_line.moments)
    if not meeting.work.takes(len(points) * OF_POINT + len(inside) * OF_MOMENT):
        return []
    seen = _seen(line, meeting, on_line.of(clear), inside)
    found = []
    for first, last in _runs(seen):
        part = inside[first : last + 1]
        met = on_line.of(np.isin(on_line.moments, part))
        if not len(met):
            continue
        earlier = times[inside[:first][seen[:first] == Seen.MISSED]][::-1]
        later = times[inside[last + 1 :][seen[last + 1 :] == Seen.MISSED]]
        sides = tuple(earlier.tolist()), tuple(later.tolist())
        before, after = sides if line.speed > 0 else sides[::-1]
        asked = part[seen[first : last + 1] != Seen.UNASKED]
        found.append(Stretch(int(part[0]), int(part[-1]), met, asked, before, after))
    return found


def _runs(seen: NDArray[np.int64]) -> list[tuple[int, int]]:
    """First and last of each run of moments that are met or foreseen, with few missed in a row between."""
    runs: list[tuple[int, int]] = []
    first = last = -1
    missed = 0
    for at, what in enumerate(seen.tolist()):
        if what >= Seen.FORESEEN:
            if first >= 0 and missed > MOST_MISSED:
                runs.append((first, last))
                first = -1
            first, last, missed = (at if first < 0 else first), at, 0
        elif what == Seen.MISSED:
            missed += 1
    if first >= 0:
        runs.append((first, last))
    return runs


def _seen(line: Line, meeting: Meeting, met: Points, inside: NDArray[np.int64]) -> NDArray[np.int64]:
    upload, item, rule = meeting.upload, meeting.item, meeting.rule
    seen = np.full(len(inside), Seen.UNASKED, np.int64)
    seen[np.isin(inside, met.moments)] = Seen.MET
    turn = int(met.turns[0])
    low, high = np.searchsorted(upload.turns, [turn, turn + 1])
    # Where squares or trims are what agrees, whole frames say nothing of what is missing.
    by_whole = 2 * np.count_nonzero(upload.whole[met.queries]) >= len(met)
    asked = low + np.flatnonzero(upload.whole[low:high] == by_whole)
    ms = upload.ms[asked]
    begins, ends = item.moments.begins.astype(np.float64), item.moments.ends.astype(np.float64)
    slack = rule.tolerance / abs(line.speed)
    rows_of: dict[int, list[int]] = {}
    for row in np.flatnonzero(~item.is_whole).tolist():
        rows_of.setdefault(int(item.moment_of[row]), []).append(row)
    for at, moment in enumerate(inside.tolist()):
        if seen[at] == Seen.MET:
            continue
        times = sorted((float(edge) - line.offset) / line.speed for edge in (begins[moment], ends[moment]))
        close, exact = (_CLOSE / abs(line.speed), _EXACT) if by_whole else (slack, slack)
        start, stop = np.searchsorted(ms, [times[0] - close, times[1] + close])
        if start >= stop:
            continue
        rows = [moment, *rows_of.get(moment, ())]
        bits = np.empty((stop - start, len(rows)), np.uint16)
        queries = upload.hashes[asked[start:stop]].view(np.uint64)
        jit.distances.distance_matrix(queries, item.hashes[rows].view(np.uint64), bits)
        if int(bits.min()) <= rule.foreseen:
            seen[at] = Seen.FORESEEN
        elif np.abs(ms[start:stop] - np.clip(ms[start:stop], times[0], times[1])).min() <= exact:
            seen[at] = Seen.MISSED
    return seen
