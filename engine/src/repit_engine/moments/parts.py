"""Rectangles that stay where they are throughout a video: what lies within bars, a frame, a split screen, a
corner.

In: working planes of still moments, then frames anew. Out: rectangles, and `Asked` with each of them densely.
Next: `query`.

In one picture a straight edge may be a door. In a video what counts is that an edge stays while what it
bounds moves: so edges are looked for in the mean of all planes, in which whatever moves is blurred, and in
the mean of how much each pixel changes, in which whatever does not move is black.
"""

from collections.abc import Iterator
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
LEAST_SIDE: Final = 24
LEAST_STEP: Final = 5 * 256
"""Of the mean: smallest step between neighbours that counts, in 1/256 of a level; as in one picture."""
LEAST_CHANGE: Final = 2 * 256
"""The same of the change."""
STILL: Final = 3 * 256
"""Change that compression makes of what does not move."""
_UPRIGHT_AND_MIRRORED: Final = np.array([Orientation.UPRIGHT, Orientation.MIRRORED], np.uint8)


class Constant:
    """Sums of planes and of their changes: two planes, however long the video."""

    def __init__(self) -> None:
        self._count = 0
        self._last: NDArray[np.int32] | None = None
        self._sum = self._change = np.zeros((0, 0), np.int64)

    def add(self, plane: NDArray[np.int32]) -> None:
        """Take the plane of the next still moment. Where its size changes a new part begins, and the longer
        one counts: the first, unless it was one picture alone.
        """
        if self._last is None or (self._last.shape != plane.shape and self._count == 1):
            self._count, self._last = 1, plane
            self._sum, self._change = plane.astype(np.int64), np.zeros(plane.shape, np.int64)
        elif self._last.shape == plane.shape:
            self._count += 1
            self._sum += plane
            self._change += np.abs(plane - self._last)
            self._last = plane

    def rectangles(self) -> NDArray[np.float64]:
        """``(n, 4)``: left, top, right, bottom as shares of the frame as shown, likeliest first."""
        if self._count < 2:
            return np.empty((0, 4))
        mean = (self._sum // self._count).astype(np.int32)
        change = (self._change // (self._count - 1)).astype(np.int32)
        height, width = mean.shape
        boxes: list[tuple[int, int, int, int]] = []
        found = [
            _moving(change),
            jit.anchors_frames.trim_uniform(mean, 0.98, 12 * 256),
            jit.anchors_frames.trim_dull(mean),
            *jit.anchors_frames.propose(change, MOST_PROPOSED, LEAST_CHANGE),
            *jit.anchors_frames.propose(mean, MOST_PROPOSED, LEAST_STEP),
        ]
        taken = [(0, 0, width, height)]
        for left, top, right, bottom in (box.tolist() for box in found):
            box = left, top, right, bottom
            if min(right - left, bottom - top) >= LEAST_SIDE and all(_common(box, b) < ALIKE for b in taken):
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


def _moving(change: NDArray[np.int32]) -> NDArray[np.int64]:
    """The box of all that moves: rows and columns of which an eighth or more does."""
    moves = change > STILL
    down = np.flatnonzero(8 * moves.sum(axis=1) >= moves.shape[1])
    across = np.flatnonzero(8 * moves.sum(axis=0) >= moves.shape[0])
    if not len(down) or not len(across):
        return np.zeros(4, np.int64)
    return np.array([across[0], down[0], across[-1] + 1, down[-1] + 1], np.int64)


def _common(one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> float:
    """Intersection over union."""
    across = max(0, min(one[2], other[2]) - max(one[0], other[0]))
    down = max(0, min(one[3], other[3]) - max(one[1], other[1]))
    areas = sum((right - left) * (bottom - top) for left, top, right, bottom in (one, other))
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
