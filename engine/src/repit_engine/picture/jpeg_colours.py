"""Whether the colours of a JPEG show another picture than its luma.

In: a JPEG and its luma. Out: at which fraction of its size it must be decoded in colour, or None. Next:
`jpeg`, where it is asked to look closely.

A JPEG stores luma and two planes of colour. Where these go beyond what a screen can show, they are cut, and
what is seen is darker or lighter than the luma says: a file may be white by its luma and show a picture all
the same, in odd colours. That is looked for at an eighth of the size, where a plain file costs next to
nothing. Colours that alternate finely cannot be seen there: they are, where the luma itself is nearly flat.
"""

from typing import Final

import numpy as np
import simplejpeg
from numpy.typing import NDArray
from PIL import Image

from repit_engine.picture.baseline import SHRINK, Skim
from repit_engine.picture.result import Pixels, luma_of

_SIDE: Final = 32
_APART: Final = 12.0
"""Levels of 255 by which some part of the picture must differ."""
_FLAT: Final = 6.0
"""Levels within which a luma says nothing."""


def colours_tell(
    data: bytes,
    size: tuple[int, int],
    luma: Pixels,
    shrink: int,
    skim: Skim | None,
) -> int | None:
    """The fraction at which to decode in colour; None where the colours agree with the `luma`. `skim`: what
    `baseline.skimmed_closely` gives, where it gives something.
    """
    coarse = Image.fromarray(luma.astype(np.float32)).reduce(SHRINK // shrink) if skim is None else skim.luma
    small = _small(np.asarray(coarse))
    if float(np.ptp(small)) <= _FLAT:
        return 1
    if skim is not None and skim.shown is not None:
        apart = small - _small(skim.shown)
    else:
        width, height = (-(-side // SHRINK) for side in size)
        pixels = simplejpeg.decode_jpeg(data, "RGB", min_height=height, min_width=width, strict=False)
        apart = small - _small(luma_of(pixels))
    return shrink if float(np.abs(apart).max()) > _APART else None


def _small(luma: NDArray[np.generic]) -> NDArray[np.float32]:
    image = Image.fromarray(luma.astype(np.float32))
    return np.asarray(image.resize((_SIDE, _SIDE), Image.Resampling.BOX))
