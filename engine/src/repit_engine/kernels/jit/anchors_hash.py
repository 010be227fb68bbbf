"""Hashes of rectangles of a plane: 64 × 64 area samples, an integer cosine transform, signs about the median.

In: a plane of luma in 1/256 of a grey level, rectangles in 1/64 of its pixels. Out: ``(n, orientations, 32)``
hashes, PDQ quality, structure. Next: `anchors.bank`, `anchors.query`. `docs/en/altered-copies.md` specifies
it; `kernels.reference.anchors` is the oracle.

Every number is an integer below 2⁵³, those in floating point too: no sum depends on its order, and
JavaScript's numbers give the same bits.
"""
# ruff: noqa: ANN001, ANN201, ANN202, PLR0917 (Numba infers the kinds)
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

import math

import numpy as np

from repit_engine.kernels.jit.compiled import kernel


@kernel
def _axis(origin, extent, pixels, starts, counts, weights):
    """Weights of 64 cells along one axis, in 1/4096 of a pixel; returns what those of a cell add up to."""
    window = max(extent, 4096)
    for o in range(64):
        low = 64 * origin + o * extent - (window - extent) // 2
        high = low + window
        first = low >> 12
        last = (high + 4095) >> 12
        start = min(max(first, 0), pixels - 1)
        end = min(max(last - 1, 0), pixels - 1)
        for k in range(end - start + 1):
            weights[o, k] = 0
        for k in range(first, last):
            share = min(high, (k + 1) << 12) - max(low, k << 12)
            weights[o, min(max(k, 0), pixels - 1) - start] += share
        starts[o] = start
        counts[o] = end - start + 1
    return window


@kernel
def _samples(work, place, samples, rows, columns, axes):
    """Fill ``samples[x, y]`` with the mean of each of 64 × 64 cells, rounded half up."""
    height, width = work.shape
    starts_x, counts_x, weights_x, starts_y, counts_y, weights_y = axes
    window_x = _axis(place[0], place[2], width, starts_x, counts_x, weights_x)
    window_y = _axis(place[1], place[3], height, starts_y, counts_y, weights_y)
    left = starts_x[0]
    extent = starts_x[63] + counts_x[63] - left
    for o in range(64):
        line = rows[o, :extent]
        line[:] = 0
        for k in range(counts_y[o]):
            weight = np.uint32(weights_y[o, k])
            source = work[starts_y[o] + k, left : left + extent]
            for x in range(extent):
                line[x] += weight * np.uint32(source[x])
    for x in range(extent):
        column = columns[x]
        for o in range(64):
            column[o] = np.float64(rows[o, x])
    area = 1.0 * window_x * window_y
    for o in range(64):
        sums = samples[o]
        sums[:] = 0.0
        for k in range(counts_x[o]):
            share = np.float64(weights_x[o, k])
            column = columns[starts_x[o] + k - left]
            for y in range(64):
                sums[y] += share * column[y]
        for y in range(64):
            sums[y] = math.floor((2.0 * sums[y] + area) / (2.0 * area))


