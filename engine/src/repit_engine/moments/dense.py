"""Frames of an upload, or of stretches of it, asked densely: every one whole, still moments with anchors.

In: times, frames. Out: `Asked` in slices, in the order of time. Next: `query`, `again`.
"""

from collections.abc import Iterator, Set
from typing import Final

import numpy as np
from numpy.typing import NDArray

from repit_engine.anchors import query_plane
from repit_engine.moments import frame as of
from repit_engine.moments.bank import REPEAT, SECOND, Still, looked_at
from repit_engine.moments.gathering import Allowance, Rows, turns_of
from repit_engine.moments.motion import APART, Minima, rated
from repit_engine.moments.parts import Constant
from repit_engine.moments.types import LEAST_QUALITY, Asked, VideoStage
from repit_engine.pdq import Orientation, hamming
from repit_engine.video import Frame

SLICE: Final = 10 * SECOND
"""Of the upload, in one `Asked`, at least."""
MOST_SLICES: Final = 24
"""After each of them a decision is taken."""
LEAST_STILL: Final = 24
"""Hashes of one still moment, where there are too many moments for all of their anchors: these are worth more
than further moments."""
LEAST_WITH_TRIMS: Final = 64
"""With fewer, none are spent on borders: those that stay are found by `parts`."""
MOST_STILL: Final = 200
USUAL_STILL: Final = 85
"""What a still moment is asked with, about."""
CLOSE: Final = (0, 35, 50, 66, 100)
"""Milliseconds in place of `motion.APART`, the first that gives no more moments than there is room for; at 0
every frame is one. Of a short clip a moment that is missed is much of what there is to be met: what the bank
holds lies between two still moments of a copy as often as not."""
ORIENTATIONS: Final = np.arange(8, dtype=np.uint8)


def dense(
    times: NDArray[np.int64], frames: Iterator[Frame], whole: int, still: int, constant: Constant
) -> Iterator[Asked]:
    """Ask `frames`, those of `times`, with at most so many hashes of wholes and of still moments.

    Planes of still moments are added to `constant`.
    """
    rows = Rows()
    wholes = _Wholes(times, whole, rows)
    stills = _Stills(times, still, rows, constant, wholes.in_all)
    minima: Minima[Still] = Minima(stills.apart)
    length = max(SLICE, (int(times.max(initial=0)) - int(times.min(initial=0))) // MOST_SLICES + 1)
    end = int(times.min(initial=0)) + length
    for frame, held in rated(looked_at(wholes.passing(frames))):
        if found := minima.push(frame, held):
            stills.ask(found[1].frame)
        if frame.ms >= end:
            end = frame.ms + length
            yield rows.take(VideoStage.DENSE)
    if found := minima.end():
        stills.ask(found[1].frame)
    yield rows.take(VideoStage.DENSE)


class _Wholes:
    """Every frame whole, in as many orientations as the budget allows; repeats once.

    `in_all`: times of those that were asked in all.
    """

    def __init__(self, times: NDArray[np.int64], most: int, rows: Rows) -> None:
        self._count = next((n for n in (8, 2) if n * len(turns_of(times)) <= most), 1)
        self._left = Allowance(most, times, self._count * 4)
        self._rows = rows
        self._last: NDArray[np.uint8] | None = None
        self.in_all: set[int] = set()

    def passing(self, frames: Iterator[Frame]) -> Iterator[Frame]:
        """The frames as they come, each asked for before it is handed on."""
        for frame in frames:
            if self._left.left(frame.ms) >= self._count:
                self._ask(frame)
            yield frame

    def _ask(self, frame: Frame) -> None:
        if self._count == 8:
            hashes, quality = of.orientations(frame)
        else:
            row, quality = of.whole(frame)
            hashes = row[np.newaxis]
        if quality < LEAST_QUALITY or (self._last is not None and hamming(hashes[0], self._last) <= REPEAT):
            return
        self._last = hashes[0]
        if self._count == 2:
            hashes = np.stack([hashes[0], of.whole(frame, Orientation.MIRRORED)[0]])
        self._rows.whole(frame.ms, hashes, ORIENTATIONS[: self._count])
        self._left.use(self._count)
        if self._count == len(ORIENTATIONS):
            self.in_all.add(frame.ms)


class _Stills:
    """Still moments, with all that the bank may have kept of them."""

    def __init__(
        self, times: NDArray[np.int64], most: int, rows: Rows, constant: Constant, whole: Set[int]
    ) -> None:
        """`whole`: times at which nothing needs to be asked as a whole any more."""
        fits = (apart for apart in CLOSE if _expected(times, apart) <= most // USUAL_STILL)
        self.apart = next(fits, APART)
        self._each = MOST_STILL
        if self.apart == APART:
            self._each = min(max(most // _expected(times, APART), LEAST_STILL), MOST_STILL)
        self._left = Allowance(most, times, 2 * self._each)
        self._rows = rows
        self._constant = constant
        self._whole = whole

    def ask(self, frame: Frame) -> None:
        if self._left.left(frame.ms) < self._each:
            return
        used = 0
        if frame.ms not in self._whole:
            hashes, quality = of.orientations(frame)
            if quality >= LEAST_QUALITY:
                self._rows.whole(frame.ms, hashes, ORIENTATIONS)
                used = len(hashes)
        plane = of.plane(frame)
        self._constant.add(frame.ms, plane)
        found = query_plane(plane, trims=self._each >= LEAST_WITH_TRIMS)
        used += self._rows.places(frame.ms, found, self._each - used)
        self._left.use(used)


def _expected(times: NDArray[np.int64], apart: int) -> int:
    """How many still moments there are, about: 2 a second at `APART`, 4 at 66 ms (hand-held footage); every
    frame, where frames do not come so close to one another.
    """
    frames = len(turns_of(times))
    if apart == 0 or len(times) < 2 or np.median(np.diff(times)) > apart:
        return frames
    return min(frames, 1 + 300 * len(np.unique(times // SECOND)) // apart)
