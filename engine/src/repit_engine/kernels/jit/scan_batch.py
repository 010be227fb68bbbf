"""Blocked scan of many queries at once: each block of rows is read from memory once for all of them.

In: hashes as `head` and `tail` rows, ``(m, 4)`` queries. Out: per query its packed hits, as many as fit,
and how many there were. Next: `search.segment`, for radii and skews at which the ring loses.

A block of 1,024 rows is turned into lanes of 64 bits in the nearest cache; from there the bound is counting
bits. As many lanes are compared as make a chance agreement rare at this radius (`lanes`), the rest only for
those.
"""
# ruff: noqa: ANN001, ANN201, PLR0917 (Numba infers the kinds; kernels take plain addresses)
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

import numpy as np

from repit_engine.kernels.jit.compiled import kernel
from repit_engine.kernels.jit.layout import BLOCK
from repit_engine.kernels.jit.popcount import (
    load_u64,
    near_four_lanes,
    near_three_lanes,
    near_two_lanes,
    popcount,
    trailing_zeros,
)
from repit_engine.kernels.jit.scan import is_dead

U = np.uint64


@kernel
def scan_batch(head, tail, dead, first, last, queries, radius, lanes, block, hits, counts):
    """Scan rows `first` to `last` (exclusive). `block` is ``(4, 1024) uint64`` scratch, `hits` ``(m, c)
    uint64``,
    `counts` ``(m,) uint64``, added to: start it at zero."""
    room = U(hits.shape[1])
    at = U(block.ctypes.data)
    stride = U(8 * BLOCK)
    start = first
    while start < last:
        rows = min(U(BLOCK), last - start)
        for row in range(rows):
            here = (start + row) * U(16)
            block[0, row] = load_u64(head + here)
            block[1, row] = load_u64(head + here + U(8))
            block[2, row] = load_u64(tail + here)
            block[3, row] = load_u64(tail + here + U(8))
        for number in range(len(queries)):
            a, b, c, d = queries[number, 0], queries[number, 1], queries[number, 2], queries[number, 3]
            done = U(0)
            while done < rows:
                here = at + U(8) * done
                if lanes == 2:
                    mask = near_two_lanes(here, stride, a, b, c, d, radius)
                elif lanes == 3:
                    mask = near_three_lanes(here, stride, a, b, c, d, radius)
                else:
                    mask = near_four_lanes(here, stride, a, b, c, d, radius)
                if rows - done < U(32):
                    mask &= (U(1) << (rows - done)) - U(1)
                while mask != U(0):
                    row = done + trailing_zeros(mask)
                    mask &= mask - U(1)
                    apart = popcount(block[0, row] ^ a) + popcount(block[1, row] ^ b)
                    apart += popcount(block[2, row] ^ c) + popcount(block[3, row] ^ d)
                    if apart <= radius and not is_dead(dead, start + row):
                        if counts[number] < room:
                            hits[number, counts[number]] = (apart << U(32)) | (start + row)
                        counts[number] += U(1)
                done += U(32)
        start += rows
