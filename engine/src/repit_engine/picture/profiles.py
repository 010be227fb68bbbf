"""Embedded colour profiles, brought to sRGB in one stated way.

In: an ICC profile and pixels in it. Out: the same pixels in sRGB. Next: `modes` and `jpeg`.

The way: LittleCMS, perceptual intent (what browsers take: the profile's A2B0 table, or its matrix and
curves), 8 bits in and out, no black-point compensation. A profile that cannot be read, or is for another
kind of pixels than the file holds, is ignored, as browsers do.
"""

import io
from functools import lru_cache
from itertools import product
from typing import Final

import numpy as np
from PIL import Image, ImageCms

from repit_engine.picture.result import luma_of

NEGLIGIBLE_LUMA: Final = 3.0
"""Levels of 255. A profile that moves no luma of the probe grid further than this is sRGB for our purposes.
"""

_SPACES: Final = {"RGB": "RGB ", "L": "GRAY", "CMYK": "CMYK"}
_MAX_PROFILE: Final = 4 * 1024 * 1024
_SRGB: Final = ImageCms.createProfile("sRGB")


@lru_cache(maxsize=64)
def conversion(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """The transform from `profile` in Pillow mode `mode` (RGB, L or CMYK) to sRGB; None where there is none
    to make.

    Decided by what the profile does, not by the name that it gives itself: it is applied to a grid of
    colours.
    """
    if len(profile) > _MAX_PROFILE or mode not in _SPACES:
        return None
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if source.profile.xcolor_space != _SPACES[mode]:
            return None
        transform = ImageCms.buildTransform(
            source, _SRGB, mode, "RGB", ImageCms.Intent.PERCEPTUAL, ImageCms.Flags.NOCACHE
        )
    except (OSError, ValueError, TypeError, ImageCms.PyCMSError):
        return None
    return None if mode != "CMYK" and _negligible(transform, mode) else transform


def to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """`image` (RGB, L or CMYK) in sRGB: as it is where no profile applies, else as RGB.

    CMYK without a profile becomes RGB by ``R = (255 - C)(255 - K) / 255``, as browsers and Pillow have it.
    """
    transform = conversion(profile, image.mode) if profile else None
    if transform is not None:
        return transform.apply(image)
    return image.convert("RGB") if image.mode == "CMYK" else image


@lru_cache(maxsize=1)
def _lab() -> ImageCms.ImageCmsTransform:
    source = ImageCms.createProfile("LAB")
    return ImageCms.buildTransform(source, _SRGB, "LAB", "RGB", flags=ImageCms.Flags.NOCACHE)


def lab_to_srgb(image: Image.Image) -> Image.Image:
    """CIE L*a*b* (D50) to sRGB."""
    return _lab().apply(image)


def _negligible(transform: ImageCms.ImageCmsTransform, mode: str) -> bool:
    levels = np.linspace(0, 255, 9).round().astype(np.uint8)
    if mode == "L":
        grid = levels[np.newaxis, :]
    else:
        grid = np.array(list(product(levels, repeat=3)), dtype=np.uint8)[np.newaxis]
    converted = np.asarray(transform.apply(Image.fromarray(grid)))
    moved = np.abs(luma_of(converted) - luma_of(grid).astype(np.float32))
    return float(moved.max()) <= NEGLIGIBLE_LUMA
