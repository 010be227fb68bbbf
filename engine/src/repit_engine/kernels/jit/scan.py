"""Blocked scan: every row compared, 128 bits first.

In: hashes as two arrays of 16-byte rows (`head`, `tail`), queries as four uint64. Out: packed hits, distance
in the high half and row in the low half of a uint64. Next: `search.flat`, and `search.segment` where the ring
loses.

The first pass reads only `head`: a row further than the radius in 128 bits is further in 256. Its bound is
memory bandwidth: 16 bytes a row.
"""
# ruff: noqa: ANN001, ANN201, ANN202, PLR0917 (Numba infers the kinds; kernels take plain addresses)
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

import numpy as np

from repit_engine.kernels.jit.compiled import kernel
from repit_engine.kernels.jit.popcount import load_u64, near_halves, popcount, prefetch, trailing_zeros

U = np.uint64
AHEAD = U(2048)
"""How far before use `head` is fetched, in bytes; measured best of 0 to 16,384 on Emerald Rapids."""
ROWS = U(32)


@kernel
def _distance_within(head, tail, row, query, radius):
    """Distance of one row, or anything above `radius` once that is certain."""
    at = head + row * U(16)
    apart = popcount(load_u64(at) ^ query[0]) + popcount(load_u64(at + U(8)) ^ query[1])
    if apart > radius:
        return apart
    at = tail + row * U(16)
    return apart + popcount(load_u64(at) ^ query[2]) + popcount(load_u64(at + U(8)) ^ query[3])


@kernel
def is_dead(dead, row):
    """Whether the bitmap at `dead` (0: none) has this row."""
    if dead == U(0):
        return False
    word = load_u64(dead + ((row >> U(6)) << U(3)))
    return (word >> (row & U(63))) & U(1) != U(0)


@kernel
def scan(head, tail, dead, rows, query, radius, hits):
    """Write the packed hits of one query in row order while they fit; return how many there are.

    `head`, `tail`, `dead` are addresses (`dead` 0: no bitmap), `query` is ``(4,)``, `hits` ``(c,) uint64``.
    """
    found = U(0)
    room = U(len(hits))
    block = U(0)
    while block < rows:
        at = head + block * U(16)
        if block + ROWS <= rows:
            for line in range(U(8)):
                prefetch(at + AHEAD + line * U(64))
            mask = near_halves(at, query[0], query[1], radius)
        else:
            mask = (U(1) << (rows - block)) - U(1)
        while mask != U(0):
            row = block + trailing_zeros(mask)
            mask &= mask - U(1)
            apart = _distance_within(head, tail, row, query, radius)
            if apart <= radius and not is_dead(dead, row):
                if found < room:
                    hits[found] = (apart << U(32)) | row
                found += U(1)
        block += ROWS
    return found


@kernel
def scan_nearest(head, tail, dead, rows, query, radius, hits):
    """Fill all of `hits` with the nearest, ties by row; there are at least as many within `radius`.

    Two passes: how many at each distance, then those nearer than where `hits` is full and the first at it.
    So a hash with any number of neighbours takes no more memory than its cap.
    """
    at_distance = np.zeros(258, np.int64)
    for row in range(U(0), rows):
        apart = _distance_within(head, tail, row, query, radius)
        if apart <= radius and not is_dead(dead, row):
            at_distance[apart] += 1
    last, left = U(0), len(hits)
    while left > at_distance[last]:
        left -= at_distance[last]
        last += U(1)
    place = 0
    for row in range(U(0), rows):
        apart = _distance_within(head, tail, row, query, last)
        if apart < last or (apart == last and left > 0):
            if is_dead(dead, row):
                continue
            left -= apart == last
            hits[place] = (apart << U(32)) | row
            place += 1
