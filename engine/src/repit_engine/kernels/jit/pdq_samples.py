"""PDQ's 64 × 64 samples of a picture or of one of its rectangles, as it is or mirrored.

In: luma or sRGB pixels, the weights of both sides. Out: ``(64, 64) float32`` samples. Next: `pdq_bits`.

Vertical first: 64 weighted sums of rows, in float32, rows ascending; then 64 weighted sums of columns,
ascending. The vertical pass reads each pixel about once and is bound by memory. A mirrored side counts its
pixels from the other end, as hashing the mirrored picture would.
"""
# ruff: noqa: ANN001, ANN201, PLR0917 (Numba infers the kinds)
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

import numpy as np

from repit_engine.kernels.jit.compiled import kernel
from repit_engine.kernels.jit.turning import turn_block

RED = np.float32(0.299)
GREEN = np.float32(0.587)
BLUE = np.float32(0.114)
U = np.uint64


@kernel
def room_for_strips(width):
    """Scratch for `strips_of_luma`, `strips_of_rgb`: 64 rows, their length a multiple of 16."""
    return np.zeros((64, (width + 15) // 16 * 16), np.float32)


@kernel
def strips_of_luma(luma, left, top, width, height, side, mirrored, strips):
    """strips[o, :width] = Σ weight · row; four rows a sweep, to spare the accumulator."""
    starts, bounds, weights = side
    step = -1 if mirrored else 1
    for sample in range(64):
        strip = strips[sample, :width]
        strip[:] = np.float32(0.0)
        row = top + height - 1 - starts[sample] if mirrored else top + starts[sample]
        at = bounds[sample]
        end = bounds[sample + 1]
        while at + 4 <= end:
            w0, w1, w2, w3 = weights[at], weights[at + 1], weights[at + 2], weights[at + 3]
            r0 = luma[row, left : left + width]
            r1 = luma[row + step, left : left + width]
            r2 = luma[row + 2 * step, left : left + width]
            r3 = luma[row + 3 * step, left : left + width]
            for x in range(width):
                total = strip[x] + w0 * np.float32(r0[x])
                total += w1 * np.float32(r1[x])
                total += w2 * np.float32(r2[x])
                strip[x] = total + w3 * np.float32(r3[x])
            at += 4
            row += 4 * step
        while at < end:
            w0 = weights[at]
            r0 = luma[row, left : left + width]
            for x in range(width):
                strip[x] += w0 * np.float32(r0[x])
            at += 1
            row += step


@kernel
def strips_of_rgb(rgb, side, strips):
    """The same on ``(h, w, 3) uint8``, the luma being computed on the way."""
    starts, bounds, weights = side
    width = rgb.shape[1]
    for sample in range(64):
        strip = strips[sample, :width]
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
def turn(source, target):
    """target = sourceᵀ; both sides of `source` are multiples of 16, `target` has room for it."""
    rows, columns = source.shape
    source_row, target_row = U(4 * columns), U(4 * rows)
    for y in range(0, rows, 16):
        for x in range(0, columns, 16):
            here = U(source.ctypes.data) + U(y) * source_row + U(4 * x)
            there = U(target.ctypes.data) + U(x) * target_row + U(4 * y)
            turn_block(here, source_row, there, target_row)


@kernel
def samples_of_columns(columns, width, side, mirrored, samples):
    """samples[y, o] = Σ weight · columns[x, y], all 64 rows at once; `columns` are the strips turned."""
    starts, bounds, weights = side
    step = -1 if mirrored else 1
    turned = np.zeros((64, 64), np.float32)
    for sample in range(64):
        total = turned[sample]
        x = width - 1 - starts[sample] if mirrored else starts[sample]
        for at in range(bounds[sample], bounds[sample + 1]):
            weight = weights[at]
            column = columns[x]
            for y in range(64):
                total[y] += weight * column[y]
            x += step
    turn(turned, samples)


@kernel
def luma_samples(luma, down, across, samples):
    """Sample a whole ``(h, w)`` luma, uint8 or float32."""
    height, width = luma.shape
    strips = room_for_strips(width)
    columns = np.empty((strips.shape[1], 64), np.float32)
    strips_of_luma(luma, 0, 0, width, height, down, False, strips)
    turn(strips, columns)
    samples_of_columns(columns, width, across, False, samples)
