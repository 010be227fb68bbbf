"""How far the blocks of a JPEG may reach beyond what a screen shows, in a sample of them.

In: where a block's codes begin. Out: a sum. Next: `jpeg_skim`, which calls this in passing.

At an eighth a block is the mean of its samples. A viewer cuts each sample off at black and white first, and
the mean of what is left is another one, if many lie beyond: so two pictures fit into one file. By how much
the two means differ has a bound that asks for nothing but the mean and the variance, which the coefficients
give (Parseval): of a spread s about a mean that lies d from the edge, no more than (sqrt(s² + d²) - d) / 2 is
cut off on average (H. Scarf, 1958).
"""
# ruff: noqa: ANN001, ANN201 (Numba infers the kinds; kernels take plain addresses)
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

import math

import numpy as np

from repit_engine.kernels.jit.compiled import kernel
from repit_engine.kernels.jit.jpeg_tables import BLOCK, difference, window
from repit_engine.kernels.jit.popcount import load_u16, load_u64

U = np.uint64
SAMPLED = BLOCK + 3
"""The length of a `swing`: the squares of the luma's quantisers, as they come in the file; the sum of bounds
in levels of 255; of how many blocks; the dice."""
_SUM, _COUNT, _DICE = BLOCK, BLOCK + 1, BLOCK + 2
_DICE_RANGE, _STEP, _SHIFT, _ONE_IN = 1 << 31, 1103515245, 12345, 1 << 28


@kernel
def is_drawn(swing):
    """Whether this block is looked at: one in eight."""
    dice = (np.int64(swing[_DICE]) * _STEP + _SHIFT) % _DICE_RANGE
    swing[_DICE] = dice
    return dice < _ONE_IN


@kernel
def sampled(base, position, tables, mean, swing):
    """Add one block's bound to `swing`; its codes, which have been passed once, begin at `position`."""
    code = U(load_u16(load_u64(tables + U(16)) + (window(base, position) >> U(48) << U(1))))
    position += (code >> U(8)) + (code & U(15))
    codes, place, energy = load_u64(tables + U(24)), np.int64(1), 0.0
    while place < BLOCK:
        bits = window(base, position)
        entry = U(load_u16(codes + (bits >> U(48) << U(1))))
        length, further = entry >> U(8), entry & U(15)
        place += np.int64((entry >> U(4)) & U(15))
        if entry == U(0) or place >= BLOCK or (further == U(0) and (entry >> U(4)) & U(15) != U(15)):
            break
        if further > U(0):
            value = difference(np.int64((bits << length) >> (U(64) - further)), np.int64(further))
            energy += float(value * value) * swing[place]
        position += length + further
        place += 1
    variance = energy / BLOCK
    for edge in (255.0 - mean, float(mean)):
        swing[_SUM] += (math.sqrt(variance + edge * edge) - edge) / 2
    swing[_COUNT] += 1
