"""`RingIndex`: a bank that stands still, searched as fast as it can be.

In: ids and hashes, once. Out: `RangeResult`. Next: `bench`, `repit-scan`; a bank that changes is `live`'s.
"""

import numpy as np

from repit_engine.search.arguments import as_words, check_limits
from repit_engine.search.hits import search_segment
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
        hits = search_segment(self.segment, as_words(hashes), radius, max_results, threads=threads)
        if not len(hits.packed):
            return RangeResult(hits.lims, np.empty(0, np.uint64), np.empty(0, np.uint16), hits.more)
        return RangeResult(
            hits.lims,
            self.segment.ids_of(hits.rows),
            hits.distances,
            hits.more,
        )
