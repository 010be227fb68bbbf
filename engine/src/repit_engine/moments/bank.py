"""The bank's side: a video becomes its moments.

In: a `Video`. Out: `Moments`. Next: `blob` writes them down, a bank seals them.

One frame a second, the stillest: which one that is, a copy keeps, however it was cut, timed or filmed
(`motion`). At most the frames of two seconds are held at once, whatever the length.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final
from weakref import finalize

import numpy as np
from numpy.typing import NDArray

from repit_engine.anchors.bank import anchored
from repit_engine.moments import frame as of
from repit_engine.moments.motion import APART, LEAST_STEP, Minima, Rated, Thumb, rated, thumb
from repit_engine.moments.types import LEAST_QUALITY, LONGEST, MOST_ANCHORED, MOST_MOMENTS, Moments
from repit_engine.pdq import hamming
from repit_engine.stoplist import package_stoplist
from repit_engine.types import HASH_BYTES, LumaArray
from repit_engine.video import Frame, Video

SECOND: Final = 1_000
REPEAT: Final = 4
"""Bits within which a moment shows what the last one kept shows."""


def moments_of(video: Video) -> Moments:
    """What a bank keeps of a video: none where it never shows anything worth a hash."""
    last = int(video.times.max(initial=0))
    kept: list[_Kept] = []
    for ms, still in _stillest(video, _window(last)):
        row, quality = still.hashed()
        if kept and hamming(row, kept[-1].row) <= REPEAT:
            kept[-1].end = ms
        else:
            places, qualities = anchored(of.plane(still.frame), MOST_ANCHORED, package_stoplist())
            # By their bytes: the order of the walk would say which lies nearer to the middle.
            order = sorted(range(len(places)), key=lambda place: places[place].tobytes())
            kept.append(_Kept(ms, ms, row, quality, places[order], qualities[order]))
    end = max((moment.end for moment in kept), default=0)
    return _moments(kept, min(max(video.duration, last, end), LONGEST))


def looked_at(frames: Iterator[Frame]) -> Iterator[tuple[int, Thumb, "Still"]]:
    """Frames for `motion.rated`: whole ones only, at `LEAST_STEP` or more, copied, since the next frame takes
    the place of each.
    """
    last = -LEAST_STEP
    rooms: list[LumaArray] = []
    for frame in frames:
        if not frame.corrupt and frame.ms - last >= LEAST_STEP:
            last = frame.ms
            room = _room(rooms, frame.luma)
            still = Still(replace(frame, luma=room))
            # What nobody can choose any more gives its room to another: fresh memory costs five times what
            # copying into it does.
            finalize(still, rooms.append, room).atexit = False
            yield frame.ms, thumb(room), still
            del still


def _room(rooms: list[LumaArray], luma: LumaArray) -> LumaArray:
    """A copy, in room that is free."""
    room = rooms.pop() if rooms else np.empty_like(luma)
    if room.shape != luma.shape or room.dtype != luma.dtype:
        rooms.clear()
        room = np.empty_like(luma)
    np.copyto(room, luma)
    return room


class Still:
    """A frame that may be the one, its luma good while this is held; hashed once, and only if asked."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self._hashed: tuple[NDArray[np.uint8], int] | None = None

    def hashed(self) -> tuple[NDArray[np.uint8], int]:
        """PDQ of the whole, and its quality."""
        if self._hashed is None:
            self._hashed = of.whole(self.frame)
        return self._hashed


@dataclass(slots=True)
class _Kept:
    begin: int
    end: int
    row: NDArray[np.uint8]
    quality: int
    places: NDArray[np.uint8]
    place_qualities: NDArray[np.int64]


def _window(last: int) -> int:
    """How long the second is in which one frame is taken: longer than four and a half hours, whole seconds
    more, so that no video has too many.
    """
    return SECOND * (1 + last // (SECOND * MOST_MOMENTS))


def _stillest(video: Video, window: int) -> Iterator[tuple[int, Still]]:
    """Of each second, in order, the stillest frame that is worth a hash: of those about which nothing is
    stiller, if there is one, else of all.
    """
    best: dict[int, tuple[tuple[bool, int, int], Still]] = {}
    minima: Minima[Still] = Minima()

    def offer(frame: Rated, still: Still, ripple: bool) -> None:
        rank = (ripple, frame.rate, frame.ms)
        known = best.get(frame.ms // window)
        if (known is None or rank < known[0]) and still.hashed()[1] >= LEAST_QUALITY:
            best[frame.ms // window] = rank, still

    for frame, still in rated(looked_at(video.every())):
        if found := minima.push(frame, still):
            offer(*found, False)
        for second in [k for k in sorted(best) if (k + 1) * window + APART <= frame.ms]:
            yield _time_and_still(best.pop(second))
        offer(frame, still, True)
    if found := minima.end():
        offer(*found, False)
    for second in sorted(best):
        yield _time_and_still(best[second])


def _time_and_still(chosen: tuple[tuple[bool, int, int], Still]) -> tuple[int, Still]:
    return chosen[0][2], chosen[1]


def _moments(kept: list[_Kept], duration: int) -> Moments:
    return Moments(
        np.array([moment.begin for moment in kept], np.uint32),
        np.array([moment.end for moment in kept], np.uint32),
        np.array([moment.row for moment in kept], np.uint8).reshape(-1, HASH_BYTES),
        np.array([moment.quality for moment in kept], np.uint8),
        np.concatenate([np.empty((0, HASH_BYTES), np.uint8), *(moment.places for moment in kept)]),
        np.repeat(np.arange(len(kept), dtype=np.uint32), [len(moment.places) for moment in kept]),
        np.concatenate([[], *(moment.place_qualities for moment in kept)]).astype(np.uint8),
        duration,
    )
