"""Squares about the blobs of a plane, ranked and thinned.

In: a working plane. Out: rows of extrema, the squares about them. Next: `anchors.bank`, `anchors.query`.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from repit_engine.anchors import tables
from repit_engine.kernels import jit

STRENGTH, X, Y, HALF, OCTAVE = range(5)
"""Columns of a row of `extrema`."""
SLACK: Final = 64
"""How far a square may reach beyond the plane: one working pixel."""


def extrema(work: NDArray[np.int32], octaves: Sequence[int], least: int) -> NDArray[np.int64]:
    """``(n, 5) int64``, one row per extremum (strength, x, y, half-side, octave), in order of detection."""
    sides = np.array([tables.FIRST_SIDE >> o if o >= 0 else tables.FIRST_SIDE << -o for o in octaves])
    found: NDArray[np.int64] = jit.anchors_detect.extrema(
        work,
        sides,
        octaves[0],
        tables.BLUR_WEIGHTS,
        tables.BLUR_REACHES,
        tables.HALF_SIDE_TABLE,
        least,
        tables.EDGE,
    )
    return found


def by_strength(found: NDArray[np.int64]) -> NDArray[np.int64]:
    """Strongest first; equals keep the order of detection."""
    return np.argsort(-found[:, STRENGTH], kind="stable")


def by_weight(found: NDArray[np.int64]) -> NDArray[np.int64]:
    """Largest strength × half-side first; equals keep the order of detection."""
    return np.argsort(-found[:, STRENGTH] * found[:, HALF], kind="stable")


def by_place(found: NDArray[np.int64], shape: tuple[int, ...]) -> NDArray[np.int64]:
    """The bank's order: strongest first, those whose squares stay near the middle before others.

    A square's reach is how far from the middle its farthest side lies, 1024 being the plane's edge; its rank
    is strength × (3072 - 2 · reach). Crops keep the middle more often than the rest, and small squares more
    often than large ones. Equals keep the order of detection.
    """
    half = found[:, HALF]
    across = (np.abs(2 * found[:, X] - 64 * shape[1]) + 2 * half) * 1024 // (64 * shape[1])
    down = (np.abs(2 * found[:, Y] - 64 * shape[0]) + 2 * half) * 1024 // (64 * shape[0])
    rank = found[:, STRENGTH] * (3072 - 2 * np.maximum(across, down))
    return np.argsort(-rank, kind="stable")


def spread(
    found: NDArray[np.int64],
    order: NDArray[np.int64],
    shape: tuple[int, ...],
    most: int,
    overlap: tuple[int, int],
) -> NDArray[np.int64]:
    """Indices of the first `most` squares of `order` within the plane that overlap by at most `overlap`."""
    taken: NDArray[np.int64] = jit.anchors_detect.spread(
        found, order, shape[0], shape[1], most, *overlap, SLACK
    )
    return taken


def squares(rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """``(n, 4) int64``: left, top, width, height, in 1/64 of a working pixel."""
    half = rows[:, HALF]
    return np.stack([rows[:, X] - half, rows[:, Y] - half, 2 * half, 2 * half], axis=1)
