"""What callers may hand to `pdq`, checked once.

In: arrays. Out: the same, C-contiguous, or `WrongInput`. Next: the entry points of `pdq`.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from repit_engine.errors import WrongInput
from repit_engine.types import LumaArray


def luma_array(luma: NDArray[Any]) -> LumaArray:
    if luma.ndim != 2 or luma.dtype not in (np.uint8, np.float32) or 0 in luma.shape:
        raise WrongInput(f"Luma comes as (h, w) uint8 or float32, not {luma.shape} of {luma.dtype}.")
    return np.ascontiguousarray(luma)


def rgb_array(rgb: NDArray[Any]) -> NDArray[np.uint8]:
    if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype != np.uint8 or 0 in rgb.shape:
        raise WrongInput(f"Colour comes as (h, w, 3) uint8, not {rgb.shape} of {rgb.dtype}.")
    return np.ascontiguousarray(rgb)


def samples_array(samples: NDArray[Any]) -> NDArray[np.float32]:
    if samples.ndim != 3 or samples.shape[1:] != (64, 64) or samples.dtype != np.float32:
        raise WrongInput(f"Samples come as (n, 64, 64) float32, not {samples.shape} of {samples.dtype}.")
    return np.ascontiguousarray(samples)


def original_side(blocks: int, length: int | None, shrink: int) -> int:
    """The original length of a side that has `blocks` samples; ``blocks · shrink`` where nobody says."""
    if shrink < 1:
        raise WrongInput("A picture is shrunk by a whole factor of at least 1.")
    if length is None:
        return blocks * shrink
    if -(-length // shrink) != blocks:
        raise WrongInput(f"{length} pixels shrunk by {shrink} give {-(-length // shrink)}, not {blocks}.")
    return length


def rectangle_array(rectangles: NDArray[Any], shape: tuple[int, ...]) -> NDArray[np.int32]:
    if rectangles.ndim != 2 or rectangles.shape[1] != 4 or rectangles.dtype.kind not in "iu":
        raise WrongInput(f"Rectangles come as (n, 4) integers, not {rectangles.shape} of {rectangles.dtype}.")
    left, top, right, bottom = rectangles.T
    if (left < 0).any() or (top < 0).any() or (right > shape[1]).any() or (bottom > shape[0]).any():
        raise WrongInput("A rectangle reaches beyond the picture.")
    if (left >= right).any() or (top >= bottom).any():
        raise WrongInput("A rectangle is empty.")
    return np.ascontiguousarray(rectangles, dtype=np.int32)
