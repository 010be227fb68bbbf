"""PDQ's downsampling as 64 weighted sums a side.

In: a side's length in original pixels and the shrink of its samples. Out: for each of the 64 samples where
its pixels start and what each weighs. Next: `pdq_samples`.

The reference runs two passes of a box filter over the whole picture and then keeps 64 rows and columns; both
are linear, so the 64 rows can be had directly. Source: pdq/cpp/downscaling (windows, truncation at the
borders, decimation); the order of the sums is docs/en/pdq.md, section 3.
"""
# ruff: noqa: ANN001, ANN201, ANN202 (Numba infers the kinds)
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

import numpy as np

from repit_engine.kernels.jit.compiled import kernel


@kernel
def _block_of(pixel, first, shrink):
    return 0 if pixel < first else 1 + (pixel - first) // shrink


@kernel
def side_weights(length, shrink, partial_first):
    """Weights of a side of `length` ≥ 1 original pixels, seen through blocks of `shrink`.

    Returns `starts` ``(64,) int64`` (first block of each sample), `bounds` ``(65,) int64`` (where each
    sample's weights lie) and `weights` ``(bounds[64],) float32``. The first block is the incomplete one
    where `partial_first`. Sums in float64, each weight rounded to float32 once.
    """
    window = (length + 127) // 128
    ahead = (window + 2) // 2 - 1
    back = window - ahead - 1
    blocks = (length + shrink - 1) // shrink
    first = length - (blocks - 1) * shrink if partial_first else min(shrink, length)
    starts = np.empty(64, np.int64)
    bounds = np.zeros(65, np.int64)
    weights = np.empty(64 * (2 * window // shrink + 3), np.float32)
    fine = np.empty(2 * window + 1, np.float64)
    for sample in range(64):
        centre = (2 * sample + 1) * length // 128
        outer_low = max(0, centre - back)
        outer_high = min(length - 1, centre + ahead)
        low = max(0, outer_low - back)
        high = min(length - 1, outer_high + ahead)
        fine[: high - low + 1] = 0.0
        for middle in range(outer_low, outer_high + 1):
            inner_low = max(0, middle - back)
            inner_high = min(length - 1, middle + ahead)
            share = 1.0 / (inner_high - inner_low + 1)
            for pixel in range(inner_low, inner_high + 1):
                fine[pixel - low] += share
        outer = outer_high - outer_low + 1
        at = bounds[sample]
        start = _block_of(low, first, shrink)
        total = 0.0
        block = start
        for pixel in range(low, high + 1):
            if _block_of(pixel, first, shrink) != block:
                weights[at + block - start] = np.float32(total)
                block += 1
                total = 0.0
            total += fine[pixel - low] / outer
        weights[at + block - start] = np.float32(total)
        starts[sample] = start
        bounds[sample + 1] = at + block - start + 1
    return starts, bounds, weights[: bounds[64]].copy()
