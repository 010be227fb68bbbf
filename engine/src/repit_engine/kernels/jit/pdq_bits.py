"""From luma, or from PDQ's 64 × 64 samples, to bits in any of the eight orientations.

In: pixels, weights of the sides; or samples. Out: hash rows and the quality. Next: `repit_engine.pdq`.

PDQ's windows are not symmetric, so that the samples of a mirrored picture are not the mirrored samples (4 to
40 bits apart on pictures of 128 to 1200 pixels). Pixels are therefore sampled anew for each mirroring; a
transposed picture has the transposed samples. Given samples are turned by signs and places of their
coefficients, as in the reference. Source: pdq/cpp/hashing/pdqhashing.cpp; the order of the float32 sums
(samples ascending) is the reference's own.
"""
# ruff: noqa: ANN001, ANN201, ANN202, PLR0917 (Numba infers the kinds)
# mypy: disable-error-code="no-untyped-def, no-untyped-call, assignment"

import numpy as np

from repit_engine.kernels.jit.compiled import kernel
from repit_engine.kernels.jit.pdq_samples import (
    room_for_strips,
    samples_of_columns,
    strips_of_luma,
    strips_of_rgb,
    turn,
)
from repit_engine.kernels.jit.pdq_tables import DCT, DCT_TURNED


