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


MAKERS = {"noise": noise, "waves": waves, "flat": flat, "ramp": ramp}


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
