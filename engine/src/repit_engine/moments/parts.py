"""Rectangles that stay where they are throughout a video: what lies within bars, a frame, a split screen, a
corner.

In: working planes of still moments, then frames anew. Out: rectangles, and `Asked` with each of them densely.
Next: `query`.

In one picture a straight edge may be a window's. In a video what counts is that an edge stays while what it
bounds moves: the box of all that moves, if its sides are straight; edges of the mean of all planes, in which
whatever moves is blurred; rectangles that come back in one plane after another (`borders`); lines from side
to side at which every plane has a step. Where there are none, nothing is decoded again.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from repit_engine.kernels import jit
from repit_engine.moments import borders
from repit_engine.moments import frame as of
from repit_engine.moments.gathering import Rows, thinned
from repit_engine.moments.motion import APART
from repit_engine.moments.types import LEAST_QUALITY, Asked, VideoStage
from repit_engine.pdq import Orientation, hash_rectangles
from repit_engine.video import Frame, Video

MOST_RECTANGLES: Final = 10
MOST_RECURRING: Final = 4
MOST_PROPOSED: Final = 4
"""Of the mean."""
ALIKE: Final = 0.9
"""Two rectangles with so much in common, of all they cover, are one."""
LEAST_SIDE: Final = 64
"""Of a working plane: in a narrower strip nothing is hidden."""
LEAST_MOVING: Final = 8
"""Working pixels of the box of all that moves: what is narrower has no inside."""
LEAST_SHARE: Final = 0.12
"""Of the frame's width, and of its height."""
LEAST_PLANES: Final = 4
"""Of fewer the mean is no more blurred than one picture is."""
STILL: Final = 3 * 256
"""Change that compression makes of what does not move."""
MOVES: Final = 0.2
"""Share of a rectangle that moves, if it is to be one that a film is shown in."""
STEEP: Final = 1.7
"""How many times the usual step about it a line from side to side has, at least."""
LEAST_USUAL: Final = 512
"""Taken for the usual step where it is less: two levels."""
EIGHTHS: Final = 8
ABOUT: Final = 12
"""Working pixels to either side of a line, among which the usual step is told."""
RIM: Final = 8
"""Part of a frame, at its sides, in which no such line is looked for."""
_Box = tuple[int, int, int, int]
_UPRIGHT_AND_MIRRORED: Final = np.array([Orientation.UPRIGHT, Orientation.MIRRORED], np.uint8)