@kernel
def quality_of(samples):
    """Σ |trunc(100 (a − b) / 255)| over neighbouring samples, divided by 90, at most 100; float32 steps."""
    total = 0
    hundred = np.float32(100.0)
    white = np.float32(255.0)
    for y in range(63):
        for x in range(64):
            total += abs(np.int32((samples[y, x] - samples[y + 1, x]) * hundred / white))
    for y in range(64):
        for x in range(63):
            total += abs(np.int32((samples[y, x] - samples[y, x + 1]) * hundred / white))
    return min(100, total // 90)


@kernel
def transform(samples, coefficients):
    """coefficients ``(16, 16) float32`` = D · samples · Dᵀ, frequencies 1 to 16; every sum ascending."""
    part = np.zeros((16, 64), np.float32)
    for i in range(16):
        row = part[i]
        for k in range(0, 64, 4):
            f0, f1, f2, f3 = DCT[i, k], DCT[i, k + 1], DCT[i, k + 2], DCT[i, k + 3]
            for x in range(64):
                total = row[x] + f0 * samples[k, x]
                total += f1 * samples[k + 1, x]
                total += f2 * samples[k + 2, x]
                row[x] = total + f3 * samples[k + 3, x]
    coefficients[:, :] = np.float32(0.0)
    for k in range(64):
        for i in range(16):
            factor = part[i, k]
            for j in range(16):
                coefficients[i, j] += factor * DCT_TURNED[k, j]


@kernel
def _median(values):
    """The 128th smallest of 256 float32, built bit by bit from the top: every step counts, none branches."""
    keys = np.empty(256, np.uint32)
    raw = values.view(np.uint32)
    for i in range(256):
        word = raw[i]
        keys[i] = ~word if word >> np.uint32(31) else word | np.uint32(0x80000000)
    found = np.uint32(0)
    for step in range(32):
        bit = found | (np.uint32(0x80000000) >> np.uint32(step))
        below = np.int32(0)
        for i in range(256):
            below += np.int32(keys[i] < bit)
        if below <= 127:
            found = bit
    result = np.empty(1, np.uint32)
    result[0] = found & np.uint32(0x7FFFFFFF) if found >> np.uint32(31) else ~found
    return result.view(np.float32)[0]


@kernel
def _pack(values, median, row):
    """Bit k = (value k > median) of the 256-bit number whose most significant byte is row[0]."""
    for byte in range(32):
        word = 0
        for bit in range(8):
            word |= np.int64(values[byte * 8 + bit] > median) << bit
        row[31 - byte] = word


@kernel
def _signs_changed(coefficients, signs, changed):
    """Coefficients of the samples mirrored left to right (signs & 1) and top to bottom (signs & 2)."""
    across = signs & 1
    down = signs >> 1
    for i in range(16):
        for j in range(16):
            odd = (across & ~j) ^ (down & ~i)
            value = coefficients[i, j]
            changed[i, j] = -value if odd & 1 else value


@kernel
def _write_rows(coefficients, signs, rows):
    """Hash into rows[signs] and, where all eight are wanted, the transposed block into rows[4 + signs]."""
    values = coefficients.ravel()
    median = _median(values)
    _pack(values, median, rows[signs])
    if len(rows) == 8:
        _pack(coefficients.T.copy().ravel(), median, rows[4 + signs])


@kernel
def sample_hash(samples, rows):
    """Hash given samples into ``(1 | 2 | 8, 32) uint8`` rows, from one transform; return the quality."""
    coefficients = np.empty((16, 16), np.float32)
    changed = np.empty((16, 16), np.float32)
    transform(samples, coefficients)
    for signs in range(min(4, len(rows))):
        _signs_changed(coefficients, signs, changed)
        _write_rows(changed, signs, rows)
    return quality_of(samples)


@kernel
def _hash_columns(columns, width, across, across_mirrored, signs, samples, rows):
    """Hash strips that stand turned in `columns`, as they are and, unless one row is wanted, mirrored."""
    coefficients = np.empty((16, 16), np.float32)
    if len(rows) > 1:
        samples_of_columns(columns, width, across_mirrored, True, samples)
        transform(samples, coefficients)
        _write_rows(coefficients, signs + 1, rows)
    samples_of_columns(columns, width, across, False, samples)
    transform(samples, coefficients)
    _write_rows(coefficients, signs, rows)


@kernel
def luma_hash(luma, down, across, down_mirrored, across_mirrored, rows):
    """Hash a whole luma in the first len(rows) orientations: 1, 2 or 8."""
    height, width = luma.shape
    strips = room_for_strips(width)
    columns = np.empty((strips.shape[1], 64), np.float32)
    samples = np.empty((64, 64), np.float32)
    if len(rows) == 8:
        strips_of_luma(luma, 0, 0, width, height, down_mirrored, True, strips)
        turn(strips, columns)
        _hash_columns(columns, width, across, across_mirrored, 2, samples, rows)
    strips_of_luma(luma, 0, 0, width, height, down, False, strips)
    turn(strips, columns)
    _hash_columns(columns, width, across, across_mirrored, 0, samples, rows)
    return quality_of(samples)


@kernel
def turned_hash(luma, down, across, turned, lowest, scale, row):
    """Hash a whole luma in one orientation; `down` and `across` are those of its mirroring.

    The quality is that of the samples less `lowest`, times `scale`: those of a video need not reach from 0
    to 255.
    """
    height, width = luma.shape
    strips = room_for_strips(width)
    columns = np.empty((strips.shape[1], 64), np.float32)
    samples = np.empty((64, 64), np.float32)
    coefficients = np.empty((16, 16), np.float32)
    strips_of_luma(luma, 0, 0, width, height, down, (turned & 2) != 0, strips)
    turn(strips, columns)
    samples_of_columns(columns, width, across, (turned & 1) != 0, samples)
    transform(samples, coefficients)
    values = coefficients.T.copy().ravel() if turned & 4 else coefficients.ravel()
    _pack(values, _median(coefficients.ravel()), row)
    for y in range(64):
        for x in range(64):
            samples[y, x] = (samples[y, x] - lowest) * scale
    return quality_of(samples)


@kernel
def rgb_hash(rgb, down, across, rows):
    """Hash a whole ``(h, w, 3) uint8`` picture, upright."""
    width = rgb.shape[1]
    strips = room_for_strips(width)
    columns = np.empty((strips.shape[1], 64), np.float32)
    samples = np.empty((64, 64), np.float32)
    strips_of_rgb(rgb, down, strips)
    turn(strips, columns)
    _hash_columns(columns, width, across, across, 0, samples, rows)
    return quality_of(samples)


@kernel
def rectangle_hashes(luma, rectangles, table, hashes, qualities):
    """Hash every rectangle; a side under 5 gives zeros and quality 0, as the reference does.

    `table` is (sides, starts, bounds, weights); ``sides[n]`` is the row of `starts`, `bounds` for length n.
    """
    sides, starts, bounds, weights = table
    samples = np.empty((64, 64), np.float32)
    last = 0
    for i in range(len(rectangles)):
        left, top = rectangles[i, 0], rectangles[i, 1]
        width, height = rectangles[i, 2] - left, rectangles[i, 3] - top
        rows = hashes[i]
        if min(width, height) < 5:
            rows[:, :] = 0
            qualities[i] = 0
            continue
        if width != last:
            strips = room_for_strips(width)
            columns = np.empty((strips.shape[1], 64), np.float32)
            last = width
        across = (starts[sides[width]], bounds[sides[width]], weights)
        down = (starts[sides[height]], bounds[sides[height]], weights)
        if len(rows) == 8:
            strips_of_luma(luma, left, top, width, height, down, True, strips)
            turn(strips, columns)
            _hash_columns(columns, width, across, across, 2, samples, rows)
        strips_of_luma(luma, left, top, width, height, down, False, strips)
        turn(strips, columns)
        _hash_columns(columns, width, across, across, 0, samples, rows)
        qualities[i] = quality_of(samples)


@kernel
def samples_hashes(samples, hashes, qualities):
    """Hash many blocks of samples."""
    for i in range(len(samples)):
        qualities[i] = sample_hash(samples[i], hashes[i])