@kernel
def _detail(samples, levels):
    """PDQ's quality, 0 to 100, of samples in 1/256 of a level; and over how many neighbours the detail
    spreads.

    The latter: the square of the steps' sum over the sum of their squares, rounded down; 0 where all is flat.
    """
    for x in range(64):
        for y in range(64):
            levels[x, y] = np.int32(samples[x, y])
    total = np.int32(0)
    squares = np.int32(0)
    for x in range(64):
        here = levels[x]
        for y in range(63):
            step = np.int32(abs(here[y] - here[y + 1]) * 100) // np.int32(65_280)
            total += step
            squares += step * step
    for x in range(63):
        here = levels[x]
        beside = levels[x + 1]
        for y in range(64):
            step = np.int32(abs(here[y] - beside[y]) * 100) // np.int32(65_280)
            total += step
            squares += step * step
    if squares == 0:
        return np.int64(0), np.int64(0)
    breadth = np.int64(total) * np.int64(total) // np.int64(squares)
    return min(np.int64(100), np.int64(total // 90)), breadth


@kernel
def _transform(samples, cosines, folded, half, turned, coefficients):
    """Rows 1 to 16 of the two-dimensional cosine transform: ``coefficients[16 i + j]``, i downwards."""
    for f in range(32):
        near = samples[f]
        far = samples[63 - f]
        even = folded[f]
        odd = folded[32 + f]
        for y in range(64):
            even[y] = near[y] + far[y]
            odd[y] = near[y] - far[y]
    for j in range(16):
        row = half[j]
        row[:] = 0.0
        offset = 0 if j % 2 == 1 else 32
        for f in range(32):
            weight = cosines[j, f]
            source = folded[offset + f]
            for y in range(64):
                row[y] += weight * source[y]
    for y in range(64):
        for j in range(16):
            turned[y, j] = half[j, y]
    for f in range(32):
        near = turned[f]
        far = turned[63 - f]
        for j in range(16):
            low = near[j]
            high = far[j]
            near[j] = low + high
            far[j] = low - high
    for i in range(16):
        row = coefficients[16 * i : 16 * i + 16]
        row[:] = 0.0
        for f in range(32):
            weight = cosines[i, f]
            source = turned[f] if i % 2 == 1 else turned[63 - f]
            for j in range(16):
                row[j] += weight * source[j]


@kernel
def _median(values, scratch):
    """The 128th smallest of 256."""
    for i in range(256):
        scratch[i] = values[i]
    low = 0
    high = 255
    while low < high:
        pivot = scratch[(low + high) >> 1]
        i = low
        j = high
        while i <= j:
            while scratch[i] < pivot:
                i += 1
            while scratch[j] > pivot:
                j -= 1
            if i <= j:
                scratch[i], scratch[j] = scratch[j], scratch[i]
                i += 1
                j -= 1
        if j >= 127:
            high = j
        elif i <= 127:
            low = i
        else:
            break
    return scratch[127]


@kernel
def _bits(values, transposed, scratch, out):
    """Write one hash: bit 16 i + j counts from the last byte's lowest bit, as in PDQ's hexadecimal form."""
    median = _median(values, scratch)
    for i in range(32):
        out[i] = 0
    for i in range(16):
        for j in range(16):
            if values[16 * i + j] > median:
                bit = 16 * j + i if transposed else 16 * i + j
                out[31 - (bit >> 3)] |= np.uint8(1 << (bit & 7))


@kernel
def _signed(values, flip_columns, flip_rows, out):
    """The coefficients of the picture mirrored left to right, upside down, or both."""
    for i in range(16):
        for j in range(16):
            value = values[16 * i + j]
            negative = (flip_columns and j % 2 == 0) != (flip_rows and i % 2 == 0)
            out[16 * i + j] = -value if negative else value


@kernel
def bits_in(word):
    """Bits set in a 16-bit word."""
    word = word - ((word >> 1) & 0x5555)
    word = (word & 0x3333) + ((word >> 2) & 0x3333)
    word = (word + (word >> 4)) & 0x0F0F
    return (word + (word >> 8)) & 0x1F


@kernel
def structure_of(hash_row):
    """0 to 1920: sum over pairs of rows (or columns, the larger) of ``|16 - 2 · bits that differ|``."""
    rows = np.zeros(16, np.int64)
    columns = np.zeros(16, np.int64)
    for bit in range(256):
        if hash_row[31 - (bit >> 3)] >> (bit & 7) & 1:
            rows[bit >> 4] |= 1 << (bit & 15)
            columns[bit & 15] |= 1 << (bit >> 4)
    along = 0
    across = 0
    for i in range(16):
        for j in range(i + 1, 16):
            along += abs(16 - 2 * bits_in(rows[i] ^ rows[j]))
            across += abs(16 - 2 * bits_in(columns[i] ^ columns[j]))
    return max(along, across)


@kernel
def structures(hashes):
    """``(n, 32) uint8`` to ``(n,) int64``, see `structure_of`."""
    out = np.empty(len(hashes), np.int64)
    for i in range(len(hashes)):
        out[i] = structure_of(hashes[i])
    return out


@kernel
def hash_areas(work, rectangles, orientations, cosines):
    """Hash rectangles ``(n, 4) int64`` (left, top, width, height in 1/64 of a pixel; may leave the plane).

    `orientations` is 1, 2 or 8, in this order: as it is, mirrored left to right, upside down, half turn;
    then the same four transposed (left-right of the picture becoming top-bottom). Returns ``(n, orientations,
    32) uint8``, quality, structure of the first orientation, breadth of detail (see `_detail`), each ``(n,)
    int64``.
    """
    n = len(rectangles)
    height, width = work.shape
    hashes = np.empty((n, orientations, 32), np.uint8)
    qualities = np.empty(n, np.int64)
    structure = np.empty(n, np.int64)
    breadth = np.empty(n, np.int64)
    samples = np.empty((64, 64))
    levels = np.empty((64, 64), np.int32)
    rows = np.empty((64, width), np.uint32)
    columns = np.empty((width, 64))
    folded = np.empty((64, 64))
    half = np.empty((16, 64))
    turned = np.empty((64, 16))
    values = np.empty(256)
    signed = np.empty(256)
    scratch = np.empty(256)
    cells = max(18, max(height, width) // 32)
    axes = (
        np.empty(64, np.int64),
        np.empty(64, np.int64),
        np.empty((64, cells), np.int64),
        np.empty(64, np.int64),
        np.empty(64, np.int64),
        np.empty((64, cells), np.int64),
    )
    for r in range(n):
        _samples(work, rectangles[r], samples, rows, columns, axes)
        qualities[r], breadth[r] = _detail(samples, levels)
        _transform(samples, cosines, folded, half, turned, values)
        _bits(values, False, scratch, hashes[r, 0])
        structure[r] = structure_of(hashes[r, 0])
        for o in range(1, min(orientations, 4)):
            _signed(values, o in (1, 3), o in (2, 3), signed)
            _bits(signed, False, scratch, hashes[r, o])
        if orientations == 8:
            _bits(values, True, scratch, hashes[r, 4])
            for o in range(1, 4):
                _signed(values, o in (1, 3), o in (2, 3), signed)
                _bits(signed, True, scratch, hashes[r, 4 + o])
    return hashes, qualities, structure, breadth
