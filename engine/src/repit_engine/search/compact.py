"""`CompactIndex`: a bank that stands still, searched by scan in the least memory.

In: ids and hashes, once. Out: `RangeResult`. Next: `bench`; a gate that must spare memory.

Rows are sorted by the first sixteen bits, which then need not be kept: 30 bytes a hash and 8 an id.
"""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from repit_engine.errors import WrongInput
from repit_engine.kernels import jit
from repit_engine.search.arguments import MAX_ROWS, as_id_array, as_words, check_limits
from repit_engine.search.results import Hits, combine
from repit_engine.types import HASH_BITS, HashArray, IdArray, RangeResult

_KEYS = 65536
_ROOM = 1024


class CompactIndex:
    """Exact range search by scan of sorted rows; immutable, so any number of threads may ask."""

    def __init__(self, ids: IdArray, planes: list[NDArray[np.generic]], offsets: NDArray[np.uint32]) -> None:
        self._ids, self._planes, self._offsets = ids, planes, offsets
        self._addresses = np.array([plane.ctypes.data for plane in planes], np.uint64)

    @classmethod
    def build(cls, ids: IdArray, hashes: HashArray) -> "CompactIndex":
        """Take ``(n,)`` ids and ``(n, 32)`` hashes. Several hashes may share one id. Raises `WrongInput`."""
        words = as_words(hashes)
        ids = as_id_array(ids, len(words))
        if len(words) > MAX_ROWS:
            raise WrongInput(f"A compact index holds {MAX_ROWS} hashes at most.", "Use several.")
        sixteens = words.view(np.uint16)
        keys = sixteens[:, 0].copy()
        order = np.argsort(keys, kind="stable")
        offsets = np.zeros(_KEYS + 1, np.uint32)
        np.cumsum(np.bincount(keys, minlength=_KEYS), out=offsets[1:])
        first = np.zeros(len(words) + jit.scan_sorted.ROWS_AT_ONCE, np.uint64)
        first[: len(words)] = words[order, 1]
        planes: list[NDArray[np.generic]] = [
            first,
            words.view(np.uint32)[order, 1],
            sixteens[order, 1],
            np.ascontiguousarray(words[:, 2:][order]),
        ]
        return cls(ids[order], planes, offsets)

    def __len__(self) -> int:
        return len(self._ids)

    @property
    def nbytes(self) -> int:
        """Bytes held."""
        return self._ids.nbytes + self._offsets.nbytes + sum(plane.nbytes for plane in self._planes)

    def range_search(
        self, hashes: HashArray, radius: int, max_results: int | None = None, threads: int = 1
    ) -> RangeResult:
        """Everything within `radius` (inclusive) of each ``(m, 32)`` query, by distance then id.

        At most `max_results` a query, the nearest, with `truncated` set where there were more. The rows of
        each query are shared out among `threads`. Raises `WrongInput`.
        """
        check_limits(radius, max_results)
        queries = as_words(hashes)
        with ThreadPoolExecutor(threads) as pool:
            asked = [_Asked(self, query, threads, pool) for query in queries]
            found = [question.nearest(radius, max_results) for question in asked]
        packed = [hits for hits, _ in found]
        lims = np.zeros(len(found) + 1, np.int64)
        np.cumsum([len(hits) for hits in packed], out=lims[1:])
        more = np.array([cut for _, cut in found], np.bool_)
        hits = Hits(lims, np.concatenate([np.empty(0, np.uint64), *packed]), more)
        return combine([(hits, self._ids[hits.rows])], len(queries), max_results)


class _Asked:
    """One query, its share of the buckets for each thread about equal in rows."""

    def __init__(
        self, index: CompactIndex, query: NDArray[np.uint64], threads: int, pool: ThreadPoolExecutor
    ) -> None:
        self._index, self._query, self._pool = index, query, pool
        ends = np.searchsorted(index._offsets, np.linspace(0, len(index), threads + 1)[1:-1])
        self._keys = [0, *ends.tolist(), _KEYS]

    def nearest(self, radius: int, max_results: int | None) -> tuple[NDArray[np.uint64], bool]:
        """All hits, or at least the `max_results` nearest; and whether there are more than that.

        Where there are more than fit, they have been counted by distance: the second pass asks only for as
        far as the cap reaches, so that a hash with very many neighbours takes little memory.
        """
        found, at_distance = self._within(radius, _ROOM)
        total = int(at_distance.sum())
        cut = max_results is not None and total > max_results
        if max_results is not None and cut and total > _ROOM:
            radius = int(np.searchsorted(np.cumsum(at_distance), max_results))
            total = int(at_distance[: radius + 1].sum())
        if len(found) < total:
            found, _ = self._within(radius, total)
        return found, cut

    def _within(self, radius: int, room: int) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
        index = self._index

        def part(number: int) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
            hits, at_distance = np.empty(room, np.uint64), np.zeros(HASH_BITS + 1, np.int64)
            keys = np.uint64(self._keys[number]), np.uint64(self._keys[number + 1])
            count = jit.scan_sorted.scan_sorted(
                index._addresses, index._offsets, self._query, np.uint64(radius), *keys, hits, at_distance
            )
            return hits[: min(room, int(count))], at_distance

        numbers = range(len(self._keys) - 1)
        parts = list(self._pool.map(part, numbers)) if len(numbers) > 1 else [part(0)]
        return np.concatenate([hits for hits, _ in parts]), np.sum([counts for _, counts in parts], axis=0)
