"""JPEG through libjpeg-turbo, decoded at a fraction of its size where the hash does not need more.

In: the bytes of a JPEG. Out: its views. Next: `reading`.

Pillow reads the header (EXIF), simplejpeg the pixels: unlike Pillow it decodes straight to grey at 1/2, 1/4
or 1/8, and says what libjpeg only warns about. Grey at 1/8 is read by `baseline` where the file is plain, in
less than half of libjpeg's time and to the same samples.

A screen cuts off what lies beyond black and white, or beyond the strongest red, before anybody's eye takes a
mean: a block of samples that are cut off looks lighter or darker than its first coefficient says, and strong
colours have another luma than the one that is stored. So a second view is every sample in colour.

A damaged file is decoded as browsers decode it, by the same library: with whatever it guesses. Of one that
ends too soon browsers show the rows that came; the rest lets the ground through.
"""

import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np
import simplejpeg
from PIL import Image, JpegImagePlugin

from repit_engine.errors import DamagedPicture, TookTooLong
from repit_engine.picture.baseline import SHRINK, skimmed, skimmed_closely
from repit_engine.picture.exif import exif_orientation
from repit_engine.picture.jpeg_colours import colours_tell
from repit_engine.picture.jpeg_segments import exif_of, passable, profiles_of
from repit_engine.picture.layers import Layer, averaged, shown_of, shrink_of
from repit_engine.picture.limits import Deadline, Limits
from repit_engine.picture.partial import both, loaded
from repit_engine.picture.profiles import Way, plain, ways_of
from repit_engine.picture.refusals import damaged, unsupported_variant
from repit_engine.picture.result import Pixels, upright
from repit_engine.picture.shown import STANDS, Of, Shown, Unseen

# libjpeg warnings that leave every pixel decoded (jerror.h: JWRN_EXTRANEOUS_DATA before the end marker,
# which cameras and editors write; JWRN_JFIF_MAJOR; JWRN_ADOBE_XFORM; JWRN_NOT_SEQUENTIAL; JWRN_BOGUS_ICC).
# All others mean missing or guessed data.
_HARMLESS: Final = (
    "extraneous bytes before marker 0xd9",
    "unknown JFIF revision",
    "Unknown Adobe color transform",
    "Invalid SOS parameters for sequential",
    "ICC profile",
)
_GROUNDS: Final = (0, 255)
_SPACES: Final = {"L": "GRAY", "RGB": "RGB", "CMYK": "CMYK"}


class _BrokenError(Exception):
    """libjpeg had to guess, or could not go on."""


def read_jpeg(
    data: bytes, limits: Limits, deadline: Deadline, *, colour: bool, full: bool, closely: bool = False
) -> Iterator[Shown | Unseen]:
    """The views of a JPEG, in grey at the smallest size that keeps `layers.MIN_SIDE`, or in colour where the
    caller or a profile needs it. `closely`: also where its colours show something else than its luma.

    Raises `PictureRefused`, and whatever the libraries raise (`refusals.decoding`).
    """
    header = JpegImagePlugin.JpegImageFile(io.BytesIO(data))
    limits.check_pixels(*header.size)
    if _has_many_scans(data, header) and data.count(b"\xff\xda") > limits.scans:
        raise TookTooLong(
            f"The picture is stored in more than the {limits.scans} passes allowed.",
            "Save it again as an ordinary JPEG.",
        )
    shrink = 1 if full else shrink_of(*header.size)
    orientation = exif_orientation(exif_of(data))
    profiles, ignored = profiles_of(data, len(data) if header.fp is None else header.fp.tell())
    mode = header.mode
    skim = skimmed_closely(data, header.size) if closely and mode != "CMYK" else None
    # At a fraction libjpeg too takes the mean of samples before it cuts them off.
    averaged_first = closely and shrink > 1 and (skim is None or skim.swings)
    try:
        if mode != "CMYK" and not (full or colour) and _are_plain(ways_of(profiles, mode, ignored=ignored)):
            at_once = skim is not None and shrink == SHRINK
            pixels = skim.luma if skim is not None and at_once else _grey(data, header.size, shrink)
            deadline.check()
            stored = upright(pixels, orientation, header.size, shrink, colour=False)
            coloured = closely and mode == "RGB"
            finer = colours_tell(data, header.size, pixels, shrink, skim) if coloured else None
            if finer is None:
                yield Shown(stored, Of.SHOWN, STANDS)
                if averaged_first:
                    whole = _image(_decode(data, "GRAY", header.size, 1), "L")
                    yield averaged(Layer(whole, orientation=orientation, size=header.size), Of.WHOLE)
                return
            image = _image(_decode(data, "RGB", header.size, finer), mode)
            layer = Layer(image, orientation=orientation, shrink=finer, size=header.size)
            yield from shown_of(layer)
            yield Shown(stored, Of.PROFILE)
            if averaged_first and finer > 1:
                whole = _image(_decode(data, "RGB", header.size, 1), mode)
                yield averaged(Layer(whole, orientation=orientation, size=header.size), Of.WHOLE)
            return
        image = _image(_decode(data, _SPACES[mode], header.size, shrink), mode)
        cover = None
    except _BrokenError:
        averaged_first, shrink = False, 1
        image, cover = _what_is_there(data, header)
    deadline.check()
    layer = Layer(image, cover, profiles, ignored, orientation, shrink=shrink, size=header.size)
    yield from shown_of(layer, colour=colour)
    if averaged_first:
        whole = _image(_decode(data, _SPACES[mode], header.size, 1), mode)
        for view in shown_of(replace(layer, image=whole, shrink=1, of=Of.WHOLE, seconds=0.0)):
            yield replace(view, of=Of.WHOLE)


