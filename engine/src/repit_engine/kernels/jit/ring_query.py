"""Range search in the ring's tables: probe, compare next words, verify the few that are left.

In: a segment's addresses (`layout`), queries, the thresholds of each word. Out: packed hits (distance << 32
| row), sorted, and which queries are better scanned. Next: `search.segment`.

With thresholds T of sum radius + 1, a hash within the radius has some word i with d(i) < T(i) and
d(i) + d(i+1) < T(i) + T(i+1), indices round the ring (docs/en/search.md proves it): so probing each word with
fewer than T(i) flipped bits, and keeping the entries whose next word is near enough, misses nothing. A hit
counts only from the first such i, so nothing is found twice.
"""
# ruff: noqa: ANN001, ANN201, ANN202, PLR0912, PLR0915, PLR0917 (Numba infers the kinds; kernels take plain addresses)
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

import numpy as np
from numba.np.numpy_support import carray

from repit_engine.kernels.jit.compiled import kernel
from repit_engine.kernels.jit.layout import (
    AT_HITS,
    AT_LENGTHS,
    AT_LIMS,
    AT_PENDING,
    AT_SCANNED,
    AT_STARTS,
    BLOCK_BITS,
    BLOCKS,
    CUTS,
    DEAD,
    ENTRY_BYTES,
    HEAD,
    LAYOUT_ITEMS,
    MOST_FLIPPED,
    OFFSETS,
    PENDING,
    PER_CANDIDATE,
    PER_ENTRY,
    PER_PROBE,
    PER_SCANNED_ROW,
    PLAN_COSTS,
    PLAN_FLIP_ENDS,
    PLAN_FLIPS,
    PLAN_ITEMS,
    ROOM_ITEMS,
    ROWS,
    RUN_ROWS,
    RUNS,
    TABLES,
    TAIL,
)
from repit_engine.kernels.jit.popcount import (
    load_u16,
    load_u32,
    load_u64,
    near_words,
    popcount,
    prefetch,
    trailing_zeros,
    words_at,
)
from repit_engine.kernels.jit.ring_build import word_address
from repit_engine.kernels.jit.scan import is_dead, scan

U = np.uint64
LOOK_AHEAD = U(6)
"""Probes between the prefetch of a bucket and its use."""
MOST_LINES = U(40)
"""Lines of a bucket's next words that are prefetched: all, up to 80 million rows. By itself a processor waits
at the beginning of each bucket, for a tenth of a search among 42 million."""
TOO_DEAR = U(0xFFFFFFFFFFFFFFFF)


@kernel
def _word(head, tail, row, word):
    return load_u16(word_address(head, tail, word) + row * U(16))


@kernel
def _first_table(head, tail, row, words, limits):
    """The first word at which this row satisfies the ring's condition."""
    here = U(popcount(np.uint16(_word(head, tail, row, U(0)) ^ words[0])))
    for word in range(U(16)):
        after = (word + U(1)) & U(15)
        there = U(popcount(np.uint16(_word(head, tail, row, after) ^ words[after])))
        if here < limits[word] and here + there < limits[word] + limits[after]:
            return word
        here = there
    return U(16)


