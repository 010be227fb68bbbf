"""A picture's luma on the plane where anchors live.

In: a `Picture`, or luma alone. Out: a working plane, ``(h, w) int32`` in 1/256 of a grey level, longer side
`WORK_SIDE`. Next: `anchors.bank`, `anchors.query`.
"""

import numpy as np
from numpy.typing import NDArray

from repit_engine.anchors.tables import WORK_SIDE
from repit_engine.errors import WrongInput
from repit_engine.kernels import jit
from repit_engine.picture import Picture
from repit_engine.types import LumaArray

MOST_SIDE = 32_768
"""Longest side that the integer sums of the area average allow."""


def as_picture(picture: Picture | LumaArray) -> Picture:
    """Take luma alone as a picture of that size. Raises `WrongInput`."""
    if isinstance(picture, Picture):
        return picture
    if picture.ndim != 2 or 0 in picture.shape or max(picture.shape) > MOST_SIDE:
        raise WrongInput(f"Luma is a plane of 1 to {MOST_SIDE} pixels a side, not {picture.shape}.")
    height, width = picture.shape
    if picture.dtype == np.uint8:
        return Picture(np.ascontiguousarray(picture, np.uint8), width, height)
    if picture.dtype == np.float32:
        return Picture(np.ascontiguousarray(picture, np.float32), width, height)
    raise WrongInput(f"Luma is uint8 or float32, not {picture.dtype}.")


def working_plane(luma: LumaArray) -> NDArray[np.int32]:
    """Bring luma to `WORK_SIDE` by exact area average, up or down."""
    fine = (
        jit.anchors_detect.plane_of_bytes(luma)
        if luma.dtype == np.uint8
        else jit.anchors_detect.plane_of_floats(luma)
    )
    height, width = sides_at(luma.shape, WORK_SIDE)
    plane: NDArray[np.int32] = jit.anchors_detect.area_average(fine, height, width)
    return plane


def sides_at(shape: tuple[int, ...], side: int) -> tuple[int, int]:
    """Height and width once the longer one is `side`, halves rounded up, at least 1."""
    height, width = shape
    longest = max(height, width)
    return max(1, (2 * height * side + longest) // (2 * longest)), max(
        1, (2 * width * side + longest) // (2 * longest)
    )
