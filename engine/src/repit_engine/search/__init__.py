"""Exact range search over PDQ hashes: every hash within the radius is found, always.

In: `(n, 32)` hashes and their ids. Out: `RangeResult`. Next: `snapshot` puts a segment in a file, `live`
makes a bank of segments that changes, `align` and the gate ask.

`FlatIndex` compares everything in the least memory; `RingIndex` is the fast one for a bank that stands still.
"""

from repit_engine.search.flat import FlatIndex
from repit_engine.search.ring import RingIndex
from repit_engine.search.segment import RingSegment

__all__ = ["FlatIndex", "RingIndex", "RingSegment"]
