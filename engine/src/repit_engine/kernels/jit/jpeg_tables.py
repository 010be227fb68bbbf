"""Huffman tables of a JPEG as look-up tables that take several symbols at a time.

In: a table as the file states it (how many codes of each length, their symbols). Out: arrays. Next:
`jpeg_skim` walks a scan with them, `picture.baseline` keeps them.

A symbol of a block's other coefficients says how many of them it skips (high half), and how many further
bits hold the one after (low half); 0x00 ends the block, and so does any other with a low half of 0 except
0xF0, which skips sixteen. Source: ITU-T T.81, F.2.2; what T.81 leaves open is as libjpeg-turbo has it.
"""
# ruff: noqa: ANN001, ANN201 (Numba infers the kinds)
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

import numpy as np

from repit_engine.kernels.jit.compiled import kernel
from repit_engine.kernels.jit.popcount import byte_swap, load_u64

FIRST_BITS = 12
RUN_BITS = 14
"""Bits looked at together: at a block's start, and after. Measured best of 10 to 16 on Emerald Rapids."""
BLOCK = 64
ENDS = 128
"""Added to the number of coefficients passed where the block's end is among the symbols."""
UNFIT = 255
"""In that number's place where not even one symbol fits."""


@kernel
def code_table(counts, symbols, codes):
    """Fill `codes` ``(65536,) uint16``: for the next 16 bits, a code's length × 256 + its symbol; 0: none.

    Returns whether the table is one that libjpeg accepts: no code of ones only, none too many.
    """
    codes[:] = 0
    code, at = 0, 0
    for length in range(1, 17):
        for _ in range(counts[length - 1]):
            if code >= (1 << length) - 1 or at >= len(symbols):
                return False
            first = code << (16 - length)
            codes[first : first + (1 << (16 - length))] = np.uint16((length << 8) | symbols[at])
            code += 1
            at += 1
        code <<= 1
    return at == len(symbols)


@kernel
def run_symbols(codes, look, bits, passed, most):
    """From the first `look` bits of ``bits``, left-aligned in 16: the bits that whole symbols take, and how
    many coefficients they pass, from `passed` up to `most`; `ENDS` is added where the block ends.
    """
    taken = np.int64(0)
    while passed < most:
        entry = np.int64(codes[(bits << taken) & 0xFFFF])
        skipped, further = (entry >> 4) & 15, entry & 15
        needed = (entry >> 8) + further
        if entry == 0 or taken + needed > look:
            break
        if further == 0 and skipped != 15:
            return taken + needed, passed + ENDS
        if passed + skipped + 1 > most:
            break
        taken += needed
        passed += skipped + 1
    return taken, passed


@kernel
def run_table(codes, table):
    """Fill `table` ``(2**RUN_BITS,) uint16``: coefficients passed × 256 + bits taken."""
    for start in range(1 << RUN_BITS):
        taken, passed = run_symbols(codes, RUN_BITS, start << (16 - RUN_BITS), 0, BLOCK - 1)
        table[start] = np.uint16(UNFIT << 8) if taken == 0 else np.uint16((passed << 8) | taken)


@kernel
def first_table(first_codes, codes, table):
    """Fill `table` ``(2**FIRST_BITS,) int32`` for a block's start: the first coefficient's difference ×
    65536 + coefficients passed × 256 + bits taken.
    """
    for start in range(1 << FIRST_BITS):
        bits = start << (16 - FIRST_BITS)
        entry = np.int64(first_codes[bits])
        further = entry & 15
        used = (entry >> 8) + further
        if entry == 0 or used > FIRST_BITS:
            table[start] = UNFIT << 8
            continue
        value = difference((bits >> (16 - used)) & ((1 << further) - 1), further)
        taken, passed = run_symbols(codes, FIRST_BITS - used, (bits << used) & 0xFFFF, 1, BLOCK)
        table[start] = (value << 16) | (passed << 8) | (used + taken)


@kernel
def difference(value, bits):
    """T.81, F.12: `bits` further bits as a signed number."""
    if bits > 0 and value < (1 << (bits - 1)):
        return value - (1 << bits) + 1
    return value


@kernel
def window(base, position):
    """The bits from `position` on, left-aligned: at least 57 of them."""
    return byte_swap(load_u64(base + (position >> np.uint64(3)))) << (position & np.uint64(7))
