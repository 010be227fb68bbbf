"""A frame's thumbnail, by which motion is told: box means of few pixels, centred and brought to unit spread.

In: a plane of luma, `step`. Out: ``(28 · 28,) int32``. Next: `repit_engine.moments.motion`.

Integers throughout, each below 2⁵³ (docs/en/moments.md, section 2), so that JavaScript's numbers give the
same bits; `kernels.reference.motion` is the oracle.
"""
# ruff: noqa: ANN001, ANN201, ANN202 (Numba infers the kinds)
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

import math

import numpy as np

from repit_engine.kernels.jit.compiled import kernel

CELLS = 32
"""Cells of a thumbnail along each side."""
RIM = 2
"""Cells left out at each side, where logos, captions and bars lie."""
INNER = CELLS - 2 * RIM
UNIT = 4096
"""What a spread of one becomes."""
PLAIN = 1024
"""Added to the spread, four grey levels: the noise of a plain picture is no motion."""


@kernel
def _root(square):
    """⌊√square⌋ of an integer below 2⁵², where a double's root is never too small by one, nor too large."""
    return np.int64(math.floor(math.sqrt(np.float64(square))))


@kernel
def _row_of_bytes(line, first, step, sums):
    for i in range(len(sums)):
        sums[i] += np.int64(line[first + i * step]) << 2


@kernel
def _row_of_floats(line, first, step, sums):
    for i in range(len(sums)):
        sums[i] += np.int64(math.floor(np.float64(line[first + i * step]) * 4.0 + 0.5))


@kernel
def _means_of(luma, step, add_row):
    """``(32, 32) int64``: means of the cells in 1/256 of a level, of every `step`-th pixel of every
    `step`-th row.
    """
    height, width = luma.shape
    first = step >> 1
    rows = (height - first + step - 1) // step
    columns = (width - first + step - 1) // step
    sums = np.empty(columns, np.int64)
    means = np.empty((CELLS, CELLS), np.int64)
    for j in range(CELLS):
        top = j * rows // CELLS
        bottom = max(top + 1, (j + 1) * rows // CELLS)
        sums[:] = 0
        for y in range(top, bottom):
            add_row(luma[first + y * step], first, step, sums)
        for i in range(CELLS):
            left = i * columns // CELLS
            right = max(left + 1, (i + 1) * columns // CELLS)
            total = np.int64(0)
            for x in range(left, right):
                total += sums[x]
            count = (bottom - top) * (right - left)
            means[j, i] = (64 * total + (count >> 1)) // count
    return means


@kernel
def _normal(means):
    """The inner cells less their mean, by their spread: ``(784,) int32`` in 1/4096."""
    count = INNER * INNER
    total = np.int64(0)
    for y in range(RIM, CELLS - RIM):
        for x in range(RIM, CELLS - RIM):
            total += means[y, x]
    mean = (total + (count >> 1)) // count
    squares = np.int64(0)
    for y in range(RIM, CELLS - RIM):
        for x in range(RIM, CELLS - RIM):
            squares += (means[y, x] - mean) * (means[y, x] - mean)
    spread = _root(squares // count) + PLAIN
    thumb = np.empty(count, np.int32)
    for y in range(INNER):
        for x in range(INNER):
            thumb[y * INNER + x] = (means[RIM + y, RIM + x] - mean) * UNIT // spread
    return thumb


@kernel
def thumb_of_bytes(luma, step):
    return _normal(_means_of(luma, step, _row_of_bytes))


@kernel
def thumb_of_floats(luma, step):
    return _normal(_means_of(luma, step, _row_of_floats))


@kernel
def apart(left, right):
    """Σ |left − right|, of two thumbnails."""
    total = np.int64(0)
    for i in range(len(left)):
        total += abs(np.int64(left[i]) - np.int64(right[i]))
    return total


@kernel
def between(earlier, later, since, whole):
    """The thumbnail `since` of `whole` milliseconds after `earlier`: ⌊…⌋ of each cell."""
    result = np.empty(len(earlier), np.int32)
    for i in range(len(earlier)):
        step = np.int64(later[i]) - np.int64(earlier[i])
        result[i] = earlier[i] + step * since // whole
    return result
