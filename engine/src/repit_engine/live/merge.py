"""Which segments become one, and how.

In: segments with their removed rows. Out: the ones to replace; the one that replaces them. Next: `index`
swaps them.

What is built beside the old never exceeds a third of the bank (or a quarter of a million rows, some 30 MB,
where the bank is small): with what building needs besides, a merge does not double memory. Sizes that double
from segment to segment keep their number at the logarithm of the bank's.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from repit_engine.live.memtable import marked
from repit_engine.live.view import LiveSegment
from repit_engine.search import RingSegment

SMALL = 262_144


def chosen(segments: Sequence[LiveSegment]) -> list[LiveSegment]:
    """What to merge next: the smallest that are near in size, or one of which half is removed; else
    nothing."""
    by_size = sorted(segments, key=lambda part: part.segment.rows)
    most = max(SMALL, sum(part.segment.rows for part in by_size) // 3)
    for part in by_size:
        if 2 * part.removed > part.segment.rows:
            return [part]
    for first in range(len(by_size) - 1):
        group, rows = [by_size[first]], by_size[first].segment.rows
        for part in by_size[first + 1 :]:
            if part.segment.rows > 2 * rows or rows + part.segment.rows > most:
                break
            group.append(part)
            rows += part.segment.rows
        if len(group) > 1:
            return group
    return []


def merged(parts: Sequence[LiveSegment], removed: Sequence[NDArray[np.uint64]]) -> RingSegment:
    """One segment of the rows that are not set in `removed`, the parts' bitmaps of one moment."""
    kept = [
        np.flatnonzero(~marked(bitmap, np.arange(part.segment.rows)))
        for part, bitmap in zip(parts, removed, strict=True)
    ]
    ids = np.concatenate(
        [part.segment.ids_of(rows.astype(np.uint64)) for part, rows in zip(parts, kept, strict=True)]
    )
    order = np.argsort(ids, kind="stable")
    halves = []
    for half in ("head", "tail"):
        rows_of_parts = [getattr(part.segment, half)[rows] for part, rows in zip(parts, kept, strict=True)]
        halves.append(np.concatenate(rows_of_parts)[order])
    return RingSegment.from_rows(ids[order], halves[0], halves[1])


def newly_removed(part: LiveSegment, before: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Ids of the rows removed since the bitmap was `before`: a removal concerns every row of its id."""
    bits = np.unpackbits((part.dead & ~before).view(np.uint8), bitorder="little")
    return np.unique(part.segment.ids_of(np.flatnonzero(bits).astype(np.uint64)))
