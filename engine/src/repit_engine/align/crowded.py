"""Videos that lie behind many near hashes of others.

In: what a search with a cap found, the search. Out: the same, and of each video beyond the cap its nearest
hash. Next: `align.index`.

A cap gives the nearest hashes, and whoever banks a hundred hashes near one of another's film would keep that
from being met. So where a cap left something out, all is looked for again, and each video named once.
"""

from collections.abc import Callable
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from repit_engine.align.ids import numbers_of
from repit_engine.types import HashArray, IdArray, RangeResult

Search: TypeAlias = Callable[[HashArray, int], RangeResult]
"""Queries, and how many hashes each may give at most."""

_MOST_QUERIES: Final = 32
"""Of one search, evenly: every one of a crowded film is crowded, and one is enough for a video to be met."""
_MOST_HASHES: Final = 1 << 14
_TOGETHER: Final = 16
"""Queries at a time, since each may give so many."""


def with_crowded(found: RangeResult, hashes: HashArray, search: Search) -> RangeResult:
    """By query, then distance, then id, as before."""
    crowded = np.flatnonzero(found.truncated)
    if not len(crowded):
        return found
    if len(crowded) > _MOST_QUERIES:
        crowded = crowded[np.arange(_MOST_QUERIES) * len(crowded) // _MOST_QUERIES]
    queries, ids, distances = [], [], []
    for start in range(0, len(crowded), _TOGETHER):
        part = crowded[start : start + _TOGETHER]
        more = search(np.ascontiguousarray(hashes[part]), _MOST_HASHES)
        for at, query in enumerate(part.tolist()):
            held = slice(found.lims[query], found.lims[query + 1])
            seen = slice(more.lims[at], more.lims[at + 1])
            fresh = _first_of_each(more.ids[seen], found.ids[held])
            queries.append(np.full(len(fresh), query))
            ids.append(more.ids[seen][fresh])
            distances.append(more.distances[seen][fresh])
    return _merged(found, np.concatenate(queries), np.concatenate(ids), np.concatenate(distances))


def _first_of_each(ids: IdArray, known: IdArray) -> NDArray[np.int64]:
    """Places of the first hash of each video of which none is known."""
    numbers, first = np.unique(numbers_of(ids), return_index=True)
    places: NDArray[np.int64] = np.sort(first[~np.isin(numbers, numbers_of(known))])
    return places


def _merged(
    found: RangeResult, queries: NDArray[np.int64], ids: IdArray, distances: NDArray[np.uint16]
) -> RangeResult:
    count = len(found.lims) - 1
    queries = np.concatenate([np.repeat(np.arange(count), np.diff(found.lims)), queries])
    ids, distances = np.concatenate([found.ids, ids]), np.concatenate([found.distances, distances])
    order = np.lexsort((ids, distances, queries))
    lims = np.concatenate([np.zeros(1, np.int64), np.cumsum(np.bincount(queries, minlength=count))])
    return RangeResult(lims, ids[order], distances[order], found.truncated)
