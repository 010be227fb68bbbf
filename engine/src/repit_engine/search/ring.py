"""`RingIndex`: a bank that stands still, searched as fast as it can be.

In: ids and hashes, once. Out: `RangeResult`. Next: `bench`, `repit-scan`; a bank that changes is `live`'s.
"""

import numpy as np

from repit_engine.search.arguments import as_words, check_limits
from repit_engine.search.hits import search_alone, search_segment
from repit_engine.search.results import NOTHING_FOUND, Hits
from repit_engine.search.segment import RingSegment
from repit_engine.types import HashArray, IdArray, RangeResult


class RingIndex:
    """Exact range search over one `RingSegment`; immutable, so any number of threads may ask."""

    def __init__(self, segment: RingSegment) -> None:
        self.segment = segment

    @classmethod
    def build(cls, ids: IdArray, hashes: HashArray, threads: int = 1) -> "RingIndex":
        """Take ``(n,)`` ids and ``(n, 32)`` hashes. Several hashes may share one id. Raises `WrongInput`."""
        return cls(RingSegment.build(ids, hashes, threads))

    def __len__(self) -> int:
        return self.segment.rows

    @property
    def nbytes(self) -> int:
        """Bytes held."""
        return self.segment.nbytes

    def range_search(
        self, hashes: HashArray, radius: int, max_results: int | None = None, threads: int = 1
    ) -> RangeResult:
        """Everything within `radius` (inclusive) of each ``(m, 32)`` query, by distance then id.

        At most `max_results` a query, the nearest, with `truncated` set where there were more.
        Raises `WrongInput`.
        """
        check_limits(radius, max_results)
        queries = as_words(hashes)
        if len(queries) == 1:
            found = search_alone(self.segment, queries, radius)
            if found is not None and not len(found):
                return NOTHING_FOUND
            if found is not None and (max_results is None or len(found) <= max_results):
                hits = Hits(np.array([0, len(found)]), found, np.zeros(1, np.bool_))
                return self._named(hits)
        return self._named(search_segment(self.segment, queries, radius, max_results, threads=threads))

    def _named(self, hits: Hits) -> RangeResult:
        ids = self.segment.ids_of(hits.rows) if len(hits.packed) else np.empty(0, np.uint64)
        return RangeResult(hits.lims, ids, hits.distances, hits.more)
