"""Rows of a PNG without their filters.

In: what a PNG's data unpacks to, not interlaced. Out: its bytes, row by row. Next: `picture.png_deep`, for
samples of sixteen bits, of which Pillow keeps the upper eight. PNG (third edition), section 9.
"""
# ruff: noqa: ANN001, ANN201 (Numba infers the kinds)
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

import numpy as np

from repit_engine.kernels.jit.compiled import kernel

SUB, UP, AVERAGE, PAETH = 1, 2, 3, 4


@kernel
def unfiltered(packed, step):
    """``(h, n) uint8`` of ``(h, 1 + n) uint8``, whose first column names each row's filter; `step`: bytes of
    a pixel. Rows whose filter is none that is known are as they are.
    """
    height, width = packed.shape
    out = np.empty((height, width - 1), np.uint8)
    for y in range(height):
        kind = packed[y, 0]
        for x in range(width - 1):
            left = np.int64(out[y, x - step]) if x >= step else np.int64(0)
            above = np.int64(out[y - 1, x]) if y else np.int64(0)
            corner = np.int64(out[y - 1, x - step]) if y and x >= step else np.int64(0)
            value = np.int64(packed[y, x + 1])
            if kind == SUB:
                value += left
            elif kind == UP:
                value += above
            elif kind == AVERAGE:
                value += (left + above) >> 1
            elif kind == PAETH:
                guess = left + above - corner
                a, b, c = abs(guess - left), abs(guess - above), abs(guess - corner)
                value += left if a <= b and a <= c else above if b <= c else corner
            out[y, x] = value & 255
    return out
