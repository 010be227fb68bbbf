"""The luma of a baseline JPEG at an eighth, without decoding what an eighth does not show.

In: the file's bytes, where its scan begins, its tables (`jpeg_tables`). Out: one uint8 for each 8 × 8 block,
equal to libjpeg's; of the two planes of colour too where they are wanted. Next: `picture.baseline`, which
falls back on libjpeg for whatever is not plain here.

At 1/8 a block is its first coefficient. The other 63 must be passed to find the next block, but neither
stored nor even told apart: one look-up passes as many as 14 bits hold. Hostile bytes: no position is used
before it is known to be inside the padded copy, each step takes at least one bit, a block at most 63 steps.
"""
# ruff: noqa: ANN001, ANN201, PLR0917 (Numba infers the kinds; kernels take plain addresses)
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

import numpy as np

from repit_engine.kernels.jit.compiled import kernel
from repit_engine.kernels.jit.jpeg_swing import SAMPLED, is_drawn, sampled
from repit_engine.kernels.jit.jpeg_tables import (
    BLOCK,
    ENDS,
    FIRST_BITS,
    RUN_BITS,
    UNFIT,
    difference,
    window,
)
from repit_engine.kernels.jit.popcount import load_u16, load_u32, load_u64, store_u64, trailing_zeros

U = np.uint64
PADDING = 512
"""Zeros after the copied bytes: a block takes at most 16 + 15 + 63 × 31 bits, and a window is 8 bytes."""
NOT_PLAIN = -1
_FAILED = U(1 << 62)
_END_OF_IMAGE, _FIRST_RESTART = 0xD9, 0xD0


@kernel
def skim(data, at, tables, across, down, restart, luma_blocks, luma_across, steps, luma, colours, swing):
    """Fill `luma` ``(h, w) uint8`` from the scan that begins at byte `at` of `data`; return 0, or
    `NOT_PLAIN` for libjpeg to judge.

    `tables` ``(blocks, 4) uint64``: for each block of a unit the addresses of its first and run tables and
    of its two code tables. The first `luma_blocks` are luma, `luma_across` in a row; `across` × `down`
    units; `restart` units stand between two markers (0: no markers); `steps` ``(3,) int64`` are the first
    quantisers of luma, blue and red. `colours` ``(2, down, across) uint8`` is filled too, or None. `swing`:
    as `jpeg_swing.sampled` has it; of fewer numbers than that, nothing is sampled.
    """
    clean = np.empty(len(data) - at + PADDING, np.uint8)
    units = across * down
    done, number = 0, 0
    while done < units:
        length, marker = copied(data, at, clean)
        if length < 0:
            return NOT_PLAIN
        last = units if restart == 0 else min(units, done + restart)
        end = skim_units(
            clean, length, tables, done, last, across, luma_blocks, luma_across, steps, luma, colours, swing
        )
        expected = _END_OF_IMAGE if last == units else _FIRST_RESTART + (number & 7)
        # After the last unit libjpeg passes over what is left; before a restart it may complain.
        if end < 0 or data[marker + 1] != expected or (last < units and length * 8 - end >= 8):
            return NOT_PLAIN
        done, number, at = last, number + 1, marker + 2
    return 0


@kernel
def copied(data, at, out):
    """Copy from byte `at` up to the next marker, each FF 00 as FF, and zeros after; return how many bytes
    and where the marker stands, or -1 where there is none.
    """
    source, target = U(data.ctypes.data), U(out.ctypes.data)
    here, size, place = U(at), U(len(data)), U(0)
    ones, tops = U(0x0101010101010101), U(0x8080808080808080)
    while here + U(1) < size:
        if here + U(8) <= size:
            eight = load_u64(source + here)
            store_u64(target + place, eight)
            # A top bit is set at the first byte that is FF (beyond it, perhaps at others that are not).
            full = (~eight - ones) & eight & tops
            if full == U(0):
                here += U(8)
                place += U(8)
                continue
            before = trailing_zeros(full) >> U(3)
            here += before
            place += before
        out[place] = data[here]
        if data[here] == 0xFF:
            if here + U(1) >= size:
                return np.int64(-1), np.int64(0)
            if data[here + U(1)] != 0:
                out[place : place + U(PADDING)] = 0
                return np.int64(place), np.int64(here)
            here += U(1)
        here += U(1)
        place += U(1)
    return np.int64(-1), np.int64(0)