@kernel
def _verify(layout, pending, count, query, words, limits, radius, hits, found):
    """Compare the pending candidates in full; return how many hits there are now (they stop fitting
    silently)."""
    head, tail, dead, rows = layout[HEAD], layout[TAIL], layout[DEAD], layout[ROWS]
    room = U(len(hits))
    for place in range(count):
        packed = pending[place]
        address = packed & U(0xFFFFFFFFFFFF)
        row = U(load_u32(address) & np.uint32(0xFFFFFF)) | ((packed >> U(56)) << U(BLOCK_BITS))
        table = (packed >> U(48)) & U(15)
        pending[place] = (table << U(48)) | row
        prefetch((tail if table < U(8) else head) + row * U(16))
    for place in range(count):
        table = pending[place] >> U(48)
        row = pending[place] & U(0xFFFFFFFF)
        # Only a damaged file names a row that is not there; it must not be followed outside.
        while row < rows:
            # The half without the probed word first: it is the less like the query by chance.
            other, first = (tail, U(2)) if table < U(8) else (head, U(0))
            at = other + row * U(16)
            apart = popcount(load_u64(at) ^ query[first]) + popcount(
                load_u64(at + U(8)) ^ query[first + U(1)]
            )
            if apart <= radius:
                other, first = (head, U(0)) if table < U(8) else (tail, U(2))
                at = other + row * U(16)
                apart += popcount(load_u64(at) ^ query[first])
                apart += popcount(load_u64(at + U(8)) ^ query[first + U(1)])
                if (
                    apart <= radius
                    and _first_table(head, tail, row, words, limits) == table
                    and not is_dead(dead, row)
                ):
                    if found < room:
                        hits[found] = (apart << U(32)) | row
                    found += U(1)
            if layout[RUNS] == U(0):
                break
            row += U(1)
            if row & U(RUN_ROWS - 1) == U(0) or row >= rows:
                break
            after = (table + U(1)) & U(15)
            if _word(head, tail, row, table) != _word(head, tail, row - U(1), table) or _word(
                head, tail, row, after
            ) != _word(head, tail, row - U(1), after):
                break
    return found


@kernel
def _fetch(start, length):
    for line in range(min(U(length) >> U(5), MOST_LINES) + U(1)):
        prefetch(start + U(64) * line)


@kernel
def ring_hits(layout, query, words, radius, limits, flips, flip_ends, costs, starts, lengths, pending, hits):
    """Hits of one query, unsorted, into `hits`; returns how many, or `TOO_DEAR` where a scan is cheaper."""
    offsets, rows = layout[OFFSETS], layout[ROWS]
    if offsets == U(0):
        return TOO_DEAR
    probes, entries = U(0), U(0)
    for table in range(U(16)):
        base = offsets + table * U(4 * 65537)
        for flip in range(flip_ends[limits[table]]):
            at = base + U(4) * U(words[table] ^ flips[flip])
            start = U(load_u32(at))
            length = U(load_u32(at + U(4))) - start
            starts[probes] = layout[U(TABLES) + table] + U(ENTRY_BYTES) * start
            lengths[probes] = np.uint32(length)
            entries += length
            probes += U(1)
    scan_cost = costs[PER_SCANNED_ROW] * rows
    cost = costs[PER_PROBE] * probes + costs[PER_ENTRY] * entries
    if cost > scan_cost:
        return TOO_DEAR
    budget = U((scan_cost - cost) / costs[PER_CANDIDATE])
    for early in range(min(LOOK_AHEAD, probes)):
        _fetch(starts[early], lengths[early])
    found, waiting, candidates, probe = U(0), U(0), U(0), U(0)
    for table in range(U(16)):
        after = (table + U(1)) & U(15)
        next_word = words[after]
        widest = limits[table] + limits[after]
        flipped = U(0)
        for flip in range(flip_ends[limits[table]]):
            if flip == flip_ends[flipped + U(1)]:
                flipped += U(1)
            if probe + LOOK_AHEAD < probes:
                _fetch(starts[probe + LOOK_AHEAD], lengths[probe + LOOK_AHEAD])
            address, length = starts[probe], U(lengths[probe])
            probe += U(1)
            limit = np.uint16(widest - U(1) - flipped)
            done = U(0)
            while done < length:
                mask = near_words(address + U(2) * done, next_word, limit)
                if length - done < U(64):
                    mask &= (U(1) << (length - done)) - U(1)
                while mask != U(0):
                    entry = done + trailing_zeros(mask)
                    mask &= mask - U(1)
                    place = address + U(2) * length + U(3) * entry
                    prefetch(place)
                    block = U(0)
                    if layout[BLOCKS] != U(0):
                        key = (table << U(16)) | U(words[table] ^ flips[flip])
                        for cut in range(layout[BLOCKS]):
                            block += U(U(load_u32(layout[CUTS] + U(4) * ((cut << U(20)) | key))) <= entry)
                    pending[waiting] = place | (table << U(48)) | (block << U(56))
                    waiting += U(1)
                    if waiting == U(PENDING):
                        found = _verify(layout, pending, waiting, query, words, limits, radius, hits, found)
                        candidates += waiting
                        waiting = U(0)
                        if candidates > budget:
                            return TOO_DEAR
                done += U(64)
    return _verify(layout, pending, waiting, query, words, limits, radius, hits, found)


