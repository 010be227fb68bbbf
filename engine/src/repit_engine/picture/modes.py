"""Any Pillow image, as 8-bit grey or sRGB on white.

In: a loaded image in whatever mode its file had. Out: ``(h, w)`` or ``(h, w, 3)`` uint8. Next:
`result.upright`.

The contract, so that the browser and other servers can follow it: palettes are looked up; 16-bit samples
are divided by 257 and rounded; profiles are converted (`profiles`); transparency is composited on white in
sRGB, after conversion; 1-bit is black and white; CIE LAB is D50; whole numbers of 32 bits and floats: as
`_wide` says.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from repit_engine.errors import UnsupportedPicture
from repit_engine.picture.profiles import lab_to_srgb, to_srgb
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
_WHITE: Final = 255


def pixels_of(image: Image.Image) -> Pixels:
    """Grey where the file is grey, else sRGB. Raises `UnsupportedPicture`, and whatever Pillow raises."""
    if image.mode in ("I", "F") or image.mode.startswith("I;"):
        return _wide(np.asarray(image), image.info.get("transparency"))
    if image.mode == "LAB":
        return np.asarray(lab_to_srgb(image))
    profile = image.info.get("icc_profile")
    image = _plain(image)
    if image.mode in ("LA", "RGBA"):
        return _on_white(image, profile)
    return np.asarray(to_srgb(image, profile))


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


def _on_white(image: Image.Image, profile: bytes | None) -> Pixels:
    alpha = image.getchannel("A")
    opaque = to_srgb(image.convert(image.mode[:-1]), profile)
    ground = Image.new(opaque.mode, opaque.size, "white")
    ground.paste(opaque, mask=alpha)
    return np.asarray(ground)


def _wide(samples: NDArray[np.generic], key: object) -> Pixels:
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
    grey = np.rint(wide).astype(np.uint8)
    if isinstance(key, int):
        grey[samples == key] = _WHITE
    return grey
