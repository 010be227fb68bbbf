"""Frames made by code, shown as a `Video` shows them: whatever times, ranges and turns a test wants."""

from collections.abc import Callable, Iterator, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from repit_engine.pdq import Orientation
from repit_engine.video import Frame


class Shown:
    """As `repit_engine.video.Video`: each frame's luma is good until the next is asked for."""

    def __init__(
        self,
        times: Sequence[int],
        luma: Callable[[int], NDArray[np.uint8] | NDArray[np.float32]],
        *,
        turn: Orientation = Orientation.UPRIGHT,
        limited: bool = False,
        corrupt: Sequence[int] = (),
    ) -> None:
        self.times = np.array(times, np.int64)
        self.keyframes = self.times[::30]
        self.duration = int(self.times.max(initial=0)) + 33
        self.turn, self.limited = turn, limited
        self._luma, self._corrupt = luma, set(corrupt)

    def every(self) -> Iterator[Frame]:
        return self.at(self.times)

    def at(self, wanted: NDArray[np.int64]) -> Iterator[Frame]:
        room = None
        for ms in self.times[np.isin(self.times, wanted)].tolist():
            luma = self._luma(ms)
            if room is None or room.shape != luma.shape or room.dtype != luma.dtype:
                room = np.empty_like(luma)
            room[:] = luma
            yield Frame(ms, room, self.turn, self.limited, ms in self._corrupt, ms % 1000 == 0)
            room[:] = 99


@cache
def picture(seed: int, height: int = 180, width: int = 320) -> NDArray[np.uint8]:
    """Soft shapes and texture, so that hash and anchors have something to hold."""
    rng = np.random.default_rng(seed)
    made = np.zeros((height, width))
    for cells, weight in ((5, 60), (11, 40), (23, 30), (60, 14)):
        rows, columns = np.linspace(0, cells - 1.01, height), np.linspace(0, 2 * cells - 1.01, width)
        grid = rng.normal(0, 1, (cells, 2 * cells))
        y, x = rows.astype(int)[:, None], columns.astype(int)[None, :]
        v, u = rows[:, None] - y, columns[None, :] - x
        made += weight * (
            (grid[y, x] * (1 - u) + grid[y, x + 1] * u) * (1 - v)
            + (grid[y + 1, x] * (1 - u) + grid[y + 1, x + 1] * u) * v
        )
    return np.clip(made + 120, 0, 255).astype(np.uint8)


def panned(seed: int, height: int = 180, width: int = 320, swing: int = 60) -> Callable[[int], np.ndarray]:
    """A camera that swings to and fro over a picture once in two seconds, still at both ends."""
    wide = picture(seed, height, width + 2 * swing)

    def at(ms: int) -> np.ndarray:
        left = round(swing + swing * np.sin(np.pi * ms / 1000))
        return wide[:, left : left + width]

    return at


def steady(length: int, rate: int = 30) -> list[int]:
    """Times of frames of a steady rate, in milliseconds."""
    return [(2000 * number + rate) // (2 * rate) for number in range(length * rate // 1000)]