@kernel
def sort_hits(hits):
    """In place, by distance then row."""
    if len(hits) > 32:
        hits.sort()
        return
    for place in range(1, len(hits)):
        value, back = hits[place], place
        while back > 0 and hits[back - 1] > value:
            hits[back] = hits[back - 1]
            back -= 1
        hits[back] = value


@kernel
def ring_batch(
    layout, queries, radius, limits, flips, flip_ends, costs, starts, lengths, pending, hits, lims, scanned
):
    """Search ``(m, 4)`` queries. Query i's hits are ``hits[lims[i]:lims[i + 1]]``, sorted.

    `scanned[i]` is set where a scan is cheaper or the hits no longer fit; such a query has no hits here.
    """
    words = queries.view(np.uint16)
    end = U(0)
    lims[0] = 0
    for number in range(len(queries)):
        found = ring_hits(
            layout,
            queries[number],
            words[number],
            radius,
            limits,
            flips,
            flip_ends,
            costs,
            starts,
            lengths,
            pending,
            hits[end:],
        )
        scanned[number] = found > U(len(hits)) - end
        if not scanned[number]:
            sort_hits(hits[end : end + found])
            end += found
        lims[number + 1] = end


@kernel
def ring_alone(room, layouts, parts, chosen, radius, queries):
    """Search many segments for the one query of ``(1, 4)`` in one call; those without tables are scanned.

    Called as one query is asked of one process after other work, most of the time goes into what surrounds
    the kernel: so arrays come by address, and what would be twelve arguments is one. `layouts` is where
    `parts` layouts stand, `room` ``(ROOM_ITEMS,) uint64``, `chosen` a plan as `search.plan` packs it.

    In `room`, segment j's hits are ``hits[lims[j]:lims[j + 1]]``, sorted; `scanned[j]` is set where a scan is
    cheaper or the hits no longer fit: such a segment has no hits here. Returns how many hits there are in
    all; -1 where any is to be scanned.
    """
    desk = carray(words_at(U(room)), (ROOM_ITEMS,))
    plan = carray(words_at(U(chosen)), (PLAN_ITEMS,))
    flips = carray(words_at(plan[PLAN_FLIPS]), (MOST_FLIPPED // 4,)).view(np.uint16)
    flip_ends = carray(words_at(plan[PLAN_FLIP_ENDS]), (6,))
    limits, costs = plan[:16], plan[PLAN_COSTS : PLAN_COSTS + 4].view(np.float64)
    pending, starts = desk[AT_PENDING:AT_STARTS], desk[AT_STARTS:AT_LENGTHS]
    lengths, hits = desk[AT_LENGTHS:AT_LIMS].view(np.uint32), desk[AT_HITS:]
    lims, scanned = desk[AT_LIMS:AT_SCANNED], desk[AT_SCANNED:AT_HITS]
    words = queries.view(np.uint16)
    end, left = U(0), False
    lims[0] = 0
    for number in range(parts):
        layout, free = (
            carray(words_at(U(layouts) + U(8 * LAYOUT_ITEMS) * U(number)), (LAYOUT_ITEMS,)),
            hits[end:],
        )
        if layout[OFFSETS] == U(0):
            found = scan(layout[HEAD], layout[TAIL], layout[DEAD], layout[ROWS], queries[0], U(radius), free)
        else:
            found = ring_hits(
                layout,
                queries[0],
                words[0],
                U(radius),
                limits,
                flips,
                flip_ends,
                costs,
                starts,
                lengths,
                pending,
                free,
            )
        scanned[number] = found > U(len(hits)) - end
        if scanned[number]:
            left = True
        else:
            sort_hits(hits[end : end + found])
            end += found
        lims[number + 1] = end
    return -1 if left else np.int64(end)
