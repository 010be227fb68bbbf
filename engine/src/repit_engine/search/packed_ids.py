"""A segment's ids, ascending, in as few whole bytes each as they need.

In: sorted ``(n,) uint64``. Out: the id of a row, the rows of an id. Next: `search.segment`, `snapshot`.

Ids that follow one another take nothing. Where they do so in long runs, as the moments of videos, each run
takes 12 bytes: the row at which it begins, and its first id. Of others, counted from the first, the lower
`width` bytes are kept for each row, and for each value of what is above them the row at which it begins. The
width is the one that takes least: 6 bytes for a few million ids spread over all 64 bits, 2 to 4 where they
span less than 2**32.
"""

from bisect import bisect_left
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from repit_engine.types import IdArray

WIDEST: Final = 8
_RUN_BYTES: Final = 12


@dataclass(frozen=True, eq=False, repr=False)
class PackedIds:
    """`low` ``(n, width) uint8``, the least significant byte first, ``(n, 0)`` where row r is ``first + r``;
    `begins` ``(k + 1,) uint32``: rows ``begins[h]`` to ``begins[h + 1]`` have h above their lower bytes.
    Where ids are kept in runs: `low` ``(n, 0)``, `begins` where each run begins and the last one ends,
    `firsts` ``(k,) uint64`` its first id."""

    first: int
    low: NDArray[np.uint8]
    begins: NDArray[np.uint32]
    firsts: IdArray = field(default_factory=lambda: np.empty(0, np.uint64))

    @classmethod
    def pack(cls, ids: IdArray, *, in_runs: bool = True) -> "PackedIds":
        """Take ids in ascending order; several may be equal. Without `in_runs` never in runs, as files have
        it."""
        count = len(ids)
        first = int(ids[0]) if count else 0
        span = int(ids[-1]) - first if count else 0
        if span == max(0, count - 1) and bool(np.all(ids[1:] > ids[:-1])):
            return cls(first, np.empty((count, 0), np.uint8), np.empty(0, np.uint32))
        cost, width = min(
            (count * bytes_ + 4 * (span >> 8 * bytes_), bytes_) for bytes_ in range(1, WIDEST + 1)
        )
        starts = np.flatnonzero(np.diff(ids) != 1) + 1
        if in_runs and _RUN_BYTES * (len(starts) + 1) < cost:
            begins = np.concatenate([[0], starts, [count]]).astype(np.uint32)
            return cls(first, np.empty((count, 0), np.uint8), begins, ids[begins[:-1]])
        above = ids - np.uint64(first)
        low = above.astype("<u8").view(np.uint8).reshape(count, 8)[:, :width].copy()
        highs = np.arange((span >> 8 * width) + 1, dtype=np.uint64) << np.uint64(8 * width % 64)
        begins = np.append(np.searchsorted(above, highs), count).astype(np.uint32)
        return cls(first, low, begins)

    @property
    def nbytes(self) -> int:
        """Bytes held."""
        return self.low.nbytes + self.begins.nbytes + self.firsts.nbytes

    def without_runs(self) -> "PackedIds":
        """The same ids as files have them."""
        if not len(self.firsts):
            return self
        return self.pack(self.of(np.arange(len(self.low), dtype=np.uint64)), in_runs=False)

    def of(self, rows: NDArray[np.uint64]) -> IdArray:
        """The ids of these rows."""
        if len(self.firsts):
            run = np.searchsorted(self.begins[1:-1], rows, "right")
            return self.firsts[run] + (rows - self.begins[run])
        if not self.low.shape[1]:
            return rows + np.uint64(self.first)
        high = np.searchsorted(self.begins[1:-1], rows, "right").astype(np.uint64)
        shift = np.uint64(8 * self.low.shape[1] % 64)
        return (high << shift) + self._low(rows) + np.uint64(self.first)

    def rows_of(self, ids: IdArray) -> NDArray[np.int64]:
        """Every row of these ids, ascending, by bisection; ids that are not here have none."""
        wanted = np.unique(ids)
        if len(self.firsts):
            return self._rows_in_runs(wanted)
        wanted = wanted[wanted >= np.uint64(self.first)] - np.uint64(self.first)
        count, width = self.low.shape
        if not width:
            return wanted[wanted < np.uint64(count)].astype(np.int64)
        high, low = np.zeros_like(wanted), wanted
        if width < WIDEST:
            high, low = wanted >> np.uint64(8 * width), wanted & np.uint64((1 << 8 * width) - 1)
        here = high < np.uint64(len(self.begins) - 1)
        high, low = high[here].astype(np.int64), low[here]
        start, end = self.begins[high].astype(np.int64), self.begins[high + 1].astype(np.int64)
        first = self._bisected(low, start, end, after=False)
        counts = self._bisected(low, first, end, after=True) - first
        before = np.cumsum(counts) - counts
        return np.repeat(first - before, counts) + np.arange(counts.sum())

    def first_row(self, wanted: int) -> int:
        """The first row whose id is not below this; the number of rows where there is none."""
        count = len(self.low)
        if len(self.firsts):
            run = bisect_left(range(len(self.firsts)), wanted, key=self._last)
            if run == len(self.firsts):
                return count
            return int(self.begins[run]) + max(0, wanted - int(self.firsts[run]))
        return bisect_left(range(count), wanted, key=lambda row: int(self.of(np.array([row], np.uint64))[0]))

    def _last(self, run: int) -> int:
        return int(self.firsts[run]) + int(self.begins[run + 1]) - int(self.begins[run]) - 1

    def _rows_in_runs(self, wanted: IdArray) -> NDArray[np.int64]:
        lasts = self.firsts + (np.diff(self.begins) - np.uint32(1))
        low, high = np.searchsorted(lasts, wanted, "left"), np.searchsorted(self.firsts, wanted, "right")
        counts = np.maximum(high - low, 0)
        before = np.cumsum(counts) - counts
        runs = np.repeat(low - before, counts) + np.arange(counts.sum())
        rows: NDArray[np.uint64] = self.begins[runs] + (np.repeat(wanted, counts) - self.firsts[runs])
        return rows.astype(np.int64)

    def _bisected(
        self, low: NDArray[np.uint64], start: NDArray[np.int64], end: NDArray[np.int64], *, after: bool
    ) -> NDArray[np.int64]:
        """Of each range of rows, the first whose lower bytes are not below (or, `after`, above) these."""
        start, end = start.copy(), end.copy()
        while (open_ := np.flatnonzero(start < end)).size:
            middle = (start[open_] + end[open_]) // 2
            found = self._low(middle.astype(np.uint64))
            beyond = found > low[open_] if after else found >= low[open_]
            end[open_[beyond]] = middle[beyond]
            start[open_[~beyond]] = middle[~beyond] + 1
        return start

    def _low(self, rows: NDArray[np.uint64]) -> NDArray[np.uint64]:
        """The lower bytes of these rows as numbers."""
        padded = np.zeros((len(rows), 8), np.uint8)
        padded[:, : self.low.shape[1]] = self.low[rows]
        return padded.view("<u8").reshape(len(rows)).astype(np.uint64, copy=False)
