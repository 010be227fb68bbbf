"""An immutable bank with its ring of tables: exact range search in microseconds.

In: ids and hashes, once. Out: packed hits (distance << 32 | row). Next: `search.ring` for a bank that
stands still, `snapshot` to keep it in a file, `live` for many of them.

Rows are kept in the order of their ids, so that hits in row order are in id order and an id is found by
bisection. Memory a hash: 32 bytes of hash, 80 of tables (less where runs of frames share entries), 0 to 8
of id.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from repit_engine.errors import WrongInput
from repit_engine.kernels import jit
from repit_engine.kernels.jit import layout
from repit_engine.kernels.jit.layout import (
    BLOCK_BITS,
    BLOCKS,
    CUTS,
    ENTRY_BYTES,
    HEAD,
    LAYOUT_ITEMS,
    OFFSETS,
    ROWS,
    RUNS,
    TABLES,
    TAIL,
)
from repit_engine.search.arguments import MAX_ROWS, as_id_array, as_words
from repit_engine.search.packed_ids import PackedIds
from repit_engine.types import HashArray, IdArray

TABLE_COUNT: Final = 16
KEYS: Final = layout.KEYS
TABLE_PADDING: Final = 128
"""Bytes after each table, for vector loads that begin inside it."""
SMALLEST_WITH_TABLES = 8192
"""Fewer rows are scanned in less time than the tables' buckets are found, and need no tables."""
_RUNS_WORTH_IT: Final = 0.03


@dataclass(frozen=True, eq=False, repr=False)
class RingSegment:
    """`head`, `tail` ``(n, 2) uint64``; `offsets` ``(16, 65537) uint32``; `cuts` ``(b, 16, 65536) uint32``;
    `tables` the sixteen tables' bytes, each `TABLE_PADDING` longer than its entries."""

    rows: int
    runs: bool
    head: NDArray[np.uint64]
    tail: NDArray[np.uint64]
    ids: PackedIds
    offsets: NDArray[np.uint32]
    cuts: NDArray[np.uint32]
    tables: NDArray[np.uint8]

    @classmethod
    def build(cls, ids: IdArray, hashes: HashArray, threads: int = 1) -> "RingSegment":
        """Take ``(n,)`` ids in any order and ``(n, 32)`` hashes. Raises `WrongInput`."""
        words = as_words(hashes)
        ids = as_id_array(ids, len(words))
        if len(words) > MAX_ROWS:
            raise WrongInput(f"A segment holds {MAX_ROWS} hashes at most.", "Use several.")
        if len(ids) > 1 and not bool(np.all(ids[1:] >= ids[:-1])):
            order = np.argsort(ids, kind="stable")
            ids, head, tail = ids[order], words[order, :2], words[order, 2:]
        else:
            head, tail = words[:, :2], words[:, 2:]
        return cls.from_rows(ids, np.ascontiguousarray(head), np.ascontiguousarray(tail), threads)

    @classmethod
    def from_rows(
        cls, ids: IdArray, head: NDArray[np.uint64], tail: NDArray[np.uint64], threads: int = 1
    ) -> "RingSegment":
        """Take rows that are in id order already, as `head` and `tail` ``(n, 2) uint64``, and keep them."""
        rows = len(ids)
        packed = PackedIds.pack(ids)
        if rows < SMALLEST_WITH_TABLES:
            offsets, cuts = np.empty((0, KEYS + 1), np.uint32), np.empty((0, TABLE_COUNT, KEYS), np.uint32)
            return cls(rows, False, head, tail, packed, offsets, cuts, np.empty(0, np.uint8))
        runs = _repeats(head, tail) > _RUNS_WORTH_IT
        offsets = np.empty((TABLE_COUNT, KEYS + 1), np.uint32)
        cuts = np.zeros(((rows - 1) >> BLOCK_BITS, TABLE_COUNT, KEYS), np.uint32)
        addresses = np.uint64(head.ctypes.data), np.uint64(tail.ctypes.data), np.uint64(rows)

        def count(table: int) -> None:
            jit.ring_build.count_entries(*addresses, np.uint64(table), runs, offsets[table])

        def fill(table: int) -> None:
            at = np.uint64(tables.ctypes.data + starts[table])
            cursor = np.empty(KEYS, np.uint32)
            jit.ring_build.fill_table(
                *addresses, np.uint64(table), runs, offsets[table], at, cursor, cuts[:, table]
            )

        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(count, range(TABLE_COUNT)))
            starts = table_starts(offsets)
            tables = np.zeros(starts[-1], np.uint8)
            list(pool.map(fill, range(TABLE_COUNT)))
        return cls(rows, runs, head, tail, packed, offsets, cuts, tables)

    def __len__(self) -> int:
        return self.rows

    def __repr__(self) -> str:
        return f"RingSegment({self.rows} hashes)"

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays."""
        return sum(
            part.nbytes for part in (self.head, self.tail, self.ids, self.offsets, self.cuts, self.tables)
        )

    @cached_property
    def layout(self) -> NDArray[np.uint64]:
        """Addresses and sizes as `ring_query` takes them; valid while this segment is alive."""
        layout = np.zeros(LAYOUT_ITEMS, np.uint64)
        layout[HEAD], layout[TAIL], layout[ROWS] = self.head.ctypes.data, self.tail.ctypes.data, self.rows
        if not len(self.offsets):
            return layout
        layout[OFFSETS], layout[CUTS] = self.offsets.ctypes.data, self.cuts.ctypes.data
        layout[BLOCKS], layout[RUNS] = len(self.cuts), self.runs
        layout[TABLES : TABLES + TABLE_COUNT] = np.array(table_starts(self.offsets)[:-1], np.uint64)
        layout[TABLES : TABLES + TABLE_COUNT] += np.uint64(self.tables.ctypes.data)
        return layout

    @cached_property
    def layout_address(self) -> int:
        """Where `layout` stands."""
        return int(self.layout.ctypes.data)

    def ids_of(self, rows: NDArray[np.uint64]) -> IdArray:
        """What the caller called these rows."""
        return self.ids.of(rows)

    def all_ids(self) -> IdArray:
        """Every row's id, ascending; a new array."""
        return self.ids_of(np.arange(self.rows, dtype=np.uint64))

    def rows_between(self, first: int, end: int) -> NDArray[np.int64]:
        """Rows of ids from `first` to before `end`, ascending."""
        return np.arange(self.ids.first_row(first), self.ids.first_row(end))

    def rows_of(self, ids: IdArray) -> NDArray[np.int64]:
        """Every row of these ids, ascending, by bisection; ids that are not here have none."""
        return self.ids.rows_of(ids)


def table_starts(offsets: NDArray[np.uint32]) -> list[int]:
    """Where each of the sixteen tables begins among the tables' bytes, and where the last one ends."""
    starts = [0]
    for entries in offsets[:, -1].tolist():
        starts.append(starts[-1] + ENTRY_BYTES * entries + TABLE_PADDING)
    return starts


def _repeats(head: NDArray[np.uint64], tail: NDArray[np.uint64]) -> float:
    """Share of entries that runs would save, from about a hundred thousand rows."""
    rows = len(head)
    step = 1 + rows // 100_000
    same = jit.ring_build.repeated_words(
        np.uint64(head.ctypes.data), np.uint64(tail.ctypes.data), np.uint64(rows), np.uint64(step)
    )
    return float(same) * step / (TABLE_COUNT * max(1, rows))
