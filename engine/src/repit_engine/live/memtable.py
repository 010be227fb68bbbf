"""The newest hashes, in plain rows, scanned by every query until they become a segment.

In: ids and hashes, under the writer's lock. Out: rows that readers see as soon as `rows` says so. Next:
`view` scans them, `merge` makes a segment of them.
"""

import numpy as np
from numpy.typing import NDArray

from repit_engine.kernels.jit.layout import DEAD, HEAD, LAYOUT_ITEMS, ROWS, TAIL
from repit_engine.search import RingSegment
from repit_engine.types import IdArray

CAPACITY = 1 << 15
"""Rows: scanning them costs about 20 µs, and a segment of them is built in as many ms."""
_FEW = 16


class Memtable:
    """At most `CAPACITY` rows, which are those of the log `log`."""

    def __init__(self, log: int) -> None:
        self.log = log
        self.rows = 0
        self.removed = 0
        self.head = np.empty((CAPACITY, 2), np.uint64)
        self.tail = np.empty((CAPACITY, 2), np.uint64)
        self.ids = np.empty(CAPACITY, np.uint64)
        self.dead = np.zeros(CAPACITY // 64, np.uint64)

    @property
    def room(self) -> int:
        """Rows that still fit."""
        return CAPACITY - self.rows

    @property
    def nbytes(self) -> int:
        """Bytes held."""
        return self.head.nbytes + self.tail.nbytes + self.ids.nbytes + self.dead.nbytes

    def add(self, ids: IdArray, words: NDArray[np.uint64]) -> None:
        """Append ``(n, 4)`` words that fit; seen once `rows` grows, which comes last."""
        start, end = self.rows, self.rows + len(ids)
        self.head[start:end], self.tail[start:end] = words[:, :2], words[:, 2:]
        self.ids[start:end] = ids
        self.rows = end

    def remove(self, ids: IdArray) -> int:
        """Mark every row of these ids; returns how many were not marked yet."""
        known = self.ids[: self.rows]
        if len(ids) <= _FEW:
            rows = np.flatnonzero(np.logical_or.reduce([known == wanted for wanted in ids]))
        else:
            rows = np.flatnonzero(np.isin(known, ids))
        fresh = mark(self.dead, rows)
        self.removed += fresh
        return fresh

    def between(self, first: int, end: int) -> tuple[IdArray, NDArray[np.uint64]]:
        """Ids from `first` to before `end` that are not removed, and their hashes' words."""
        known = self.ids[: self.rows]
        rows = np.flatnonzero((known >= np.uint64(first)) & (known <= np.uint64(end - 1)))
        rows = rows[~marked(self.dead, rows)]
        return self.ids[rows], np.concatenate([self.head[rows], self.tail[rows]], axis=1)

    def layout(self) -> NDArray[np.uint64]:
        """As the kernels take it, with the rows of this moment."""
        layout = np.zeros(LAYOUT_ITEMS, np.uint64)
        layout[HEAD], layout[TAIL] = self.head.ctypes.data, self.tail.ctypes.data
        layout[DEAD], layout[ROWS] = self.dead.ctypes.data, self.rows
        return layout

    def segment(self, dead: NDArray[np.uint64]) -> RingSegment:
        """A segment of the rows that are not set in `dead`, a copy of the bitmap."""
        rows = np.flatnonzero(~marked(dead, np.arange(self.rows)))
        rows = rows[np.argsort(self.ids[rows], kind="stable")]
        return RingSegment.from_rows(self.ids[rows], self.head[rows], self.tail[rows])


def marked(bitmap: NDArray[np.uint64], rows: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether each row's bit is set."""
    bits: NDArray[np.uint64] = bitmap[rows >> 6] >> (rows & 63).astype(np.uint64)
    return (bits & np.uint64(1)).astype(np.bool_)


def mark(bitmap: NDArray[np.uint64], rows: NDArray[np.int64]) -> int:
    """Set each row's bit; returns how many were not set."""
    fresh = rows[~marked(bitmap, rows)]
    np.bitwise_or.at(bitmap, fresh >> 6, np.uint64(1) << (fresh & 63).astype(np.uint64))
    return len(fresh)