class Constant:
    """Sums of planes, of their changes and their steps: no more, however long the video."""

    def __init__(self) -> None:
        self._count = 0
        self._last: NDArray[np.int32] | None = None
        self._ms = -APART
        self._recurring = borders.Recurring()
        self._sum = self._change = self._across = self._down = np.zeros((0, 0), np.int64)

    def add(self, ms: int, plane: NDArray[np.int32]) -> None:
        """Take the plane of the next still moment; of those within `APART` of one another the first: between
        neighbouring frames next to nothing moves. Where its size changes a new part begins, and the longer
        one counts: the first, unless it was one picture alone.
        """
        if min(plane.shape) < LEAST_SIDE or ms - self._ms < APART:
            return
        self._ms = ms
        if self._last is None or (self._last.shape != plane.shape and self._count == 1):
            height, width = plane.shape
            self._count, self._last, self._recurring = 0, plane, borders.Recurring()
            self._sum, self._change = np.zeros(plane.shape, np.int64), np.zeros(plane.shape, np.int64)
            self._across = np.zeros((height, width - 1), np.int64)
            self._down = np.zeros((height - 1, width), np.int64)
        if self._last.shape == plane.shape:
            self._count += 1
            self._sum += plane
            self._change += np.abs(plane - self._last)
            self._across += np.abs(np.diff(plane, axis=1))
            self._down += np.abs(np.diff(plane, axis=0))
            self._recurring.add(plane)
            self._last = plane

    def rectangles(self) -> NDArray[np.float64]:
        """``(n, 4)``: left, top, right, bottom as shares of the frame as shown, likeliest first."""
        if self._count < 2:
            return np.empty((0, 4))
        mean = (self._sum // self._count).astype(np.int32)
        change = self._change // (self._count - 1)
        height, width = change.shape
        across, down = (_lines(_eighths(steps) // self._count) for steps in (self._across, self._down.T))
        found = [
            *_moving(change),
            jit.anchors_frames.trim_uniform(mean, 0.98, 12 * 256),
            jit.anchors_frames.trim_dull(mean),
            *[box for box in self._recurring.boxes() if _moves(change, box)][:MOST_RECURRING],
            *_cells(across, down, width, height),
        ]
        if self._count >= LEAST_PLANES and np.median(change) > STILL:
            found += list(jit.anchors_frames.propose(mean, MOST_PROPOSED, borders.LEAST_STEP))
        taken = np.array([[0, 0, width, height]])
        for box in found:
            exact = borders.snapped(np.asarray(box), self._across, self._down)
            large = ((exact[2:] - exact[:2]) / [width, height]).min() >= LEAST_SHARE
            if large and borders.shared(exact[np.newaxis], taken).max() < ALIKE:
                taken = np.concatenate([taken, exact[np.newaxis]])
        result: NDArray[np.float64] = taken[1 : MOST_RECTANGLES + 1] / np.array(
            [width, height, width, height]
        )
        return result


def asked_in_parts(video: Video, constant: Constant, most: int) -> Iterator[Asked]:
    """Every frame in each of the rectangles, upright and mirrored, thinned to the budget."""
    shares = constant.rectangles()
    if not len(shares):
        return
    rows = Rows()
    for frame in video.at(thinned(video.times, most // (2 * len(shares)))):
        places = _stored(frame, shares)
        hashes, qualities = hash_rectangles(frame.luma, places, orientations=8)
        turns = of.COMPOSED[frame.turn, _UPRIGHT_AND_MIRRORED]
        for share, eight, quality in zip(shares, hashes, qualities.tolist(), strict=True):
            if of.shown_quality(frame, quality) >= LEAST_QUALITY:
                rows.rectangle(frame.ms, eight[turns], _UPRIGHT_AND_MIRRORED, share)
    yield rows.take(VideoStage.PARTS)


def _moves(change: NDArray[np.int64], box: borders.Boxes) -> bool:
    """Whether enough of a box does."""
    left, top, right, bottom = box.tolist()
    return float((change[top:bottom, left:right] > STILL).mean()) >= MOVES


def _moving(change: NDArray[np.int64]) -> list[_Box]:
    """The box of all that moves (rows and columns of which an eighth or more does), if along each of its
    sides most of it moves within and hardly anything without.
    """
    moves = change > STILL
    height, width = moves.shape
    down = np.flatnonzero(8 * moves.sum(axis=1) >= width)
    across = np.flatnonzero(8 * moves.sum(axis=0) >= height)
    if not len(down) or not len(across):
        return []
    left, top, right, bottom = int(across[0]), int(down[0]), int(across[-1]) + 1, int(down[-1]) + 1
    if min(right - left, bottom - top) < LEAST_MOVING:
        return []
    sides = (
        (moves[top:bottom, :left], moves[top:bottom, left:right]),
        (moves[:top, left:right].T, moves[top:bottom, left:right].T),
        (moves[top:bottom, right:][:, ::-1], moves[top:bottom, left:right][:, ::-1]),
        (moves[bottom:, left:right][::-1].T, moves[top:bottom, left:right][::-1].T),
    )
    straight = all(_still(out) and within[:, 2:6].mean() >= 0.6 for out, within in sides)
    return [(left, top, right, bottom)] if straight else []


def _still(outside: NDArray[np.bool_]) -> bool:
    """Whether next to nothing moves, but for the last lines before the border: a scaled edge, a block of the
    coder.
    """
    return outside.shape[1] <= 4 or float(outside[:, :-4].mean()) <= 0.1


def _lines(steps: NDArray[np.int64]) -> list[int]:
    """Where a frame is divided from side to side: before which pixel, at most two, in order.

    `steps` ``(8, n)``: means of the steps at each place, in eighths of its length. A line has a step in all
    but two of them: a logo's side is not one.
    """
    count = steps.shape[1]
    padded = np.pad(steps, ((0, 0), (ABOUT, ABOUT)), mode="edge")
    usual = np.median(np.lib.stride_tricks.sliding_window_view(padded, 2 * ABOUT + 1, axis=1), axis=2)
    ratio = np.sort(steps / np.maximum(usual, LEAST_USUAL), axis=0)[2]
    ratio[: count // RIM] = ratio[count - count // RIM :] = 0
    found: list[int] = []
    while len(found) < 2 and ratio.max(initial=0) >= STEEP:
        best = int(ratio.argmax())
        found.append(best + 1)
        ratio[max(0, best - ABOUT) : best + ABOUT + 1] = 0
    return sorted(found)


def _eighths(steps: NDArray[np.int64]) -> NDArray[np.int64]:
    """Means of steps from each column to the next, in eighths of the height: ``(8, n)``."""
    edges = np.arange(EIGHTHS) * len(steps) // EIGHTHS
    sums: NDArray[np.int64] = np.add.reduceat(steps, edges, axis=0)
    return sums // np.diff([*edges, len(steps)])[:, np.newaxis]


def _cells(across: list[int], down: list[int], width: int, height: int) -> list[_Box]:
    """What lines from side to side divide a frame into."""
    if not across and not down:
        return []
    return [
        (left, top, right, bottom)
        for top, bottom in pairwise([0, *down, height])
        for left, right in pairwise([0, *across, width])
    ]


def _stored(frame: Frame, shares: NDArray[np.float64]) -> NDArray[np.int64]:
    """Rectangles of the shown frame as pixels of the stored one."""
    left, top, right, bottom = shares.T
    turn = int(frame.turn)
    if turn in of.ACROSS:
        left, right = 1 - right, 1 - left
    if turn in of.DOWN:
        top, bottom = 1 - bottom, 1 - top
    if turn >= Orientation.TRANSPOSED:
        left, top, right, bottom = top, left, bottom, right
    height, width = frame.luma.shape
    places: NDArray[np.int64] = np.rint(
        np.stack([left * width, top * height, right * width, bottom * height], 1)
    ).astype(np.int64)
    places[:, 2] = np.maximum(places[:, 2], places[:, 0] + 1)
    places[:, 3] = np.maximum(places[:, 3], places[:, 1] + 1)
    return places