def _are_plain(ways: tuple[Way, ...]) -> bool:
    return all(way is plain(way.takes) for way in ways)


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


def _grey(data: bytes, size: tuple[int, int], shrink: int) -> Pixels:
    luma = skimmed(data, size) if shrink == SHRINK else None
    return _decode(data, "GRAY", size, shrink)[:, :, 0] if luma is None else luma


def _decode(data: bytes, space: str, size: tuple[int, int], shrink: int) -> Pixels:
    """``(h, w, channels)``, where h and w are the size divided by `shrink`, rounded up. Raises
    `_BrokenError`.
    """
    width, height = -(-size[0] // shrink), -(-size[1] // shrink)
    try:
        pixels = _at(data, space, height, width, strict=True)
    except ValueError as error:
        if not any(text in str(error) for text in _HARMLESS):
            raise _BrokenError from None
        try:
            pixels = _at(data, space, height, width, strict=False)
        except ValueError:
            raise _BrokenError from None
    if pixels.shape[:2] != (height, width):
        raise DamagedPicture("The picture's header contradicts itself.", "Save or export it again.")
    return pixels


def _image(pixels: Pixels, mode: str) -> Image.Image:
    """Adobe stores inks inverted; files without Adobe's marker follow suit, and browsers read all of them
    so.
    """
    if mode == "CMYK":
        return Image.fromarray(255 - pixels, "CMYK")
    return Image.fromarray(pixels[:, :, 0] if mode == "L" else pixels)


def _what_is_there(
    data: bytes, header: JpegImagePlugin.JpegImageFile
) -> tuple[Image.Image, Image.Image | None]:
    """A damaged or unusual file at full size, and which of its pixels came."""
    try:
        image, cover = loaded(lambda: JpegImagePlugin.JpegImageFile(io.BytesIO(data)))
    except DamagedPicture:
        if not _has_many_scans(data, header):
            raise
        # Nothing is decoded before a progressive file ends; libjpeg makes do with the passes that came.
        image, cover = None, None
    try:
        guessed, came = _guessed(passable(data) if _has_many_scans(data, header) else data, header)
    except ValueError as error:
        # simplejpeg knows the usual subsamplings only, Pillow all of them.
        if image is not None:
            return image, cover
        if "Unsupported" in str(error) or "not supported" in str(error):
            raise unsupported_variant() from None
        raise damaged() from None
    return guessed, came if cover is None else both(cover, came)


def _guessed(data: bytes, header: JpegImagePlugin.JpegImageFile) -> tuple[Image.Image, Image.Image | None]:
    """The picture with what libjpeg guesses, and which of its pixels it wrote.

    Where it gives up, it leaves the rest as it was, and simplejpeg hands that out: without a ground of ours
    it would be what this process last had in its memory, perhaps another upload.
    """
    width, height = header.size
    channels = {"L": 1, "RGB": 3, "CMYK": 4}[header.mode]
    found = []
    for ground in _GROUNDS:
        buffer = np.full((height, width, channels), ground, np.uint8)
        pixels = simplejpeg.decode_jpeg(data, _SPACES[header.mode], buffer=buffer, strict=False)
        if pixels.shape[:2] != (height, width):
            raise DamagedPicture("The picture's header contradicts itself.", "Save or export it again.")
        found.append(pixels)
    came = (found[0] == found[1]).all(axis=2)
    if not came.any():
        raise damaged()
    image = _image(np.ascontiguousarray(found[0]), header.mode)
    return image, None if came.all() else Image.fromarray(came.astype(np.uint8) * 255)


def _at(data: bytes, space: str, height: int, width: int, *, strict: bool) -> Pixels:
    pixels: Pixels = simplejpeg.decode_jpeg(data, space, min_height=height, min_width=width, strict=strict)
    return pixels
