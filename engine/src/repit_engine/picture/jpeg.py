"""JPEG through libjpeg-turbo, decoded at a fraction of its size where the hash does not need more.

In: the bytes of a JPEG. Out: an upright `Picture`. Next: `open_picture` hands it on.

Pillow reads the header (EXIF, profile), simplejpeg the pixels: unlike Pillow it decodes straight to grey at
1/2, 1/4 or 1/8, and reports damage that libjpeg only warns about. Grey at 1/8 is read by `baseline` where
the file is plain, in less than half of libjpeg's time and to the same samples.
"""

import io
from typing import Final

import numpy as np
import simplejpeg
from PIL import Image, JpegImagePlugin

from repit_engine.errors import DamagedPicture, TookTooLong
from repit_engine.picture.baseline import SHRINK, skimmed
from repit_engine.picture.limits import Deadline, Limits
from repit_engine.picture.pillow import exif_orientation
from repit_engine.picture.profiles import conversion, to_srgb
from repit_engine.picture.refusals import damaged, unsupported_variant
from repit_engine.picture.result import Picture, Pixels, upright

MIN_SIDE: Final = 256
"""Shrinking stops above this many pixels on the shorter side. Measured: `make bench NAME=hash`."""

# libjpeg warnings that leave every pixel decoded (jerror.h: JWRN_EXTRANEOUS_DATA before the end marker,
# which cameras and editors write; JWRN_JFIF_MAJOR; JWRN_ADOBE_XFORM; JWRN_NOT_SEQUENTIAL). All others mean
# missing or guessed data.
_HARMLESS: Final = (
    "extraneous bytes before marker 0xd9",
    "unknown JFIF revision",
    "Unknown Adobe color transform",
    "Invalid SOS parameters for sequential",
)


def read_jpeg(data: bytes, limits: Limits, deadline: Deadline, *, colour: bool, full: bool) -> Picture:
    """Decode to grey at the smallest size that keeps `MIN_SIDE`, or to colour where the caller or a profile
    needs it.

    Raises `PictureRefused`, and whatever the libraries raise (`refusals.decoding`).
    """
    header = JpegImagePlugin.JpegImageFile(io.BytesIO(data))
    limits.check_pixels(*header.size)
    if _has_many_scans(data, header) and data.count(b"\xff\xda") > limits.scans:
        raise TookTooLong(
            f"The picture is stored in more than the {limits.scans} passes allowed.",
            "Save it again as an ordinary JPEG.",
        )
    shrink = 1 if full else _shrink(*header.size)
    orientation = exif_orientation(header.info.get("exif"))
    profile: bytes | None = header.info.get("icc_profile")
    if header.mode == "CMYK":
        # Adobe stores inks inverted; files without Adobe's marker follow suit, and browsers read all of
        # them so.
        inks = 255 - _decode(data, "CMYK", header.size, shrink)
        pixels = np.asarray(to_srgb(Image.fromarray(inks, "CMYK"), profile))
    elif header.mode == "L" or not (full or colour or (profile and conversion(profile, "RGB"))):
        pixels = _grey(data, header.size, shrink)
        if header.mode == "L" and profile and conversion(profile, "L"):
            pixels = np.asarray(to_srgb(Image.fromarray(pixels), profile))
    else:
        pixels = _decode(data, "RGB", header.size, shrink)
        if profile and conversion(profile, "RGB"):
            pixels = np.asarray(to_srgb(Image.fromarray(pixels), profile))
    deadline.check()
    return upright(pixels, orientation, header.size, shrink, colour=colour)


def _has_many_scans(data: bytes, header: JpegImagePlugin.JpegImageFile) -> bool:
    """Whether libjpeg would read on after the first scan: always, unless that one holds every component.

    Counting scans costs a tenth of decoding, so the ordinary file is spared. The header has been read up to
    the end of its first scan header: marker (2), length (2), number of components (1), two bytes each,
    three more.
    """
    if header.info.get("progressive") or header.fp is None:
        return True
    start = header.fp.tell() - 8 - 2 * header.layers
    return not (data[start : start + 2] == b"\xff\xda" and data[start + 4] == header.layers)


def _shrink(width: int, height: int) -> int:
    for factor in (8, 4, 2):
        if min(width, height) // factor >= MIN_SIDE:
            return factor
    return 1


def _grey(data: bytes, size: tuple[int, int], shrink: int) -> Pixels:
    plain = skimmed(data, size) if shrink == SHRINK else None
    return _decode(data, "GRAY", size, shrink)[:, :, 0] if plain is None else plain


def _decode(data: bytes, space: str, size: tuple[int, int], shrink: int) -> Pixels:
    """``(h, w, channels)``, where h and w are the size divided by `shrink`, rounded up."""
    width, height = -(-size[0] // shrink), -(-size[1] // shrink)
    try:
        pixels = _at(data, space, height, width, strict=True)
    except ValueError as error:
        message = str(error)
        if "Unsupported" in message or "not supported" in message:
            raise unsupported_variant() from None
        if not any(text in message for text in _HARMLESS):
            raise damaged() from None
        pixels = _at(data, space, height, width, strict=False)
    if pixels.shape[:2] != (height, width):
        raise DamagedPicture("The picture's header contradicts itself.", "Save or export it again.")
    return pixels


def _at(data: bytes, space: str, height: int, width: int, *, strict: bool) -> Pixels:
    pixels: Pixels = simplejpeg.decode_jpeg(data, space, min_height=height, min_width=width, strict=strict)
    return pixels
