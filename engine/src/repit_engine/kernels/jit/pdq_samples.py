"""PDQ's 64 × 64 samples of a picture or of one of its rectangles.

In: luma or sRGB pixels, the weights of both sides. Out: ``(64, 64) float32`` samples. Next: `pdq_bits`.

Vertical first: 64 weighted sums of rows, in float32, rows ascending; then 64 weighted sums of columns,
ascending. The vertical pass reads each pixel about once and is bound by memory.
"""
# ruff: noqa: ANN001, ANN201, ANN202, PLR0917 (Numba infers the kinds)
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

import numpy as np

from repit_engine.kernels.jit.compiled import kernel

RED = np.float32(0.299)
GREEN = np.float32(0.587)
BLUE = np.float32(0.114)


@kernel
def _rows_of_luma(luma, left, top, width, side, strips):
    """strips[o, :width] = Σ weight · row, rows ascending; four rows a sweep, to spare the accumulator."""
    starts, bounds, weights = side
    for sample in range(64):
        strip = strips[sample, :width]
        strip[:] = np.float32(0.0)
        row = top + starts[sample]
        at = bounds[sample]
        end = bounds[sample + 1]
        while at + 4 <= end:
            w0, w1, w2, w3 = weights[at], weights[at + 1], weights[at + 2], weights[at + 3]
            r0 = luma[row, left : left + width]
            r1 = luma[row + 1, left : left + width]
            r2 = luma[row + 2, left : left + width]
            r3 = luma[row + 3, left : left + width]
            for x in range(width):
                total = strip[x] + w0 * np.float32(r0[x])
                total += w1 * np.float32(r1[x])
                total += w2 * np.float32(r2[x])
                strip[x] = total + w3 * np.float32(r3[x])
            at += 4
            row += 4
        while at < end:
            w0 = weights[at]
            r0 = luma[row, left : left + width]
            for x in range(width):
                strip[x] += w0 * np.float32(r0[x])
            at += 1
            row += 1


@kernel
def _rows_of_rgb(rgb, side, strips):
    """The same on ``(h, w, 3) uint8``, the luma being computed on the way."""
    starts, bounds, weights = side
    width = rgb.shape[1]
    for sample in range(64):
        strip = strips[sample]
        strip[:] = np.float32(0.0)
        row = starts[sample]
        for at in range(bounds[sample], bounds[sample + 1]):
            weight = weights[at]
            pixels = rgb[row]
            for x in range(width):
                luma = RED * np.float32(pixels[x, 0]) + GREEN * np.float32(pixels[x, 1])
                luma += BLUE * np.float32(pixels[x, 2])
                strip[x] += weight * luma
            row += 1


@kernel
def _columns(strips, side, samples):
    """samples[y, o] = Σ weight · strips[y, x], columns ascending."""
    starts, bounds, weights = side
    for y in range(64):
        strip = strips[y]
        for sample in range(64):
            total = np.float32(0.0)
            x = starts[sample]
            for at in range(bounds[sample], bounds[sample + 1]):
                total += weights[at] * strip[x]
                x += 1
            samples[y, sample] = total


@kernel
def luma_samples(luma, down, across, samples):
    """Sample a whole ``(h, w)`` luma, uint8 or float32."""
    strips = np.empty((64, luma.shape[1]), np.float32)
    _rows_of_luma(luma, 0, 0, luma.shape[1], down, strips)
    _columns(strips, across, samples)


@kernel
def rgb_samples(rgb, down, across, samples):
    """Sample a whole ``(h, w, 3) uint8`` picture without a copy of its luma."""
    strips = np.empty((64, rgb.shape[1]), np.float32)
    _rows_of_rgb(rgb, down, strips)
    _columns(strips, across, samples)


@kernel
def rectangle_samples(luma, rectangle, table, strips, samples):
    """Sample one half-open rectangle; `sides[n]` is the row of `starts` and `bounds` for side length n."""
    left, top, right, bottom = rectangle[0], rectangle[1], rectangle[2], rectangle[3]
    sides, starts, bounds, weights = table
    row = sides[right - left]
    across = (starts[row], bounds[row], weights)
    row = sides[bottom - top]
    down = (starts[row], bounds[row], weights)
    _rows_of_luma(luma, left, top, right - left, down, strips)
    _columns(strips, across, samples)
