"""Rectangles that stay where they are throughout a video: what lies within bars, a frame, a split screen, a
corner.

In: working planes of still moments, then frames anew. Out: rectangles, and `Asked` with each of them densely.
Next: `query`.

In one picture a straight edge may be a window's. In a video what counts is that an edge stays while what it
bounds moves: the box of all that moves, if its sides are straight; edges of the mean of all planes, in which
whatever moves is blurred; lines from side to side at which every plane has a step. Most videos have none of
them, and are not decoded again.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from repit_engine.kernels import jit
from repit_engine.moments import frame as of
from repit_engine.moments.gathering import Rows, thinned
from repit_engine.moments.types import LEAST_QUALITY, Asked, VideoStage
from repit_engine.pdq import Orientation, hash_rectangles
from repit_engine.video import Frame, Video

MOST_RECTANGLES: Final = 8
MOST_PROPOSED: Final = 4
ALIKE: Final = 0.9
"""Two rectangles with so much in common, of all they cover, are one."""
LEAST_SIDE: Final = 64
"""Of a working plane: in a narrower strip nothing is hidden."""
LEAST_SHARE: Final = 0.12
"""Of the frame's width, and of its height."""
LEAST_STEP: Final = 5 * 256
"""Of the mean: smallest step between neighbours that counts, in 1/256 of a level; as in one picture."""
LEAST_PLANES: Final = 4
"""Of fewer the mean is no more blurred than one picture is."""
STILL: Final = 3 * 256
"""Change that compression makes of what does not move."""
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
        self._sum = self._change = np.zeros((0, 0), np.int64)
        self._across = self._down = np.zeros((EIGHTHS, 0), np.int64)

    def add(self, plane: NDArray[np.int32]) -> None:
        """Take the plane of the next still moment. Where its size changes a new part begins, and the longer
        one counts: the first, unless it was one picture alone.
        """
        if min(plane.shape) < LEAST_SIDE:
            return
        if self._last is None or (self._last.shape != plane.shape and self._count == 1):
            self._count, self._last = 0, plane
            self._sum, self._change = np.zeros(plane.shape, np.int64), np.zeros(plane.shape, np.int64)
            self._across, self._down = np.zeros_like(_steps(plane)), np.zeros_like(_steps(plane.T))
        if self._last.shape == plane.shape:
            self._count += 1
            self._sum += plane
            self._change += np.abs(plane - self._last)
            self._across += _steps(plane)
            self._down += _steps(plane.T)
            self._last = plane

    def rectangles(self) -> NDArray[np.float64]:
        """``(n, 4)``: left, top, right, bottom as shares of the frame as shown, likeliest first."""
        if self._count < 2:
            return np.empty((0, 4))
        mean = (self._sum // self._count).astype(np.int32)
        change = self._change // (self._count - 1)
        height, width = mean.shape
        found = [
            *_moving(change),
            jit.anchors_frames.trim_uniform(mean, 0.98, 12 * 256),
            jit.anchors_frames.trim_dull(mean),
            *_cells(_lines(self._across // self._count), _lines(self._down // self._count), width, height),
        ]
        if self._count >= LEAST_PLANES and np.median(change) > STILL:
            found += list(jit.anchors_frames.propose(mean, MOST_PROPOSED, LEAST_STEP))
        boxes: list[_Box] = []
        taken: list[_Box] = [(0, 0, width, height)]
        for left, top, right, bottom in (np.asarray(box).tolist() for box in found):
            box = left, top, right, bottom
            large = min((right - left) / width, (bottom - top) / height) >= LEAST_SHARE
            if large and all(_common(box, b) < ALIKE for b in taken):
                taken.append(box)
                boxes.append(box)
        shares = np.array(boxes[:MOST_RECTANGLES], np.float64).reshape(-1, 4)
        result: NDArray[np.float64] = shares / np.array([width, height, width, height])
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


def _steps(plane: NDArray[np.int32]) -> NDArray[np.int64]:
    """Means of the steps from each column to the next, in eighths of the height: ``(8, n)``."""
    steps = np.abs(np.diff(plane, axis=1))
    edges = np.arange(EIGHTHS) * len(steps) // EIGHTHS
    sums: NDArray[np.int64] = np.add.reduceat(steps, edges, axis=0, dtype=np.int64)
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


def _common(box: _Box, other: _Box) -> float:
    """Intersection over union."""
    across = max(0, min(box[2], other[2]) - max(box[0], other[0]))
    down = max(0, min(box[3], other[3]) - max(box[1], other[1]))
    areas = sum((right - left) * (bottom - top) for left, top, right, bottom in (box, other))
    return across * down / max(1, areas - across * down)


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
