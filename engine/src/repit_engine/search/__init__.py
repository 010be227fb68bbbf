"""Exact range search over PDQ hashes: every hash within the radius is found, always.

In: `(n, 32)` hashes and their ids. Out: `RangeResult`. Next: `snapshot` puts a segment in a file, `live`
makes a bank of segments that changes, `align` and the gate ask.

`RingIndex` is the fast one for a bank that stands still, `CompactIndex` the small one; `FlatIndex` compares
everything and can be added to.
"""

from repit_engine.search.compact import CompactIndex
from repit_engine.search.flat import FlatIndex
from repit_engine.search.ring import RingIndex
from repit_engine.search.segment import RingSegment
from repit_engine.search.warming import warm_up

__all__ = ["CompactIndex", "FlatIndex", "RingIndex", "RingSegment", "warm_up"]
