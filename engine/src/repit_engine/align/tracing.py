"""A line drawn to the frame: where every moment lies nearest to what the upload shows at its time.

In: a line that scenes agree with, the points on it. Out: the line, moved by less than half a second. Next:
`align.ends`.

When a moment was nearest tells its time to a tenth of a second or two. All moments together, each compared
with every frame about its time, tell it to the frame; where nothing moves they tell nothing, and the line
stays.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from repit_engine.align.lines import FASTEST, SLOWEST, Line, unbroken
from repit_engine.align.meeting import Meeting
from repit_engine.align.points import Points
from repit_engine.kernels import jit

Costs: TypeAlias = Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]]
"""Speeds and offsets of lines to the bits that each costs."""

_AROUND: Final = 900.0
"""Milliseconds of the upload about a moment's time that are compared."""
_REACH: Final = 400.0
_STEPS: Final = (80.0, 20.0, 5.0)
"""Milliseconds by which both ends of a line are moved, round by round more finely."""
_NEAR: Final = 120.0
"""Milliseconds between a time and the frame that stands for it."""
_LEAST: Final = 4
"""Frames about a moment, without which it says nothing."""
_CLEAR: Final = 10
"""Bits beyond the median: what is farther off may be no more than like its neighbour."""
_PLAIN: Final = 6.0
"""Bits by which, times the root of the moments, the speed at which a film was made may fit worse than the
best of many others, and be it: so much is won by choosing among accidents."""


def traced(line: Line, points: Points, meeting: Meeting) -> Line:
    """Move a line to where its moments lie nearest."""
    profiles = _profiles(line, points, meeting)
    if not profiles:
        return line
    firsts = np.array([first for first, _, _ in profiles])
    times = np.concatenate([held for _, held, _ in profiles])
    bits = np.concatenate([held for _, _, held in profiles])
    lims = np.cumsum([0, *(len(held) for _, held, _ in profiles)])
    unseen = float(meeting.rule.near)

    def costs(speeds: NDArray[np.float64], offsets: NDArray[np.float64]) -> NDArray[np.float64]:
        out = np.empty(len(speeds))
        jit.align_lines.trace_lines(times, bits, lims, firsts, speeds, offsets, _NEAR, unseen, out)
        return out

    begin, end = float(firsts.min()), float(firsts.max())
    free = _moved(line, begin, end, costs)
    plain, middle = float(np.sign(line.speed)), (begin + end) / 2
    wanted = (middle - line.offset) / line.speed
    kept = _moved(replace(line, speed=plain, offset=middle - plain * wanted), middle, middle, costs)
    worth = costs(np.array([free.speed, kept.speed]), np.array([free.offset, kept.offset]))
    return kept if worth[1] <= worth[0] + _PLAIN * len(firsts) ** 0.5 else free


def _moved(line: Line, begin: float, end: float, costs: Costs) -> Line:
    """Move the times of both ends by steps; of one, where there is but one."""
    times = np.array([(begin - line.offset) / line.speed, (end - line.offset) / line.speed])
    reach = _REACH
    for step in _STEPS:
        grid = np.arange(-reach, reach + 1, step)
        first, second = np.meshgrid(grid, grid if end > begin else np.zeros(1), indexing="ij")
        starts = (times[0] + first).ravel()
        stops = (times[1] + second).ravel() if end > begin else starts
        speeds = np.full(len(starts), line.speed)
        if end > begin:
            spans = np.where(np.abs(stops - starts) < 1, np.nan, stops - starts)
            speeds = (end - begin) / spans
        possible = np.sign(speeds) == np.sign(line.speed)
        possible &= (np.abs(speeds) >= SLOWEST) & (np.abs(speeds) <= FASTEST)
        if not possible.any():
            return line
        moved = np.abs(first).ravel() + np.abs(second).ravel()
        starts, speeds, moved = starts[possible], speeds[possible], moved[possible]
        stops = stops[possible]
        offsets = begin - speeds * starts
        best = int(np.lexsort((starts, moved, costs(speeds, offsets).round(3)))[0])
        times = np.array([starts[best], stops[best]])
        line = replace(line, speed=float(speeds[best]), offset=float(offsets[best]))
        reach = step
    return line


def _profiles(
    line: Line, points: Points, meeting: Meeting
) -> list[tuple[float, NDArray[np.float64], NDArray[np.int64]]]:
    """Of each moment on the line: its time in the item, and how near each frame about its time is to it."""
    upload, item = meeting.upload, meeting.item
    low, high = np.searchsorted(upload.turns, [int(points.turns[0]), int(points.turns[0]) + 1])
    ms = upload.ms[low:high]
    best: dict[int, int] = {}
    clear = np.flatnonzero(unbroken(points) & (points.bits <= np.median(points.bits) + _CLEAR))
    for at in clear[np.lexsort((points.sharp[clear], points.bits[clear]))].tolist():
        best.setdefault(int(points.moments[at]), at)
    found = []
    for moment in sorted(best):
        first = float(points.firsts[best[moment]])
        wanted = (first - line.offset) / line.speed
        start, stop = np.searchsorted(ms, [wanted - _AROUND, wanted + _AROUND])
        # One kind of place: what is nearest at its best is compared with the same all the way.
        place = upload.places[points.queries[best[moment]]]
        rows = low + start + np.flatnonzero(upload.places[low + start : low + stop] == place)
        if len(rows) < _LEAST:
            continue
        bits = np.empty((len(rows), 1), np.uint16)
        own = item.hashes[points.rows[best[moment]]][np.newaxis]
        jit.distances.distance_matrix(upload.hashes[rows].view(np.uint64), own.view(np.uint64), bits)
        times, first_of = np.unique(upload.ms[rows], return_inverse=True)
        nearest = np.full(len(times), 257, np.int64)
        np.minimum.at(nearest, first_of.reshape(-1), bits[:, 0].astype(np.int64))
        found.append((first, times.astype(np.float64), nearest))
    return found
