"""PDQ as it was published, step by step in float64: the oracle of `repit_engine.pdq`.

In: luma at full size. Out: samples, quality, coefficients, bits. Next: tests only.

Source: "TMK+PDQF" (Meta, 2019), section 2 (PDQ), and threatexchange/pdq/cpp: two passes of a box filter
along each axis over the whole picture, 64 × 64 of its pixels, cosine transform, frequencies 1 to 16, median.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def box_filter(values: Floats, window: int) -> Floats:
    """Mean over rows [i − window + half, i + half − 1] cut at the borders, half = (window + 2) // 2."""
    half = (window + 2) // 2
    rows = [values[max(0, i - window + half) : i + half].mean(axis=0) for i in range(len(values))]
    return np.stack(rows)


def samples(luma: NDArray[Any]) -> Floats:
    """``(64, 64)`` pixels of the picture filtered twice along both axes."""
    height, width = luma.shape
    values = luma.astype(np.float64)
    for _ in range(2):
        values = box_filter(values.T, math.ceil(width / 128)).T
        values = box_filter(values, math.ceil(height / 128))
    rows = [int((i + 0.5) * height / 64) for i in range(64)]
    columns = [int((j + 0.5) * width / 64) for j in range(64)]
    return values[np.ix_(rows, columns)]


def quality(samples_: Floats, slack: float = 0.0) -> int:
    """Steps between neighbours in hundredths of white, truncated, summed, divided by 90, at most 100.

    `slack` moves every step before truncation, to bound what rounding may do to it.
    """
    down, across = np.diff(samples_, axis=0), np.diff(samples_, axis=1)
    steps = np.abs(np.concatenate((down.ravel(), across.ravel()))) * 100 / 255
    total = int(np.floor(np.maximum(steps + slack, 0)).sum())
    return min(100, total // 90)


def coefficients(samples_: Floats) -> Floats:
    """``(16, 16)`` of the orthonormal cosine transform: frequencies 1 to 16 down and across."""
    basis = np.array(
        [
            [math.sqrt(2 / 64) * math.cos(math.pi * f * (2 * k + 1) / 128) for k in range(64)]
            for f in range(1, 17)
        ]
    )
    result: Floats = basis @ samples_ @ basis.T
    return result


def median(values: Floats) -> float:
    """The 128th smallest of 256: the lower one of the two in the middle."""
    return float(np.sort(values, axis=None)[127])


def bits(values: Floats) -> NDArray[np.uint8]:
    """``(32,) uint8``, big-endian: bit 16 i + j of the 256 says that (i, j) is above the median."""
    above = (values > median(values)).ravel()
    return np.packbits(above[::-1])


def expanded(
    luma: NDArray[Any], size: tuple[int, int], shrink: int, partial_first: tuple[bool, bool]
) -> NDArray[Any]:
    """What a shrunk luma stands for: the picture of `size` (height, width), each block having one value.

    `partial_first` says for rows, then for columns, whether the incomplete block comes first.
    """
    for axis in (0, 1):
        counts = np.full(luma.shape[axis], shrink)
        counts[0 if partial_first[axis] else -1] = size[axis] - shrink * (luma.shape[axis] - 1)
        luma = np.repeat(luma, counts, axis=axis)
    return luma
