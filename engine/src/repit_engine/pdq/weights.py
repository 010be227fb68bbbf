"""Filter weights, computed once for each side length.

In: side lengths. Out: `Side` for whole pictures, `SideTable` for rectangles. Next: the entry points of `pdq`.
"""

from functools import lru_cache
from threading import Lock
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from repit_engine.kernels import jit

Side = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]
"""`starts` ``(64,)``, `bounds` ``(65,)``, `weights` ``(bounds[64],)``; see `side_weights`."""


@lru_cache(maxsize=256)
def side(length: int, shrink: int, partial_first: bool) -> Side:
    """Weights of one side of `length` original pixels, at most some 64 · 2 · length / 128 float32."""
    starts, bounds, weights = jit.pdq_weights.side_weights(length, shrink, partial_first)
    return starts, bounds, weights


class SideTable(NamedTuple):
    """Weights of many lengths: those of length n are rows ``sides[n]`` (-1: not there yet)."""

    sides: NDArray[np.int64]
    starts: NDArray[np.int64]
    bounds: NDArray[np.int64]
    weights: NDArray[np.float32]


class SideTables:
    """A table that grows by the lengths it is asked for; each state is immutable, so readers need no lock."""

    def __init__(self, room: int) -> None:
        self._lock = Lock()
        self._room = room
        self._table = _empty()

    def holding(self, lengths: NDArray[np.int64]) -> SideTable:
        """A table with all of `lengths` (each ≥ 1). Starts anew beyond `room` weights, to stay bounded."""
        table = self._table
        if _has(table, lengths):
            return table
        with self._lock:
            table = self._table
            if len(table.weights) > self._room:
                table = _empty()
            if not _has(table, lengths):
                table = _grown(table, lengths)
            self._table = table
            return table


def _empty() -> SideTable:
    return SideTable(
        np.full(1, -1, np.int64),
        np.empty((0, 64), np.int64),
        np.empty((0, 65), np.int64),
        np.empty(0, np.float32),
    )


def _has(table: SideTable, lengths: NDArray[np.int64]) -> bool:
    return bool(lengths.max(initial=0) < len(table.sides) and (table.sides[lengths] >= 0).all())


def _grown(table: SideTable, lengths: NDArray[np.int64]) -> SideTable:
    sides = np.full(max(len(table.sides), int(lengths.max()) + 1), -1, np.int64)
    sides[: len(table.sides)] = table.sides
    starts, bounds, weights = [table.starts], [table.bounds], [table.weights]
    count, end = len(table.starts), len(table.weights)
    for length in np.unique(lengths):
        if sides[length] < 0:
            new_starts, new_bounds, new_weights = jit.pdq_weights.side_weights(int(length), 1, False)
            starts.append(new_starts[np.newaxis])
            bounds.append(new_bounds[np.newaxis] + end)
            weights.append(new_weights)
            sides[length] = count
            count, end = count + 1, end + len(new_weights)
    return SideTable(sides, np.concatenate(starts), np.concatenate(bounds), np.concatenate(weights))
