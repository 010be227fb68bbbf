"""Searching one segment: the ring where it is cheaper, the scan where it is not, always everything.

In: a segment, queries, a radius, a cap. Out: per query its packed hits, nearest first. Next: `search.ring`,
`live`.
"""

import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from repit_engine.kernels import jit
from repit_engine.kernels.jit.layout import (
    AT_HITS,
    AT_LENGTHS,
    AT_LIMS,
    AT_PENDING,
    AT_SCANNED,
    AT_STARTS,
    BLOCK,
    DEAD,
    HEAD,
    MOST_PARTS,
    ROOM_ITEMS,
    ROWS,
    TAIL,
)
from repit_engine.search.plan import FLIP_ENDS, FLIPS, Plan, plan
from repit_engine.search.results import Hits
from repit_engine.search.segment import RingSegment

TOGETHER = 256
"""Queries of one thread's batch: enough to share each scanned block."""
SCAN_ROOM = 256


class _Scratch(threading.local):
    """Room that each thread keeps for its next query."""

    def __init__(self) -> None:
        room = np.empty(ROOM_ITEMS, np.uint64)
        self.address = int(room.ctypes.data)
        self.pending = room[AT_PENDING:AT_STARTS]
        self.starts = room[AT_STARTS:AT_LENGTHS]
        self.lengths = room[AT_LENGTHS:AT_LIMS].view(np.uint32)
        self.lims = room[AT_LIMS:AT_SCANNED].view(np.int64)
        self.scanned = room[AT_SCANNED:AT_HITS]
        self.hits = room[AT_HITS:]
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
    if count == 1:
        return _batch(layout, queries, radius, max_results, plan(radius, 1))
    chosen = plan(radius, _together(count, threads))
    if not count or (threads == 1 and count <= TOGETHER):
        return _batch(layout, queries, radius, max_results, chosen)
    step = max(1, min(TOGETHER, -(-count // threads)))
    chunks = [queries[start : start + step] for start in range(0, count, step)]
    if threads == 1:
        return joined(_batch(layout, chunk, radius, max_results, chosen) for chunk in chunks)
    with ThreadPoolExecutor(threads) as pool:
        return joined(pool.map(lambda chunk: _batch(layout, chunk, radius, max_results, chosen), chunks))


def search_alone(segment: RingSegment, query: NDArray[np.uint64], radius: int) -> NDArray[np.uint64] | None:
    """One query ``(1, 4)`` in one segment: its packed hits, or None where `search_segment` does better."""
    chosen, scratch = plan(radius, 1), _scratch
    if not chosen.ring:
        return None
    count = jit.ring_query.ring_alone(
        scratch.address, segment.layout_address, 1, chosen.address, radius, query
    )
    return None if count < 0 else scratch.hits[:count].copy()


def search_segments(
    layouts: NDArray[np.uint64], query: NDArray[np.uint64], radius: int
) -> tuple[NDArray[np.int64], NDArray[np.uint64], NDArray[np.bool_]]:
    """One query ``(1, 4)`` in many segments' tables at once.

    Out: where each segment's hits end, the hits, and which segments are better searched by `search_segment`.
    """
    chosen, scratch, parts = plan(radius, 1), _scratch, len(layouts)
    if not chosen.ring or parts > MOST_PARTS:
        return np.zeros(parts + 1, np.int64), np.empty(0, np.uint64), np.ones(parts, np.bool_)
    jit.ring_query.ring_alone(scratch.address, int(layouts.ctypes.data), parts, chosen.address, radius, query)
    lims = scratch.lims[: parts + 1].copy()
    return lims, scratch.hits[: lims[-1]].copy(), scratch.scanned[:parts] != 0


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
        jit.ring_query.ring_batch(
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
    total = int(lims[count])
    packed = scratch.hits[:total].copy()
    alone = count == 1 and not scanned[0]
    if (alone or not scanned.any()) and (max_results is None or total <= max_results):
        return Hits(lims, packed, scanned)
    rows = [packed[lims[i] : lims[i + 1]] for i in range(count)]
    again = np.flatnonzero(scanned)
    found = _scanned(layout, queries[again], radius, max_results, chosen.lanes)
    for number, hits in zip(again.tolist(), found, strict=True):
        rows[number] = hits
    return _capped(rows, max_results)


def scan_rows(
    layout: NDArray[np.uint64],
    queries: NDArray[np.uint64],
    radius: int,
    max_results: int | None = None,
    *,
    threads: int = 1,
) -> Hits:
    """The same by comparing every row. Of `layout` only hashes, bitmap and the number of rows are looked at.

    Without a cap there is no order that rows need be in; with one, ties are cut in row order.
    """
    count = len(queries)
    if threads > 1 and count > 1:
        step = min(TOGETHER, -(-count // threads))
        chunks = [queries[start : start + step] for start in range(0, count, step)]
        with ThreadPoolExecutor(threads) as pool:
            return joined(pool.map(lambda chunk: scan_rows(layout, chunk, radius, max_results), chunks))
    lanes = plan(radius, _together(count, 1)).lanes
    return _capped(_scanned(layout, queries, radius, max_results, lanes), max_results)


def _scanned(
    layout: NDArray[np.uint64],
    queries: NDArray[np.uint64],
    radius: int,
    max_results: int | None,
    lanes: int,
) -> list[NDArray[np.uint64]]:
    """Hits of each query, ascending; with a cap, one beyond it where there are more, so that it shows."""
    count = len(queries)
    hits, counts = np.empty((count, SCAN_ROOM), np.uint64), np.zeros(count, np.uint64)
    place = layout[HEAD], layout[TAIL], layout[DEAD]
    rows, limit = layout[ROWS], np.uint64(radius)
    if count == 1 and lanes == 2:
        counts[0] = jit.scan.scan(*place, rows, queries[0], limit, hits[0])
    elif count:
        jit.scan_batch.scan_batch(
            *place, np.uint64(0), rows, queries, limit, lanes, _scratch.block, hits, counts
        )
    answers = []
    for number, total in enumerate(counts.tolist()):
        if total <= SCAN_ROOM:
            answer = hits[number, :total]
        elif max_results is None or total <= max_results + 1:
            answer = np.empty(total, np.uint64)
            jit.scan.scan(*place, rows, queries[number], limit, answer)
        else:
            answer = np.empty(max_results + 1, np.uint64)
            jit.scan.scan_nearest(*place, rows, queries[number], limit, answer)
        answers.append(np.sort(answer))
    return answers


def _capped(rows: list[NDArray[np.uint64]], max_results: int | None) -> Hits:
    more = np.zeros(len(rows), np.bool_)
    if max_results is not None:
        more[:] = [len(hits) > max_results for hits in rows]
        rows = [hits[:max_results] for hits in rows]
    lims = np.zeros(len(rows) + 1, np.int64)
    np.cumsum([len(hits) for hits in rows], out=lims[1:])
    return Hits(lims, np.concatenate([np.empty(0, np.uint64), *rows]), more)


def joined(parts: Iterable[Hits]) -> Hits:
    """Hits of one chunk of queries after another."""
    parts = list(parts)
    ends = np.cumsum([0] + [len(part.packed) for part in parts])
    lims = [part.lims[:-1] + end for part, end in zip(parts, ends[:-1].tolist(), strict=True)]
    return Hits(
        np.concatenate([*lims, ends[-1:]]),
        np.concatenate([part.packed for part in parts]),
        np.concatenate([part.more for part in parts]),
    )