@kernel
def skim_units(
    clean, length, tables, first, last, across, luma_blocks, luma_across, steps, luma, colours, swing
):
    """Units `first` to `last` (exclusive), predicted from 0; return the bits taken, or -1."""
    base, position, available = U(clean.ctypes.data), U(0), U(length) * U(8)
    height, width = luma.shape
    luma_down = luma_blocks // luma_across
    top, left = first // across * luma_down, first % across * luma_across
    step, level, blue, red = steps[0], 0, 0, 0
    first_of_unit = U(tables.ctypes.data)
    for unit in range(first, last):
        row, column = top, left
        for block in range(tables.shape[0]):
            begin = position
            position, change = pass_block(base, position, first_of_unit + U(block) * U(32))
            if position > available:
                return -1
            if block < luma_blocks:
                level += change
                # jidctred.c, jpeg_idct_1x1; beyond this range its table of limits wraps round.
                mean = (level * step + 4) >> 3
                if not -512 <= mean < 512:
                    return -1
                if len(swing) == SAMPLED and is_drawn(swing):
                    sampled(base, begin, first_of_unit, mean + 128, swing)
                if row < height and column < width:
                    luma[row, column] = min(max(mean + 128, 0), 255)
                column += 1
                if column == left + luma_across:
                    row, column = row + 1, left
            elif colours is not None:
                if block == luma_blocks:
                    blue += change
                    mean = (blue * steps[1] + 4) >> 3
                    colours[0, unit // across, unit % across] = min(max(mean + 128, 0), 255)
                else:
                    red += change
                    mean = (red * steps[2] + 4) >> 3
                    colours[1, unit // across, unit % across] = min(max(mean + 128, 0), 255)
        left += luma_across
        if left >= across * luma_across:
            top, left = top + luma_down, 0
    return np.int64(position)


@kernel
def passed_by(runs, bits):
    """The run table's entry for the next bits."""
    return U(load_u16(runs + (bits >> U(64 - RUN_BITS) << U(1))))


@kernel
def pass_block(base, position, tables):
    """Pass one block, whose four tables' addresses stand at `tables`; return the position after it
    (`_FAILED`: no code) and its first coefficient's change.
    """
    firsts, runs = load_u64(tables), load_u64(tables + U(8))
    bits = window(base, position)
    entry = np.int64(np.int32(load_u32(firsts + (bits >> U(64 - FIRST_BITS) << U(2)))))
    taken, passed, change = U(entry & 63), (entry >> 8) & 255, entry >> 16
    if passed == UNFIT:
        code = U(load_u16(load_u64(tables + U(16)) + (bits >> U(48) << U(1))))
        if code == U(0):
            return _FAILED, np.int64(0)
        length, further = code >> U(8), code & U(15)
        value = np.int64((bits << length) >> U(1) >> (U(63) - further))
        change = difference(value, np.int64(further))
        taken, passed = length + further, np.int64(1)
    position += taken
    if passed >= BLOCK:
        return position, change
    # 57 bits hold what the first look-up took (31 at most) and one run more, or four runs.
    left = 1
    bits <<= taken
    while True:
        run = passed_by(runs, bits)
        reached = passed + np.int64(run >> U(8))
        if reached >= BLOCK:
            break
        position += run & U(63)
        passed = reached
        left -= 1
        if left == 0:
            bits, left = window(base, position), 4
        else:
            bits <<= run & U(63)
    if reached == BLOCK or ENDS < reached < ENDS + BLOCK:
        return position + (run & U(63)), change
    return pass_symbols(base, position, load_u64(tables + U(24)), passed), change


@kernel
def pass_symbols(base, position, codes, passed):
    """The rest of a block, one symbol after the other: where a code is long, or a run would pass its end."""
    while passed < BLOCK:
        bits = window(base, position)
        entry = U(load_u16(codes + (bits >> U(48) << U(1))))
        if entry == U(0):
            return _FAILED
        skipped, further = (entry >> U(4)) & U(15), entry & U(15)
        position += (entry >> U(8)) + further
        if further == U(0) and skipped != U(15):
            return position
        passed += np.int64(skipped) + 1
    return position
