"""Luma of sRGB pixels.

In: ``(h, w, 3) uint8``, C-contiguous. Out: ``(h, w) float32``. Next: `picture.result`.
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
