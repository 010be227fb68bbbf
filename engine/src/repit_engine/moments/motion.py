"""How much a picture moves about each frame, by integers alone, so that engine and browser choose the same.

In: luma and time of frames, in order. Out: a rate for each, and which are the stillest about them. Next:
`bank`, `query`. docs/en/moments.md specifies it to the bit; `browser/` follows it.

Choose *when* as anchors choose *where*: by what a copy keeps. A hand moves PDQ out of its radius within a
tenth of a second, so that a copy cut or timed otherwise meets nothing that was sampled by the clock.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Final, Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from repit_engine.kernels import jit
from repit_engine.types import LumaArray

Thumb = NDArray[np.int32]
"""``(784,) int32``: `kernels.jit.motion`."""

FINENESS: Final = 128
"""Pixels of the shorter side that a thumbnail reads, at least."""
REACH: Final = 110
"""Milliseconds before and after a frame between which its motion is told."""
APART: Final = 150
"""Milliseconds about a still moment in which nothing is stiller."""
LEAST_STEP: Final = 10
"""Milliseconds: a frame that comes sooner after the last one looked at is passed over."""
RATE: Final = 1024
"""What one unit of change in a millisecond becomes."""

Held = TypeVar("Held")


class Rated(NamedTuple):
    """A frame's time and rate of motion, the lower the stiller."""

    ms: int
    rate: int


def thumb(luma: LumaArray) -> Thumb:
    """The thumbnail of a plane as stored; motion needs neither turn nor range."""
    step = max(1, min(luma.shape) // FINENESS)
    make = jit.motion.thumb_of_bytes if luma.dtype == np.uint8 else jit.motion.thumb_of_floats
    result: Thumb = make(luma, step)
    return result


def rated(frames: Iterable[tuple[int, Thumb, Held]]) -> Iterator[tuple[Rated, Held]]:
    """The rate of each frame, once those up to `REACH` after it have come.

    Times ascend. Whatever a caller has each frame hold is given back with its rate: as many are held at once
    as frames come in `REACH`.
    """
    seen: deque[tuple[int, Thumb]] = deque()
    waiting: deque[tuple[int, Held]] = deque()
    for ms, small, held in frames:
        seen.append((ms, small))
        waiting.append((ms, held))
        while waiting[0][0] + REACH <= ms:
            yield _rate(seen, waiting[0][0]), waiting.popleft()[1]
            _forget(seen, waiting[0][0] - REACH if waiting else ms - REACH)
    while waiting:
        yield _rate(seen, waiting[0][0]), waiting.popleft()[1]


def _rate(seen: deque[tuple[int, Thumb]], ms: int) -> Rated:
    begin, end = max(ms - REACH, seen[0][0]), min(ms + REACH, seen[-1][0])
    change = int(jit.motion.apart(_at(seen, begin), _at(seen, end)))
    return Rated(ms, change * RATE // max(end - begin, REACH))


def _at(seen: deque[tuple[int, Thumb]], ms: int) -> Thumb:
    """The thumbnail at a time between two frames."""
    later = next(i for i, (time, _) in enumerate(seen) if time >= ms)
    time, small = seen[later]
    if time == ms:
        return small
    before, earlier = seen[later - 1]
    between: Thumb = jit.motion.between(earlier, small, ms - before, time - before)
    return between


def _forget(seen: deque[tuple[int, Thumb]], ms: int) -> None:
    """Drop what lies before the last frame at or before `ms`; the first frame of all stays where it is it."""
    while len(seen) > 1 and seen[1][0] <= ms:
        seen.popleft()


class Minima(Generic[Held]):
    """Which frames are the stillest about them: the rate is less than any within `apart` milliseconds before,
    and no more than any as many after. What they hold is kept for one at a time.
    """

    def __init__(self, apart: int = APART) -> None:
        self._apart = apart
        self._past: deque[Rated] = deque()
        self._candidate: tuple[Rated, Held] | None = None

    def push(self, frame: Rated, held: Held) -> tuple[Rated, Held] | None:
        """Take the next frame; give back the one that is now known to be such a minimum, if there is one."""
        found = None
        if self._candidate and self._candidate[0].ms + self._apart < frame.ms:
            found = self.end()
        while self._past and self._past[0].ms < frame.ms - self._apart:
            self._past.popleft()
        if all(frame.rate < past.rate for past in self._past):
            self._candidate = frame, held
        self._past.append(frame)
        return found

    def end(self) -> tuple[Rated, Held] | None:
        """The last one, nothing stiller having come."""
        found, self._candidate = self._candidate, None
        return found
