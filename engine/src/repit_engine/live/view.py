"""What one query sees: segments, the rows that are not in a segment yet, and which of them are removed.

In: an immutable tuple of parts, swapped whole by the writer. Out: `RangeResult`. Next: `index` and `reader`.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from repit_engine.kernels.jit.layout import DEAD, LAYOUT_ITEMS, ROWS
from repit_engine.live.memtable import Memtable, mark, marked
from repit_engine.search import RingSegment
from repit_engine.search.hits import scan_rows, search_segment, search_segments
from repit_engine.search.results import Hits, combine, nothing
from repit_engine.types import HashArray, IdArray, RangeResult


@dataclass(frozen=True, slots=True)
class Stats:
    """How an index stands: hashes that count, removed ones not yet merged away, its parts, its bytes."""

    hashes: int
    removed: int
    segments: tuple[int, ...]
    unmerged: int
    nbytes: int


@dataclass(eq=False, repr=False)
class LiveSegment:
    """A segment and the bitmap of its removed rows. `name` is its file's, empty in memory; `after_log` is
    the first
    log whose removals concern it."""

    segment: RingSegment
    name: str = ""
    after_log: int = 0
    removed: int = 0

    def __post_init__(self) -> None:
        self.dead = np.zeros(-(-self.segment.rows // 64), np.uint64)
        self.layout = self.segment.layout.copy()
        self.layout[DEAD] = self.dead.ctypes.data

    @property
    def nbytes(self) -> int:
        """Bytes held, or mapped."""
        return self.segment.nbytes + self.dead.nbytes

    def remove(self, ids: IdArray) -> int:
        """Mark every row of these ids; returns how many were not marked yet."""
        return self.remove_rows(self.segment.rows_of(ids))

    def between(self, first: int, end: int) -> tuple[IdArray, NDArray[np.uint64]]:
        """Ids from `first` to before `end` that are not removed, and their hashes' words."""
        rows = self.segment.rows_between(first, end)
        rows = rows[~marked(self.dead, rows)]
        words = np.concatenate([self.segment.head[rows], self.segment.tail[rows]], axis=1)
        return self.segment.ids_of(rows.astype(np.uint64)), words

    def remove_rows(self, rows: NDArray[np.int64]) -> int:
        """Mark these rows; returns how many were not marked yet."""
        fresh = mark(self.dead, rows)
        self.removed += fresh
        return fresh


@dataclass(frozen=True, eq=False, repr=False)
class View:
    """`segments` oldest first, then `memtables` oldest first; only the last memtable still grows."""

    segments: tuple[LiveSegment, ...]
    memtables: tuple[Memtable, ...]

    @cached_property
    def parts(self) -> "tuple[LiveSegment | Memtable, ...]":
        """Segments, then memtables."""
        return (*self.segments, *self.memtables)

    @cached_property
    def layouts(self) -> NDArray[np.uint64]:
        """All parts' layouts, ``(k, 32)``, for one call of the kernel; the last part may have grown since."""
        parts = [part.layout for part in self.segments] + [table.layout() for table in self.memtables]
        return np.array(parts, np.uint64).reshape(-1, LAYOUT_ITEMS)

    def stats(self) -> Stats:
        """Counts of this moment."""
        segments, tables = self.segments, self.memtables
        parts = [(part.segment.rows, part.removed, part.nbytes) for part in segments]
        parts += [(table.rows, table.removed, table.nbytes) for table in tables]
        removed = sum(part[1] for part in parts)
        return Stats(
            hashes=sum(part[0] for part in parts) - removed,
            removed=removed,
            segments=tuple(part.segment.rows for part in segments),
            unmerged=sum(table.rows for table in tables),
            nbytes=sum(part[2] for part in parts),
        )

    def remove(self, ids: IdArray) -> int:
        """Mark every row of these ids, everywhere; returns how many hashes that were."""
        return sum(part.remove(ids) for part in self.segments) + sum(
            table.remove(ids) for table in self.memtables
        )

    def between(self, first: int, end: int) -> tuple[IdArray, HashArray]:
        """Ids from `first` to before `end` that are not removed, ascending, with their hashes."""
        held = [part.between(first, end) for part in self.parts]
        ids = np.concatenate([np.empty(0, np.uint64), *(found for found, _ in held)])
        words = np.concatenate([np.empty((0, 4), np.uint64), *(found for _, found in held)])
        order = np.argsort(ids, kind="stable")
        return ids[order], words[order].view(np.uint8)

    def search(
        self, queries: NDArray[np.uint64], radius: int, max_results: int | None, threads: int
    ) -> RangeResult:
        """Range search of ``(m, 4)`` words over everything."""
        if len(queries) == 1:
            parts = self._of_single_query(queries, radius, max_results)
        else:
            parts = [(_part_hits(part, queries, radius, max_results, threads), part) for part in self.parts]
        found = [(hits, _ids(part, hits)) for hits, part in parts if len(hits.packed)]
        return combine(found, len(queries), max_results) if found else nothing(len(queries))

    def _of_single_query(
        self, queries: NDArray[np.uint64], radius: int, max_results: int | None
    ) -> list[tuple[Hits, LiveSegment | Memtable]]:
        found: list[tuple[Hits, LiveSegment | Memtable]] = []
        if not self.parts:
            return found
        layouts = self.layouts.copy()
        if self.memtables:
            layouts[-1, ROWS] = self.memtables[-1].rows
        lims, packed, scanned = search_segments(layouts, queries, radius)
        for number in np.flatnonzero((lims[1:] > lims[:-1]) | scanned).tolist():
            if scanned[number]:
                hits = _part_hits(self.parts[number], queries, radius, max_results, 1)
            else:
                own = packed[lims[number] : lims[number + 1]]
                hits = Hits(np.array([0, len(own)]), own, np.zeros(1, np.bool_))
            found.append((hits, self.parts[number]))
        return found


def _part_hits(
    part: LiveSegment | Memtable,
    queries: NDArray[np.uint64],
    radius: int,
    max_results: int | None,
    threads: int,
) -> Hits:
    if isinstance(part, Memtable):
        return scan_rows(part.layout(), queries, radius, threads=threads)
    return search_segment(part.segment, queries, radius, max_results, dead=part.dead, threads=threads)


def _ids(part: LiveSegment | Memtable, hits: Hits) -> IdArray:
    return part.segment.ids_of(hits.rows) if isinstance(part, LiveSegment) else part.ids[hits.rows]
