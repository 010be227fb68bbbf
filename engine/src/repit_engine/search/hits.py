"""Searching one segment: the ring where it is cheaper, the scan where it is not, always everything.

In: a segment, queries, a radius, a cap. Out: per query its packed hits, nearest first. Next: `search.ring`,
`live`.
"""

import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from repit_engine.kernels.jit.ring_query import DEAD, HEAD, PENDING, ROWS, TAIL, ring_batch
from repit_engine.kernels.jit.scan import scan, scan_nearest
from repit_engine.kernels.jit.scan_batch import BLOCK, scan_batch
from repit_engine.search.plan import FLIP_ENDS, FLIPS, MOST_PROBES, Plan, plan
from repit_engine.search.segment import RingSegment

ROOM = 1 << 16
"""Hits of one batch that are kept without asking for more room."""
TOGETHER = 256
"""Queries of one thread's batch: enough to share each scanned block."""
SCAN_ROOM = 256


class Hits(NamedTuple):
    """Query i has ``packed[lims[i]:lims[i + 1]]``, distance << 32 | row, ascending; `more[i]`: some were
    left out."""

    lims: NDArray[np.int64]
    packed: NDArray[np.uint64]
    more: NDArray[np.bool_]


class _Scratch(threading.local):
    """Room that each thread keeps for its next query."""

    def __init__(self) -> None:
        self.starts = np.empty(MOST_PROBES, np.uint64)
        self.lengths = np.empty(MOST_PROBES, np.uint32)
        self.pending = np.empty(PENDING, np.uint64)
        self.hits = np.empty(ROOM, np.uint64)
        self.block = np.empty((4, BLOCK), np.uint64)


_scratch = _Scratch()


def search_segment(
    segment: RingSegment,
    queries: NDArray[np.uint64],
    radius: int,
    max_results: int | None,
    *,
    dead: NDArray[np.uint64] | None = None,
    threads: int = 1,
) -> Hits:
    """Everything within `radius` of each ``(m, 4)`` query, save rows set in the bitmap `dead`."""
    layout = segment.layout
    if dead is not None:
        layout = layout.copy()
        layout[DEAD] = dead.ctypes.data
    count = len(queries)
    chosen = plan(radius, _together(count, threads))
    if count <= 1 or (threads == 1 and count <= TOGETHER):
        return _batch(layout, queries, radius, max_results, chosen)
    step = max(1, min(TOGETHER, -(-count // threads)))
    chunks = [queries[start : start + step] for start in range(0, count, step)]
    if threads == 1:
        return _joined(_batch(layout, chunk, radius, max_results, chosen) for chunk in chunks)
    with ThreadPoolExecutor(threads) as pool:
        return _joined(pool.map(lambda chunk: _batch(layout, chunk, radius, max_results, chosen), chunks))


def _together(count: int, threads: int) -> int:
    """About how many queries share one scan; powers of two keep the number of plans small."""
    return 1 << (max(1, min(TOGETHER, count // threads)).bit_length() - 1)


def _batch(
    layout: NDArray[np.uint64],
    queries: NDArray[np.uint64],
    radius: int,
    max_results: int | None,
    chosen: Plan,
) -> Hits:
    scratch, count = _scratch, len(queries)
    lims, scanned = np.empty(count + 1, np.int64), np.empty(count, np.bool_)
    if chosen.ring:
        ring_batch(
            layout,
            queries,
            np.uint64(radius),
            chosen.limits,
            FLIPS,
            FLIP_ENDS,
            chosen.costs,
            scratch.starts,
            scratch.lengths,
            scratch.pending,
            scratch.hits,
            lims,
            scanned,
        )
    else:
        lims[:], scanned[:] = 0, True
    packed = scratch.hits[: lims[-1]].copy()
    most = int(np.diff(lims).max(initial=0))
    if not scanned.any() and (max_results is None or most <= max_results):
        return Hits(lims, packed, np.zeros(count, np.bool_))
    rows = [packed[lims[i] : lims[i + 1]] for i in range(count)]
    again = np.flatnonzero(scanned)
    found = _scanned(layout, queries[again], radius, max_results, chosen)
    for number, hits in zip(again.tolist(), found, strict=True):
        rows[number] = hits
    return _capped(rows, max_results)


def _scanned(
    layout: NDArray[np.uint64],
    queries: NDArray[np.uint64],
    radius: int,
    max_results: int | None,
    chosen: Plan,
) -> list[NDArray[np.uint64]]:
    """The same by scanning; with a cap, one more than the cap where there are more, so that it shows."""
    count = len(queries)
    if count == 0:
        return []
    hits, counts = np.empty((count, SCAN_ROOM), np.uint64), np.zeros(count, np.uint64)
    head, tail, dead, rows = layout[HEAD], layout[TAIL], layout[DEAD], layout[ROWS]
    if count == 1 and chosen.lanes == 2:
        counts[0] = scan(head, tail, dead, rows, queries[0], np.uint64(radius), hits[0])
    else:
        limit = np.uint64(radius)
        block = _scratch.block
        scan_batch(head, tail, dead, np.uint64(0), rows, queries, limit, chosen.lanes, block, hits, counts)
    answers = []
    for number in range(count):
        total = int(counts[number])
        if total <= SCAN_ROOM:
            answer = np.sort(hits[number, :total])
        elif max_results is None or total <= max_results + 1:
            answer = np.empty(total, np.uint64)
            scan(head, tail, dead, rows, queries[number], np.uint64(radius), answer)
            answer.sort()
        else:
            answer = np.empty(max_results + 1, np.uint64)
            scan_nearest(head, tail, dead, rows, queries[number], np.uint64(radius), answer)
            answer.sort()
        answers.append(answer)
    return answers


def _capped(rows: list[NDArray[np.uint64]], max_results: int | None) -> Hits:
    more = np.zeros(len(rows), np.bool_)
    if max_results is not None:
        more[:] = [len(hits) > max_results for hits in rows]
        rows = [hits[:max_results] for hits in rows]
    lims = np.zeros(len(rows) + 1, np.int64)
    np.cumsum([len(hits) for hits in rows], out=lims[1:])
    return Hits(lims, np.concatenate(rows), more)


def _joined(parts: Iterable[Hits]) -> Hits:
    parts = list(parts)
    ends = np.cumsum([0] + [len(part.packed) for part in parts])
    lims = [part.lims[:-1] + end for part, end in zip(parts, ends[:-1].tolist(), strict=True)]
    return Hits(
        np.concatenate([*lims, ends[-1:]]),
        np.concatenate([part.packed for part in parts]),
        np.concatenate([part.more for part in parts]),
    )
