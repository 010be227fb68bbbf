"""What tells a drawn square from a photographed one: its fullest shade, and what kind of steps it is made of.

In: a plane of luma in 1/256 of a grey level, rectangles in 1/64 of its pixels. Out: six counts a rectangle.
Next: `anchors.shades`. `docs/en/altered-copies.md` specifies it; `kernels.reference.anchors` is the oracle.
"""
# ruff: noqa: ANN001, ANN201, ANN202 (Numba infers the kinds)
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

import numpy as np

from repit_engine.kernels.jit.compiled import kernel


@kernel
def _step(value, beside, sharp, counts):
    """Add one pair of neighbours."""
    step = abs(beside - value) >> 9
    counts[2] += 1
    counts[3] += step
    counts[4] += step if step >= sharp else 0
    counts[5] += step * step


@kernel
def drawing(work, areas, sharp):
    """``(n, 6) int64``: pixels, those of the fullest of 64 shades, pairs of neighbours, the sum of their
    steps in two levels, the part of that sum in steps of `sharp` or more, the sum of their squares.

    Of the whole pixels from the one in which a rectangle begins to the one before that in which it ends,
    within the plane.
    """
    height, width = work.shape
    counts = np.zeros((len(areas), 6), np.int64)
    shades = np.empty(64, np.int64)
    for place in range(len(areas)):
        area = areas[place]
        left, right = max(0, area[0] >> 6), min(width, (area[0] + area[2]) >> 6)
        top, bottom = max(0, area[1] >> 6), min(height, (area[1] + area[3]) >> 6)
        row = counts[place]
        shades[:] = 0
        for y in range(top, bottom):
            line = work[y]
            for x in range(left, right):
                shades[line[x] >> 10] += 1
                if x + 1 < right:
                    _step(line[x], line[x + 1], sharp, row)
                if y + 1 < bottom:
                    _step(line[x], work[y + 1, x], sharp, row)
        row[0] = max(0, bottom - top) * max(0, right - left)
        row[1] = shades.max()
    return counts
