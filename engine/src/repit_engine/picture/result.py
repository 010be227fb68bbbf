"""The picture that every hash starts from.

In: decoded rows in file order, the EXIF orientation, the factor of shrink-on-load. Out: an upright `Picture`.
Next: `repit_engine.pdq` hashes its luma, `repit_engine.anchors` its regions.
"""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from repit_engine.kernels import jit
from repit_engine.types import LumaArray

Pixels: TypeAlias = NDArray[np.uint8]
"""``(h, w)`` grey or ``(h, w, 3)`` sRGB, 0 to 255."""


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Picture:
    """An upright, composited picture, perhaps decoded at a fraction of its size.

    `luma`: ``(h, w)`` uint8 or float32, 0 to 255, C-contiguous. `width`, `height`: the original's, upright,
    in pixels. `shrink` s ≥ 1: column k of `luma` stands for the original columns ``[k·s, min((k + 1)·s,
    width))``, rows alike, so ``w = ceil(width / s)``; where `partial_first_column` (`partial_first_row`) is
    true, a turn has brought the incomplete block to the front, and column 0 stands for the first ``width -
    (w - 1)·s`` ones. `rgb`: ``(h, w, 3)`` uint8 sRGB where it was asked for. Its `repr` shows no pixel.
    """

    luma: LumaArray
    width: int
    height: int
    shrink: int = 1
    partial_first_column: bool = False
    partial_first_row: bool = False
    rgb: NDArray[np.uint8] | None = None

    def __post_init__(self) -> None:
        """Pillow hands out arrays that may not be written; kernels are compiled for those that may, and would
        be compiled anew for the others, in the middle of an upload."""
        for name in ("luma", "rgb"):
            pixels = getattr(self, name)
            if pixels is not None and not pixels.flags.writeable:
                object.__setattr__(self, name, pixels.copy())

    def __repr__(self) -> str:
        return f"Picture({self.width}x{self.height}, shrink={self.shrink})"


def luma_of(pixels: Pixels) -> LumaArray:
    """Luma as PDQ's reference computes it: ``0.299 R + 0.587 G + 0.114 B`` in float32; grey stays as it is.

    Source: ``LUMA_FROM_R_COEFF`` … in Meta's threatexchange, pdq/cpp.
    """
    if pixels.ndim == 2:
        return pixels
    luma: LumaArray = jit.luma.luma_of_rgb(np.ascontiguousarray(pixels))
    return luma


def warm_up() -> None:
    """Compile or load the kernel for pixels that may be written and, as Pillow hands them out, may not."""
    pixels = np.zeros((1, 1, 3), np.uint8)
    luma_of(pixels)
    pixels.flags.writeable = False
    luma_of(pixels)


def upright(pixels: Pixels, orientation: int, size: tuple[int, int], shrink: int, *, colour: bool) -> Picture:
    """Turn what was decoded as EXIF orientation 1 to 8 says (any other value: as it is).

    `size` is ``(width, height)`` of the original in file order. Source: Exif 2.32, tag 0x0112.
    """
    rgb = None
    if colour:
        rgb = pixels if pixels.ndim == 3 else np.repeat(pixels[:, :, np.newaxis], 3, axis=2)
    return upright_luma(luma_of(pixels), orientation, size, shrink, rgb)


def upright_luma(
    luma: LumaArray,
    orientation: int,
    size: tuple[int, int],
    shrink: int,
    rgb: NDArray[np.uint8] | None = None,
) -> Picture:
    """As `upright`, of a luma that is known already."""
    transposed = 5 <= orientation <= 8
    flip_columns, flip_rows = orientation in (2, 3, 6, 7), orientation in (3, 4, 7, 8)
    width, height = reversed(size) if transposed else size
    return Picture(
        luma=_turned(luma, transposed, flip_columns, flip_rows),
        width=width,
        height=height,
        shrink=shrink,
        partial_first_column=flip_columns and width % shrink != 0,
        partial_first_row=flip_rows and height % shrink != 0,
        rgb=None if rgb is None else _turned(rgb, transposed, flip_columns, flip_rows),
    )


def _turned(array: NDArray[Any], transposed: bool, flip_columns: bool, flip_rows: bool) -> NDArray[Any]:
    if transposed:
        array = array.swapaxes(0, 1)
    if flip_columns:
        array = array[:, ::-1]
    if flip_rows:
        array = array[::-1]
    return np.ascontiguousarray(array)
