"""Every kernel of the search, called once on rows of no meaning.

In: nothing. Out: kernels compiled, or loaded. Next: whoever answers within a time; `repit-hash --warm`.
"""

import numpy as np

from repit_engine.search.compact import CompactIndex
from repit_engine.search.flat import FlatIndex
from repit_engine.search.hits import SCAN_ROOM
from repit_engine.search.ring import RingIndex
from repit_engine.search.segment import SMALLEST_WITH_TABLES
from repit_engine.types import HASH_BITS, HASH_BYTES


def warm_up() -> None:
    """Compile or load the kernels of all three indexes, for one query and for several."""
    # More alike than a scan has room for, so that the nearest of too many are looked for as well.
    some = np.zeros((2 * SCAN_ROOM, HASH_BYTES), np.uint8)
    many = np.random.default_rng(0).integers(0, 256, (SMALLEST_WITH_TABLES, HASH_BYTES), np.uint8)
    flat = FlatIndex()
    flat.add(np.arange(len(some), dtype=np.uint64), some)
    flat.remove(np.zeros(1, np.uint64))
    ring = RingIndex.build(np.arange(len(many), dtype=np.uint64), many)
    compact = CompactIndex.build(np.arange(len(some), dtype=np.uint64), some)
    for index, known in ((flat, some), (ring, many), (compact, some)):
        for queries in (known[:1], known[:2]):
            for radius, most in ((0, None), (0, 1), (HASH_BITS // 2, 1)):
                index.range_search(queries, radius, most)
