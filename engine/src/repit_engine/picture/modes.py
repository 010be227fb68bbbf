"""Any Pillow image, as opaque samples and what they let through.

In: a loaded image in whatever mode its file had. Out: an image of mode L, RGB or CMYK, and its cover. Next:
`layers`.

The contract, so that the browser and other servers can follow it: palettes are looked up; 16-bit samples
are divided by 257 and rounded; 1-bit is black and white; CIE LAB is D50; whole numbers of 32 bits and floats:
as `wide_to_grey` says.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from repit_engine.errors import UnsupportedPicture
from repit_engine.picture.profiles import lab_to_srgb
from repit_engine.picture.result import Pixels

_PLAINER: Final = {
    "1": "L",
    "La": "LA",
    "PA": "RGBA",
    "RGBa": "RGBA",
    "RGBX": "RGB",
    "YCbCr": "RGB",
    "HSV": "RGB",
}


def plain_of(image: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """Opaque samples, grey where the file is grey, and how far each covers the ground (None: wholly).

    Raises `UnsupportedPicture`, and whatever Pillow raises.
    """
    if image.mode in ("I", "F") or image.mode.startswith("I;"):
        samples, key = np.asarray(image), image.info.get("transparency")
        keyed = isinstance(key, int) and bool((samples == key).any())
        cover = Image.fromarray(np.where(samples == key, 0, 255).astype(np.uint8)) if keyed else None
        return Image.fromarray(wide_to_grey(samples)), cover
    if image.mode == "LAB":
        return lab_to_srgb(image), None
    image = _plain(image)
    if image.mode in ("LA", "RGBA"):
        return image.convert(image.mode[:-1]), image.getchannel("A")
    return image, None


def _plain(image: Image.Image) -> Image.Image:
    """L, LA, RGB, RGBA or CMYK."""
    keyed = image.info.get("transparency") is not None
    if image.mode == "P":
        return image.convert("RGBA" if keyed else "RGB")
    if image.mode in _PLAINER:
        image = image.convert(_PLAINER[image.mode])
    if keyed and image.mode in ("L", "RGB"):
        # PNG's tRNS: one colour that stands for full transparency.
        return image.convert("RGBA")
    if image.mode not in ("L", "LA", "RGB", "RGBA", "CMYK"):
        raise UnsupportedPicture("The picture's colours are stored in a way that is not read here.")
    return image


def wide_to_grey(samples: NDArray[np.generic]) -> Pixels:
    """Grey of more than 8 bits.

    16 bits: divided by 257. Other whole numbers: as they are up to 255, divided by 257 up to 65535. Floats:
    0 … 1 is the whole range where nothing lies outside it, else 0 … 255. Anything else is stretched from
    its least to its greatest value, for such files state no range.
    """
    wide = samples.astype(np.float32)
    if not np.isfinite(wide).all():
        raise UnsupportedPicture("The picture holds values that are not numbers.")
    low, high = float(wide.min()), float(wide.max())
    if samples.dtype.kind == "u" and samples.dtype.itemsize == 2:
        wide /= 257
    elif low < 0 or high > 65535 or (samples.dtype.kind == "f" and high > 255):
        wide = (wide - low) * (255 / max(high - low, 1e-30))
    elif samples.dtype.kind == "f" and high <= 1:
        wide *= 255
    elif high > 255:
        wide /= 257
    return np.rint(wide).astype(np.uint8)
