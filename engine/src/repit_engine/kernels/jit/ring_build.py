"""The ring's tables: for each of sixteen words, which rows have it, and the word that follows.

In: hashes as `head` and `tail` rows of 16 bytes. Out: per table the buckets' offsets and one run of bytes:
for each bucket of L entries its L next words (2 bytes each), then its L row numbers (3 bytes each). Next:
`ring_query` probes them, `search.segment` holds them, `snapshot` writes them.

Rows beyond 2**24 keep the same 3 bytes: within a bucket rows ascend, so it is enough to know at which entry
each block of 2**24 rows begins (`cuts`). Where `runs` is set, following rows with the same word and next
word (frames of one shot) share one entry, cut at every 64th row so that an entry never stands for more.
"""
# ruff: noqa: ANN001, ANN201, PLR0917 (Numba infers the kinds; kernels take plain addresses)
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

import numpy as np

from repit_engine.kernels.jit.compiled import kernel
from repit_engine.kernels.jit.layout import BLOCK_BITS, ENTRY_BYTES, KEYS, RUN_ROWS
from repit_engine.kernels.jit.popcount import load_u16, store_u8, store_u16

U = np.uint64


@kernel
def word_address(head, tail, word):
    """Where a word of row 0 stands; the row's stride is 16 bytes."""
    return (head if word < U(8) else tail) + U(2) * (word & U(7))


@kernel
def count_entries(head, tail, rows, table, runs, offsets):
    """Fill `offsets` ``(65537,) uint32`` with where each bucket of one table begins, in entries."""
    at = word_address(head, tail, table)
    following = word_address(head, tail, (table + U(1)) & U(15))
    offsets[:] = 0
    last = U(1) << U(32)
    for row in range(U(0), rows):
        word = U(load_u16(at + row * U(16)))
        if runs:
            both = (word << U(16)) | U(load_u16(following + row * U(16)))
            if both == last and row & U(RUN_ROWS - 1) != U(0):
                continue
            last = both
        offsets[word + U(1)] += np.uint32(1)
    for key in range(U(KEYS)):
        offsets[key + U(1)] += offsets[key]


@kernel
def fill_table(head, tail, rows, table, runs, offsets, out, cursor, cuts):
    """Write one table's bytes at address `out`. `cursor` ``(65536,) uint32`` is scratch, `cuts` ``(b,
    65536)``."""
    at = word_address(head, tail, table)
    following = word_address(head, tail, (table + U(1)) & U(15))
    for key in range(U(KEYS)):
        cursor[key] = 0
    last = U(1) << U(32)
    for row in range(U(0), rows):
        if row & U((1 << BLOCK_BITS) - 1) == U(0) and row != U(0):
            cuts[(row >> U(BLOCK_BITS)) - U(1), :] = cursor
        word = U(load_u16(at + row * U(16)))
        after = load_u16(following + row * U(16))
        if runs:
            both = (word << U(16)) | U(after)
            if both == last and row & U(RUN_ROWS - 1) != U(0):
                continue
            last = both
        start = U(offsets[word])
        entry = U(cursor[word])
        cursor[word] += np.uint32(1)
        bucket = out + U(ENTRY_BYTES) * start
        store_u16(bucket + U(2) * entry, after)
        place = bucket + U(2) * (U(offsets[word + U(1)]) - start) + U(3) * entry
        store_u16(place, np.uint16(row & U(0xFFFF)))
        store_u8(place + U(2), np.uint8((row >> U(16)) & U(0xFF)))


@kernel
def repeated_words(head, tail, rows, step):
    """Of the rows seen (one in `step`, all sixteen tables), how many would share the entry of the row
    before."""
    same = U(0)
    for row in range(U(1), rows, step):
        for table in range(U(16)):
            at = word_address(head, tail, table) + row * U(16)
            following = word_address(head, tail, (table + U(1)) & U(15)) + row * U(16)
            if load_u16(at) == load_u16(at - U(16)):
                same += U(load_u16(following) == load_u16(following - U(16)))
    return same
