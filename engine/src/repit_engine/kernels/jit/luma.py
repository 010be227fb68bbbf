"""Luma of sRGB pixels, and of what a JPEG's planes show.

In: ``(h, w, 3) uint8``, C-contiguous, or planes. Out: ``(h, w) float32``. Next: `picture.result`,
`picture.baseline`.
"""
# ruff: noqa: ANN001, ANN201 (Numba infers the kinds)
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

import numpy as np

from repit_engine.kernels.jit.compiled import kernel
from repit_engine.kernels.jit.pdq_samples import BLUE, GREEN, RED


@kernel
def luma_of_rgb(pixels):
    """``(RED · r + GREEN · g) + BLUE · b``, each step rounded to float32."""
    height, width, _ = pixels.shape
    luma = np.empty((height, width), np.float32)
    for y in range(height):
        row, out = pixels[y], luma[y]
        for x in range(width):
            red, green, blue = np.float32(row[x, 0]), np.float32(row[x, 1]), np.float32(row[x, 2])
            out[x] = RED * red + GREEN * green + BLUE * blue
    return luma


@kernel
def luma_of_planes(luma, colours):
    """The luma of the colours that are shown of ``(h, w) uint8`` luma and ``(2, v, u) uint8`` blue and red
    differences, each for as many rows and columns: a screen cuts each colour to 0 … 255 (JFIF 1.02).
    """
    height, width = luma.shape
    _, rows, columns = colours.shape
    down, across = -(-height // rows), -(-width // columns)
    shown = np.empty((height, width), np.float32)
    for y in range(height):
        for x in range(width):
            level = np.float32(luma[y, x])
            blue = np.float32(colours[0, y // down, x // across]) - np.float32(128)
            red = np.float32(colours[1, y // down, x // across]) - np.float32(128)
            r = min(max(level + np.float32(1.402) * red, np.float32(0)), np.float32(255))
            g = level - np.float32(0.344136) * blue - np.float32(0.714136) * red
            b = min(max(level + np.float32(1.772) * blue, np.float32(0)), np.float32(255))
            shown[y, x] = RED * r + GREEN * min(max(g, np.float32(0)), np.float32(255)) + BLUE * b
    return shown
