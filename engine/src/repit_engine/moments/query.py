"""The upload's side: what a video is asked with, from cheap to dear, within a budget that no length exceeds.

In: a `Video`. Out: stages of `Asked`; a stage that takes long comes in slices, in the order of time. Next:
`align` decides after each, and stops when sure.

Every frame is asked as a whole, since decoding it is paid anyway; anchors only where the picture stands
still, as on the bank's side (`motion`). Two minutes are asked in full. Of what is longer, frames and moments
are thinned evenly: a quiet stretch, whose frames repeat one another, leaves its share to busier ones.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from repit_engine.anchors import query_plane
from repit_engine.moments import frame as of
from repit_engine.moments.bank import REPEAT, SECOND, Still, looked_at
from repit_engine.moments.gathering import Allowance, Rows, thinned
from repit_engine.moments.motion import Minima, rated
from repit_engine.moments.parts import Constant, asked_in_parts
from repit_engine.moments.types import LEAST_QUALITY, Asked, VideoStage
from repit_engine.pdq import Orientation, hamming
from repit_engine.video import Frame, Video


@dataclass(frozen=True, slots=True)
class VideoBudget:
    """Hashes an upload may be asked with, by what they are of; 22,500 in all, whatever its length. `again`
    has what is left of 25,000.
    """

    early: int = 1_000
    """Of keyframes, and as many of seconds."""
    whole: int = 9_000
    """Of frames as they are."""
    still: int = 8_000
    """Of still moments: eight orientations, borders, anchors."""
    parts: int = 3_500


DEFAULT_BUDGET: Final = VideoBudget()
SLICE: Final = 10 * SECOND
"""Of the upload, in one `Asked` of the dense stage."""
LEAST_STILL: Final = 24
"""Hashes of one still moment, where there are too many moments for all of their anchors: these are worth more
than further moments."""
MOST_STILL: Final = 200
STILL_RATE: Final = 2
"""Still moments in a second of footage, about (1.2 to 2.4: hand-held, walking; 30 and 25 frames a second)."""
_ORIENTATIONS: Final = np.arange(8, dtype=np.uint8)


def asked_of(
    video: Video, *, last: VideoStage = VideoStage.PARTS, budget: VideoBudget = DEFAULT_BUDGET
) -> Iterator[Asked]:
    """Yield what an upload is asked with, up to a stage. Raises `VideoRefused` as decoding does."""
    keyframes = thinned(video.keyframes, budget.early // 8)
    yield _frames(video, keyframes, VideoStage.KEYFRAMES)
    if last >= VideoStage.SECONDS:
        seconds = thinned(np.setdiff1d(_seconds(video.times), keyframes), budget.early // 8)
        yield _frames(video, seconds, VideoStage.SECONDS)
    if last >= VideoStage.DENSE:
        constant = Constant()
        yield from _dense(video, budget, constant)
        if last >= VideoStage.PARTS:
            yield from asked_in_parts(video, constant, budget.parts)


def _seconds(times: NDArray[np.int64]) -> NDArray[np.int64]:
    """The first frame of each second that has one: a walk over frames, however far apart they lie."""
    _, first = np.unique(times // SECOND, return_index=True)
    result: NDArray[np.int64] = times[first]
    return result


def _frames(video: Video, times: NDArray[np.int64], stage: VideoStage) -> Asked:
    rows, last = Rows(), None
    for frame in video.at(times) if len(times) else ():
        hashes, quality = of.orientations(frame)
        if quality >= LEAST_QUALITY and (last is None or hamming(hashes[0], last) > REPEAT):
            last = hashes[0]
            rows.whole(frame.ms, hashes, _ORIENTATIONS)
    return rows.take(stage)


def _dense(video: Video, budget: VideoBudget, constant: Constant) -> Iterator[Asked]:
    rows = Rows()
    wholes = _Wholes(video, budget.whole, rows)
    stills = _Stills(video, budget.still, rows, constant)
    minima: Minima[Still] = Minima()
    end = SLICE
    for frame, still in rated(looked_at(wholes.passing(video.every()))):
        if found := minima.push(frame, still):
            stills.ask(found[1].frame)
        if frame.ms >= end:
            end = frame.ms - frame.ms % SLICE + SLICE
            yield rows.take(VideoStage.DENSE)
    if found := minima.end():
        stills.ask(found[1].frame)
    yield rows.take(VideoStage.DENSE)


class _Wholes:
    """Every frame whole, in as many orientations as the budget allows; repeats once."""

    def __init__(self, video: Video, most: int, rows: Rows) -> None:
        frames = max(1, len(video.times))
        self._count = next((n for n in (8, 2) if n * frames <= most), 1)
        self._left = Allowance(most, int(video.times.max(initial=0)), self._count * SECOND // 10)
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
        self._rows.whole(frame.ms, hashes, _ORIENTATIONS[: self._count])
        self._left.use(self._count)


class _Stills:
    """Still moments, with all that the bank may have kept of them."""

    def __init__(self, video: Video, most: int, rows: Rows, constant: Constant) -> None:
        length = int(video.times.max(initial=0))
        expected = 1 + STILL_RATE * length // SECOND
        self._each = min(max(most // expected, LEAST_STILL), MOST_STILL)
        self._left = Allowance(most, length, 2 * self._each)
        self._rows = rows
        self._constant = constant

    def ask(self, frame: Frame) -> None:
        if self._left.left(frame.ms) < self._each:
            return
        used = 0
        hashes, quality = of.orientations(frame)
        if quality >= LEAST_QUALITY:
            self._rows.whole(frame.ms, hashes, _ORIENTATIONS)
            used = len(hashes)
        plane = of.plane(frame)
        self._constant.add(plane)
        used += self._rows.places(frame.ms, query_plane(plane), self._each - used)
        self._left.use(used)
