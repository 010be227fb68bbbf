"""From PDQ's 64 × 64 samples to bits, in any of the eight orientations.

In: ``(64, 64) float32`` samples. Out: hash rows and the quality. Next: `repit_engine.pdq`.

The transform's coefficients of a mirrored or transposed block are those of the block with signs and places
changed, so that one transform serves all eight. Source: pdq/cpp/hashing/pdqhashing.cpp; the order of the
float32 sums (samples ascending) is the reference's own.
"""
# ruff: noqa: ANN001, ANN201, ANN202 (Numba infers the kinds)
# mypy: disable-error-code="no-untyped-def, no-untyped-call, assignment"

import numpy as np

from repit_engine.kernels.jit.compiled import kernel
from repit_engine.kernels.jit.pdq_samples import luma_samples, rectangle_samples, rgb_samples
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
    """coefficients ``(16, 16) float32`` = D · samples · Dᵀ, frequencies 1 to 16."""
    part = np.empty((16, 64), np.float32)
    for i in range(16):
        for x in range(64):
            part[i, x] = np.float32(0.0)
        for k in range(64):
            factor = DCT[i, k]
            for x in range(64):
                part[i, x] += factor * samples[k, x]
    for i in range(16):
        for j in range(16):
            coefficients[i, j] = np.float32(0.0)
        for k in range(64):
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
def orientation_bits(coefficients, rows):
    """Hash the first len(rows) orientations: 1, 2 or 8, in the order of `repit_engine.pdq.Orientation`."""
    values = np.empty(256, np.float32)
    turned = np.empty(256, np.float32)
    for signs in range(min(4, len(rows))):
        across = signs & 1
        down = signs >> 1
        for i in range(16):
            for j in range(16):
                odd = (across & ~j) ^ (down & ~i)
                value = coefficients[i, j]
                values[i * 16 + j] = -value if odd & 1 else value
        median = _median(values)
        _pack(values, median, rows[signs])
        if len(rows) == 8:
            for i in range(16):
                for j in range(16):
                    turned[j * 16 + i] = values[i * 16 + j]
            _pack(turned, median, rows[4 + signs])


@kernel
def sample_hash(samples, rows):
    """Hash given samples into ``(1 | 2 | 8, 32) uint8`` rows; return the quality."""
    coefficients = np.empty((16, 16), np.float32)
    transform(samples, coefficients)
    orientation_bits(coefficients, rows)
    return quality_of(samples)


@kernel
def luma_hash(luma, down, across, rows):
    """Hash a whole luma."""
    samples = np.empty((64, 64), np.float32)
    luma_samples(luma, down, across, samples)
    return sample_hash(samples, rows)


@kernel
def rgb_hash(rgb, down, across, rows):
    """Hash a whole ``(h, w, 3) uint8`` picture."""
    samples = np.empty((64, 64), np.float32)
    rgb_samples(rgb, down, across, samples)
    return sample_hash(samples, rows)


@kernel
def rectangle_hashes(luma, rectangles, table, hashes, qualities):
    """Hash every rectangle; a side under 5 gives zeros and quality 0, as the reference does."""
    strips = np.empty((64, luma.shape[1]), np.float32)
    samples = np.empty((64, 64), np.float32)
    for i in range(len(rectangles)):
        rectangle = rectangles[i]
        if min(rectangle[2] - rectangle[0], rectangle[3] - rectangle[1]) < 5:
            hashes[i, :, :] = 0
            qualities[i] = 0
            continue
        rectangle_samples(luma, rectangle, table, strips, samples)
        qualities[i] = sample_hash(samples, hashes[i])


@kernel
def samples_hashes(samples, hashes, qualities):
    """Hash many blocks of samples."""
    for i in range(len(samples)):
        qualities[i] = sample_hash(samples[i], hashes[i])
