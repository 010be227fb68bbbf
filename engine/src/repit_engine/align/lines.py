"""Which line through the times of an upload and an item most scenes agree with.

In: `Points` of one turn. Out: `Line`, the best there is. Next: `align.evidence` says what it is worth,
`align.segments` where it begins and ends.

Pairs of points vote: each two of different scenes say how fast the item runs and where it begins; each one
alone says where, at the speed at which it was made, forwards or backwards. All lines are tried, the one with
most behind it is drawn anew through what agrees with it.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from repit_engine.align.points import Points
from repit_engine.kernels import jit

SLOWEST: Final = 0.5
FASTEST: Final = 2.0
_SLACK: Final = 1.12
"""Two near points say a speed roughly: lines a little beyond the limits are tried, and drawn anew."""
_VOTERS: Final = 96
_OF_SCENE: Final = 3
_APART: Final = 400
"""Milliseconds of the upload between two points that vote for a speed."""
_BONUS: Final = 0.01
"""Of what a scene is worth, for every further moment of it."""
_LESS: Final = 0.95
"""How much of what agreed must go on agreeing with a line that is drawn anew."""
_AS_MUCH: Final = 0.75
_USUAL: Final = 1.25
"""How much more the speed at which a film was made is believed than any other."""
_SELDOM: Final = 1.1
"""And the same backwards."""
_ROUNDS: Final = (1.0, 0.7, 0.5)
_PLAIN: Final = 60.0
"""Milliseconds by which the speed at which a film was made may fit worse than another, and be it."""


@dataclass(frozen=True, slots=True)
class Line:
    """Item milliseconds = `speed` × upload milliseconds + `offset`. `score`: log10 of what agrees."""

    speed: float
    offset: float
    score: float

    def misses(self, points: Points) -> NDArray[np.float64]:
        """Milliseconds of the item by which each point lies off the line."""
        ends = np.stack([self.speed * points.begins + self.offset, self.speed * points.ends + self.offset])
        low, high = ends.min(axis=0), ends.max(axis=0)
        off: NDArray[np.float64] = np.maximum(0.0, np.maximum(points.firsts - high, low - points.lasts))
        return off


def best_line(points: Points, scenes: NDArray[np.int64], tolerance: float) -> Line | None:
    """The line that most scenes agree with; `scenes` says which each point shows. None without points."""
    if not len(points):
        return None
    order = np.lexsort((points.sharp, points.moments, scenes))
    points, scenes = points.of(order), scenes[order]
    line = _best(points, scenes, tolerance)
    clear = unbroken(points)
    if clear.all():
        return line
    # What no cut has cut off says better where the line lies, where it says as much.
    other = _best(points.of(clear), scenes[clear], tolerance)
    ahead = _scored(points, scenes, np.array([other.speed]), np.array([other.offset]), tolerance)
    return other if float(ahead[0]) >= _AS_MUCH * line.score else line


def _best(points: Points, scenes: NDArray[np.int64], tolerance: float) -> Line:
    speeds, offsets = _proposed(points, scenes)
    scores = _scored(points, scenes, speeds, offsets, tolerance)
    likely = np.where(speeds == 1.0, _USUAL, np.where(speeds == -1.0, _SELDOM, 1.0)) * scores
    best = int(np.lexsort((offsets, np.abs(speeds - 1), -likely.round(9)))[0])
    line = Line(float(speeds[best]), float(offsets[best]), float(scores[best]))
    return _drawn_anew(points, scenes, line, tolerance)


def unbroken(points: Points) -> NDArray[np.bool_]:
    """Which points may say where a line lies: those that no cut has cut off, if there are two."""
    whole = ~points.broken
    return whole if np.count_nonzero(whole) > 1 else np.ones(len(points), np.bool_)


def _proposed(points: Points, scenes: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    middles = (points.firsts + points.lasts) / 2
    by_weight = np.lexsort((points.sharp, points.moments, points.chances))
    taken: list[int] = []
    heard: dict[int, int] = {}
    for at in by_weight.tolist():
        scene = int(scenes[at])
        if heard.get(scene, 0) < _OF_SCENE:
            heard[scene] = heard.get(scene, 0) + 1
            taken.append(at)
        if len(taken) == _VOTERS:
            break
    voters = np.array(taken, np.int64)
    times, places = points.sharp[voters], middles[voters]
    first, other = np.triu_indices(len(voters), 1)
    far = (np.abs(times[other] - times[first]) >= _APART) & (scenes[voters[first]] != scenes[voters[other]])
    first, other = first[far], other[far]
    speeds = (places[other] - places[first]) / (times[other] - times[first])
    possible = (np.abs(speeds) >= SLOWEST / _SLACK) & (np.abs(speeds) <= FASTEST * _SLACK)
    first, speeds = (
        first[possible],
        np.clip(np.abs(speeds[possible]), SLOWEST, FASTEST) * np.sign(speeds[possible]),
    )
    all_speeds = np.concatenate([speeds, np.ones(len(voters)), -np.ones(len(voters))])
    all_from = np.concatenate([first, np.arange(len(voters)), np.arange(len(voters))])
    return all_speeds, places[all_from] - all_speeds * times[all_from]


def _scored(
    points: Points,
    scenes: NDArray[np.int64],
    speeds: NDArray[np.float64],
    offsets: NDArray[np.float64],
    tolerance: float,
) -> NDArray[np.float64]:
    out = np.empty(len(speeds), np.float64)
    times = points.begins, points.ends, points.firsts, points.lasts
    jit.align_lines.score_lines(*times, -points.chances, scenes, speeds, offsets, tolerance, _BONUS, out)
    return out


def _drawn_anew(points: Points, scenes: NDArray[np.int64], line: Line, tolerance: float) -> Line:
    """Through what agrees, round by round more narrowly; kept where no less agrees."""
    for share in _ROUNDS:
        inside = np.flatnonzero(line.misses(points) <= share * tolerance)
        if len(inside) < 2:
            break
        fitted = _fitted(points.of(inside), line)
        speed, offset = (np.array([value]) for value in fitted)
        scores = _scored(points, scenes, speed, offset, tolerance)
        if float(scores[0]) < _LESS * line.score:
            break
        line = Line(*fitted, float(scores[0]))
    return line


def _fitted(points: Points, line: Line) -> tuple[float, float]:
    """Weighted least squares; a point that lasts says less of when."""
    places = (points.firsts + points.lasts) / 2
    # Of a point that lasts, in the upload or the item, take the time that the line asks for.
    wanted = (places - line.offset) / line.speed
    times = np.clip(wanted, points.begins, points.ends)
    exact = np.clip(line.speed * times + line.offset, points.firsts, points.lasts)
    width = 40.0 + (points.ends - points.begins) / 2 + (points.lasts - points.firsts) / 2 + 3.0 * points.bits
    weights = 1.0 / width**2
    middle = float(np.average(times, weights=weights))
    spread = float(np.average((times - middle) ** 2, weights=weights))
    target = float(np.average(exact, weights=weights))
    speed = line.speed
    if spread > 0:
        slope = float(np.average((times - middle) * (exact - target), weights=weights)) / spread
        if SLOWEST <= slope * np.sign(line.speed) <= FASTEST:
            speed = slope
    plain = float(np.sign(line.speed))
    if abs(speed - plain) * np.sqrt(spread) <= _PLAIN:
        speed = plain
    return speed, target - speed * middle
