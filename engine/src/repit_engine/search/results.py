"""Hits of several places, put in order.

In: what each segment or table of rows found. Out: one `RangeResult`. Next: whoever asked.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from repit_engine.types import IdArray, RangeResult

DISTANCE_SHIFT = np.uint64(32)
ROW_MASK = np.uint64(0xFFFFFFFF)


class Hits(NamedTuple):
    """Query i has ``packed[lims[i]:lims[i + 1]]``, distance << 32 | row; `more[i]`: a cap left some out."""

    lims: NDArray[np.int64]
    packed: NDArray[np.uint64]
    more: NDArray[np.bool_]

    @property
    def rows(self) -> NDArray[np.uint64]:
        """Row of each hit."""
        return self.packed & ROW_MASK

    @property
    def distances(self) -> NDArray[np.uint16]:
        """Distance of each hit."""
        return (self.packed >> DISTANCE_SHIFT).astype(np.uint16)


def nothing(queries: int) -> RangeResult:
    """The result of queries that found nothing."""
    return RangeResult(
        np.zeros(queries + 1, np.int64),
        np.empty(0, np.uint64),
        np.empty(0, np.uint16),
        np.zeros(queries, np.bool_),
    )


NOTHING_FOUND: Final = nothing(1)
"""Of one query: read-only, so that what is asked most often allocates nothing."""
for _array in NOTHING_FOUND:
    _array.setflags(write=False)


def combine(parts: Sequence[tuple[Hits, IdArray]], queries: int, max_results: int | None) -> RangeResult:
    """Each part's hits with their ids, ordered by distance then id within each query, the nearest kept."""
    parts = [part for part in parts if len(part[1])]
    if not parts:
        return nothing(queries)
    ids = np.concatenate([found for _, found in parts])
    distances = np.concatenate([hits.distances for hits, _ in parts])
    owners = np.concatenate([np.repeat(np.arange(queries), np.diff(hits.lims)) for hits, _ in parts])
    more = np.logical_or.reduce([hits.more for hits, _ in parts])
    order = np.lexsort((ids, distances, owners))
    ids, distances, owners = ids[order], distances[order], owners[order]
    counts = np.bincount(owners, minlength=queries)
    if max_results is not None and int(counts.max()) > max_results:
        more |= counts > max_results
        first = np.cumsum(counts) - counts
        kept = np.arange(len(owners)) - first[owners] < max_results
        ids, distances = ids[kept], distances[kept]
        counts = np.minimum(counts, max_results)
    lims = np.zeros(queries + 1, np.int64)
    np.cumsum(counts, out=lims[1:])
    return RangeResult(lims, ids, distances, more)
