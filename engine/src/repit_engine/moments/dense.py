"""Frames of an upload, or of stretches of it, asked densely: every one whole, still moments with anchors.

In: times, frames. Out: `Asked` in slices, in the order of time. Next: `query`, `again`.
"""

from collections.abc import Iterator
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
CLOSE: Final = 66
"""Milliseconds in place of `motion.APART`, where there is room for as many moments as that gives: of a crop,
7 in 10 moments of the bank are met in place of 6."""
ORIENTATIONS: Final = np.arange(8, dtype=np.uint8)


def dense(
    times: NDArray[np.int64], frames: Iterator[Frame], whole: int, still: int, constant: Constant
) -> Iterator[Asked]:
    """Ask `frames`, those of `times`, with at most so many hashes of wholes and of still moments.

    Planes of still moments are added to `constant`.
    """
    rows = Rows()
    wholes, stills = _Wholes(times, whole, rows), _Stills(times, still, rows, constant)
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
    """Every frame whole, in as many orientations as the budget allows; repeats once."""

    def __init__(self, times: NDArray[np.int64], most: int, rows: Rows) -> None:
        self._count = next((n for n in (8, 2) if n * len(turns_of(times)) <= most), 1)
        self._left = Allowance(most, times, self._count * 4)
        self._rows = rows
        self._last: NDArray[np.uint8] | None = None

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


class _Stills:
    """Still moments, with all that the bank may have kept of them."""

    def __init__(self, times: NDArray[np.int64], most: int, rows: Rows, constant: Constant) -> None:
        seconds = len(np.unique(times // SECOND))
        self.apart = CLOSE if _expected(seconds, CLOSE) * MOST_STILL <= most else APART
        self._each = min(max(most // _expected(seconds, self.apart), LEAST_STILL), MOST_STILL)
        self._left = Allowance(most, times, 2 * self._each)
        self._rows = rows
        self._constant = constant

    def ask(self, frame: Frame) -> None:
        if self._left.left(frame.ms) < self._each:
            return
        used = 0
        hashes, quality = of.orientations(frame)
        if quality >= LEAST_QUALITY:
            self._rows.whole(frame.ms, hashes, ORIENTATIONS)
            used = len(hashes)
        plane = of.plane(frame)
        self._constant.add(plane)
        found = query_plane(plane, trims=self._each >= LEAST_WITH_TRIMS)
        used += self._rows.places(frame.ms, found, self._each - used)
        self._left.use(used)


def _expected(seconds: int, apart: int) -> int:
    """How many still moments there are, about: 2 a second at `APART`, 4 at `CLOSE` (hand-held footage)."""
    return 1 + 300 * seconds // apart
