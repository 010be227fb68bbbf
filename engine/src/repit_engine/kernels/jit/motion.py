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
def _rows_of_cells(j, rows):
    """The first row of the cells in line j, and the first behind them."""
    top = j * rows // CELLS
    return top, max(top + 1, (j + 1) * rows // CELLS)


@kernel
def _read(size, step):
    """How many of so many rows, or columns, are read."""
    return (size - (step >> 1) + step - 1) // step


@kernel
def _sums_of_bytes(luma, step):
    """``(32, columns) int64``: of each column, the sums over the rows of each line of cells, in 1/4 of a
    level; of every `step`-th pixel of every `step`-th row.
    """
    first, rows = step >> 1, _read(luma.shape[0], step)
    sums = np.zeros((CELLS, _read(luma.shape[1], step)), np.int64)
    for j in range(CELLS):
        top, bottom = _rows_of_cells(j, rows)
        out = sums[j]
        for y in range(top, bottom):
            line = luma[first + y * step]
            for i in range(len(out)):
                out[i] += np.int64(line[first + i * step]) << 2
    return sums


@kernel
def _sums_of_floats(luma, step):
    """The same of floats: a kernel that is handed another is compiled anew at every start (`kept`)."""
    first, rows = step >> 1, _read(luma.shape[0], step)
    sums = np.zeros((CELLS, _read(luma.shape[1], step)), np.int64)
    for j in range(CELLS):
        top, bottom = _rows_of_cells(j, rows)
        out = sums[j]
        for y in range(top, bottom):
            line = luma[first + y * step]
            for i in range(len(out)):
                out[i] += np.int64(math.floor(np.float64(line[first + i * step]) * 4.0 + 0.5))
    return sums


@kernel
def _means_of(sums, rows):
    """``(32, 32) int64``: means of the cells in 1/256 of a level."""
    columns = sums.shape[1]
    means = np.empty((CELLS, CELLS), np.int64)
    for j in range(CELLS):
        top, bottom = _rows_of_cells(j, rows)
        for i in range(CELLS):
            left = i * columns // CELLS
            right = max(left + 1, (i + 1) * columns // CELLS)
            total = np.int64(0)
            for x in range(left, right):
                total += sums[j, x]
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
    return _normal(_means_of(_sums_of_bytes(luma, step), _read(luma.shape[0], step)))


@kernel
def thumb_of_floats(luma, step):
    return _normal(_means_of(_sums_of_floats(luma, step), _read(luma.shape[0], step)))


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
