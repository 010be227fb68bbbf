"""Scan of rows sorted by their first word: eight bytes a row are read, the rest for few.

In: one query and a `CompactIndex`'s planes. Out: packed hits (distance << 32 | row), and how many there are
at each distance. Next: `search.compact`.

The rows of one bucket share the first word, so its distance is known before they are read; with 64 further
bits a row is told apart by 80, which about three uniform rows in a hundred pass at radius 31. The bound is
memory bandwidth.
"""
# ruff: noqa: ANN001, ANN201, PLR0917 (Numba infers the kinds; kernels take plain addresses)
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

import numpy as np

from repit_engine.kernels.jit.compiled import kernel
from repit_engine.kernels.jit.popcount import (
    load_u16,
    load_u32,
    load_u64,
    near_lane,
    popcount,
    prefetch,
    trailing_zeros,
)

U = np.uint64
ROWS_AT_ONCE = 64
"""Rows that one comparison reads, also beyond a bucket's end: the first plane is that much longer."""
AHEAD = U(4096)
"""How far before use the first plane is fetched, in bytes; measured best of 0 to 8,192 on Emerald Rapids."""


@kernel
def scan_sorted(planes, offsets, query, radius, first_key, last_key, hits, at_distance):
    """Search the buckets `first_key` to `last_key` (exclusive); return how many hits there are, those that
    fit being written.

    `planes` holds four addresses: of the uint64 lane 1, the uint32 and uint16 that are left of lane 0, and
    lanes 2 and 3. `offsets` ``(65537,) uint32``, `query` ``(4,) uint64``; `at_distance` ``(257,) int64`` is
    added to.
    """
    first, second, third, rest = planes[0], planes[1], planes[2], planes[3]
    key = query[0] & U(0xFFFF)
    own_third, own_second = (query[0] >> U(16)) & U(0xFFFF), query[0] >> U(32)
    found, room = U(0), U(len(hits))
    for bucket in range(first_key, last_key):
        row, end = U(offsets[bucket]), U(offsets[bucket + U(1)])
        apart_by_key = popcount(bucket ^ key)
        if apart_by_key > radius:
            continue
        limit = radius - apart_by_key
        while row < end:
            at = first + row * U(8)
            for line in range(U(8)):
                prefetch(at + AHEAD + line * U(64))
            mask = near_lane(at, query[1], limit)
            if end - row < U(ROWS_AT_ONCE):
                mask &= (U(1) << (end - row)) - U(1)
            while mask != U(0):
                here = row + trailing_zeros(mask)
                mask &= mask - U(1)
                apart = popcount(load_u64(first + here * U(8)) ^ query[1])
                apart += popcount(U(load_u32(second + here * U(4))) ^ own_second)
                if apart > limit:
                    continue
                apart += popcount(U(load_u16(third + here * U(2))) ^ own_third)
                apart += popcount(load_u64(rest + here * U(16)) ^ query[2])
                apart += popcount(load_u64(rest + here * U(16) + U(8)) ^ query[3])
                if apart <= limit:
                    apart += apart_by_key
                    at_distance[apart] += 1
                    if found < room:
                        hits[found] = (apart << U(32)) | here
                    found += U(1)
            row += U(ROWS_AT_ONCE)
    return found
