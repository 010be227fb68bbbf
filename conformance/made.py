"""Pixels that each side makes for itself, from integers alone.

In: a recipe, the JSON object of a vector. Out: an array. Next: `make.py`, and the tests of both packages;
README.md states the formulas, `browser/tests/made.ts` is the twin.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray


class Xorshift:
    """Marsaglia's 32-bit xorshift (13, 17, 5)."""

    def __init__(self, seed: int) -> None:
        self._state = seed

    def word(self) -> int:
        state = self._state
        state ^= (state << 13) & 0xFFFFFFFF
        state ^= state >> 17
        state ^= (state << 5) & 0xFFFFFFFF
        self._state = state
        return state

    def byte(self) -> int:
        return self.word() >> 24


def noise(height: int, width: int, seed: int) -> NDArray[np.uint8]:
    source = Xorshift(seed)
    return np.array([source.byte() for _ in range(height * width)], np.uint8).reshape(height, width)


def waves(height: int, width: int, seed: int) -> NDArray[np.uint8]:
    """Sum of three triangle waves of seeded direction and period."""
    source = Xorshift(seed)
    down = (np.arange(height, dtype=np.int64) * 4096 // height)[:, np.newaxis]
    across = (np.arange(width, dtype=np.int64) * 4096 // width)[np.newaxis]
    total = np.zeros((height, width), np.int64)
    for _ in range(3):
        a, b, phase = source.byte() & 15, source.byte() & 15, source.byte()
        turn = (((a * across + b * down) >> 4) + phase) & 511
        total += np.minimum(turn, 511 - turn)
    return (total // 3).astype(np.uint8)


def flat(height: int, width: int, seed: int) -> NDArray[np.uint8]:
    return np.full((height, width), seed & 255, np.uint8)


def ramp(height: int, width: int, seed: int) -> NDArray[np.uint8]:
    return np.broadcast_to((np.arange(width) * (seed & 7) & 255).astype(np.uint8), (height, width)).copy()


def clouds(height: int, width: int, seed: int) -> NDArray[np.uint8]:
    """Sum of five sheets of noise, of coarse to fine grain, blended from corner to corner of each cell."""
    source = Xorshift(seed)
    total = np.zeros((height, width), np.int64)
    for cell in (64, 32, 16, 8, 4):
        rows, columns = height // cell + 2, width // cell + 2
        corners = np.array([source.byte() for _ in range(rows * columns)], np.int64).reshape(rows, columns)
        y, x = np.arange(height)[:, np.newaxis], np.arange(width)[np.newaxis]
        j, i, down, across = y // cell, x // cell, y % cell, x % cell
        above = corners[j, i] * (cell - across) + corners[j, i + 1] * across
        below = corners[j + 1, i] * (cell - across) + corners[j + 1, i + 1] * across
        total += (above * (cell - down) + below * down) // (cell * cell)
    return (total // 5).astype(np.uint8)


def posters(height: int, width: int, seed: int) -> NDArray[np.uint8]:
    """`clouds` in few shades, as something drawn has them, but for a band along the top."""
    plain = clouds(height, width, seed)
    result = (plain >> 6) * 64 + 32
    result[: height // 2] = plain[: height // 2]
    return result.astype(np.uint8)


def discs(height: int, width: int, seed: int) -> NDArray[np.uint8]:
    """24 seeded discs laid over a slope, each adding its level."""
    source = Xorshift(seed)
    y, x = np.arange(height)[:, np.newaxis], np.arange(width)[np.newaxis]
    plane = x * 96 // width + y * 64 // height
    for _ in range(24):
        across, down = source.byte() * width // 256, source.byte() * height // 256
        reach, level = 8 + (source.byte() >> 2), source.byte()
        inside = (x - across) ** 2 + (y - down) ** 2 <= reach**2
        plane = np.where(inside, plane + level, plane) & 255
    return plane.astype(np.uint8)


def plaid(height: int, width: int, seed: int) -> NDArray[np.uint8]:
    """The product of a line of `clouds` across and one of seed + 1 downwards: all its rows are alike."""
    across = clouds(1, width, seed).astype(np.int64)
    down = clouds(height, 1, seed + 1).astype(np.int64)
    return np.minimum(across * down * 2 // 255, 255).astype(np.uint8)


MAKERS = {
    "noise": noise,
    "waves": waves,
    "flat": flat,
    "ramp": ramp,
    "clouds": clouds,
    "posters": posters,
    "discs": discs,
    "plaid": plaid,
}


def plane(recipe: dict[str, Any]) -> NDArray[np.uint8]:
    """``(height, width) uint8``."""
    return MAKERS[recipe["make"]](recipe["height"], recipe["width"], recipe["seed"])


def rgba(recipe: dict[str, Any]) -> NDArray[np.uint8]:
    """``(height, width, 4) uint8``: planes of seed, seed + 1, seed + 2; alpha 255, or noise of seed + 3."""
    planes = [plane({**recipe, "seed": recipe["seed"] + step}) for step in range(3)]
    size = recipe["height"], recipe["width"]
    alpha = noise(*size, recipe["seed"] + 3) if recipe["alpha"] else np.full(size, 255, np.uint8)
    return np.stack([*planes, alpha], axis=2)


def hashes(count: int, seed: int) -> NDArray[np.uint8]:
    """``(count, 32) uint8`` of noise."""
    return noise(count, 32, seed)
