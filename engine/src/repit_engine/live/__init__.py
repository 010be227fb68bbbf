"""A bank that changes while it is searched: what is added or removed counts for the next query.

In: ids and hashes, one or many at a time. Out: `RangeResult`. Next: the gate keeps one, other processes
read it.

`LiveIndex` writes (one per folder, or none: then nothing touches a disk); `LiveReader` follows one from
another process, sharing its memory-mapped pages.
"""

from repit_engine.live.index import LiveIndex
from repit_engine.live.reader import LiveReader
from repit_engine.live.view import Stats

__all__ = ["LiveIndex", "LiveReader", "Stats"]
