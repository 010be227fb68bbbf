"""BMP, and the headless BMPs inside of icons.

In: the bytes of a BMP. Out: its views. Next: `reading`, `ico`. Pillow reads what it knows; samples under any
bit masks (10:10:10, 4:4:4, alpha anywhere) are read here, for browsers read them all.
"""

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import BmpImagePlugin, Image

from repit_engine.errors import PictureRefused
from repit_engine.picture.describing import from_gamma
from repit_engine.picture.layers import Layer, shown_of
from repit_engine.picture.limits import Deadline, Limits
from repit_engine.picture.modes import plain_of
from repit_engine.picture.partial import both, loaded
from repit_engine.picture.refusals import damaged, unsupported_variant
from repit_engine.picture.shown import STANDS, Of, Shown, Unseen

_FILE_HEADER: Final = 14
_CORE: Final = 12
_RGB, _FIELDS, _ALPHA_FIELDS = 0, 3, 6
_USUAL_MASKS: Final = {16: (0x7C00, 0x3E0, 0x1F, 0), 32: (0xFF0000, 0xFF00, 0xFF, 0)}
_EMBEDDED, _CALIBRATED = b"DEBM", bytes(4)
_D65: Final = (0.3127, 0.3290)


@dataclass(frozen=True, slots=True)
class Headless:
    """An icon's picture: a BMP without its file header, with a mask below it."""

    body: bytes


def read_bmp(content: bytes, limits: Limits, deadline: Deadline, *, colour: bool) -> Iterator[Shown | Unseen]:
    """The views of a BMP. Raises `PictureRefused`, and whatever Pillow raises (`refusals.decoding`)."""
    limits.check_pixels(*_size(content))
    deadline.check()
    opaque, cover = _decoded(content, limits)
    deadline.check()
    profiles, ignored = _profiles(content)
    yield from shown_of(Layer(opaque, cover, profiles, ignored), colour=colour)


def read_headless(
    body: bytes, limits: Limits, *, colour: bool, of: Of = Of.SHOWN, seconds: float = STANDS
) -> Iterator[Shown]:
    """The views of an icon's picture: its stated height counts the mask as well."""
    header = int.from_bytes(body[:4], "little")
    width, height = struct.unpack("<ii", body[4:12])
    height //= 2
    limits.check_pixels(abs(width), abs(height))
    bits = int.from_bytes(body[14:16], "little")
    colours = int.from_bytes(body[32:36], "little") or (1 << bits if bits <= 8 else 0)
    masks = 12 if header == 40 and int.from_bytes(body[16:20], "little") == _FIELDS else 0
    at = _FILE_HEADER + header + masks + 4 * min(colours, 256)
    head = b"BM" + struct.pack("<IHHI", _FILE_HEADER + len(body), 0, 0, at)
    content = head + body[:8] + struct.pack("<i", height) + body[12:]
    opaque, cover = _decoded(content, limits)
    if cover is None:
        rows = at + abs(height) * (-(-abs(width) * bits // 32) * 4)
        cover = _mask(content[rows:], abs(width), abs(height))
    yield from shown_of(Layer(opaque, cover, of=of, seconds=seconds), colour=colour)


def _size(content: bytes) -> tuple[int, int]:
    header = int.from_bytes(content[14:18], "little")
    if header == _CORE:
        width, height = struct.unpack("<HH", content[18:22])
    else:
        width, height = struct.unpack("<ii", content[18:26])
    return abs(width), abs(height)


def _decoded(content: bytes, limits: Limits) -> tuple[Image.Image, Image.Image | None]:
    try:
        image, decoded = loaded(lambda: BmpImagePlugin.BmpImageFile(io.BytesIO(content)))
        limits.check_pixels(*image.size)
        opaque, cover = plain_of(image)
    except PictureRefused:
        raise
    except Exception:  # noqa: BLE001 - a form that Pillow does not know
        return _by_masks(content)
    return opaque, both(cover, decoded)


def _by_masks(content: bytes) -> tuple[Image.Image, Image.Image | None]:
    """16 and 32 bits a pixel, under masks of any place and width."""
    header, at = int.from_bytes(content[14:18], "little"), int.from_bytes(content[10:14], "little")
    bits, kind = int.from_bytes(content[28:30], "little"), int.from_bytes(content[30:34], "little")
    if header <= _CORE or bits not in _USUAL_MASKS or kind not in (_RGB, _FIELDS, _ALPHA_FIELDS):
        raise unsupported_variant()
    masks = _USUAL_MASKS[bits]
    if kind != _RGB:
        # With a header of 52 bytes and more the masks are in it, at the same place as after one of 40.
        masks = struct.unpack("<4I", content[54:70])
        if header < 56 and kind != _ALPHA_FIELDS:
            masks = (*masks[:3], 0)
    width, height = struct.unpack("<ii", content[18:26])
    stride = -(-width * bits // 32) * 4
    if width <= 0 or height == 0 or at < _FILE_HEADER + header:
        raise damaged()
    rows = min(abs(height), max(0, len(content) - at) // stride)
    if not rows:
        raise damaged()
    raw = np.frombuffer(content, np.uint8, rows * stride, at).reshape(rows, stride)
    values = np.ascontiguousarray(raw[:, : width * bits // 8]).view(f"<u{bits // 8}").astype(np.uint32)
    pixels = np.zeros((abs(height), width, 3), np.uint8)
    covered = np.zeros((abs(height), width), np.uint8)
    for channel in range(3):
        pixels[:rows, :, channel] = _levels(values, masks[channel])
    covered[:rows] = _levels(values, masks[3]) if masks[3] else 255
    if height > 0:
        pixels, covered = pixels[::-1], covered[::-1]
    cover = Image.fromarray(np.ascontiguousarray(covered))
    return Image.fromarray(np.ascontiguousarray(pixels)), cover


def _levels(values: NDArray[np.uint32], mask: int) -> NDArray[np.uint8]:
    if not mask:
        return np.zeros(values.shape, np.uint8)
    low = (mask & -mask).bit_length() - 1
    most = mask >> low
    levels = ((values & np.uint32(mask)) >> np.uint32(low)).astype(np.float64)
    shown: NDArray[np.uint8] = np.rint(np.minimum(levels / most, 1) * 255).astype(np.uint8)
    return shown


def _mask(rows: bytes, width: int, height: int) -> Image.Image | None:
    """One bit a pixel, upwards; set where the ground shows."""
    stride = -(-width // 32) * 4
    if len(rows) < stride * height:
        return None
    bits = np.unpackbits(np.frombuffer(rows, np.uint8, stride * height).reshape(height, stride), axis=1)
    covered = np.where(bits[::-1, :width] == 1, 0, 255).astype(np.uint8)
    return Image.fromarray(np.ascontiguousarray(covered))


def _profiles(content: bytes) -> tuple[tuple[bytes, ...], bool]:
    """(the profiles of a header of version 4 or 5; whether browsers pass over them)."""
    header = int.from_bytes(content[14:18], "little")
    if header < 108 or len(content) < _FILE_HEADER + header:
        return (), False
    space = content[70:74]
    if header >= 124 and space == _EMBEDDED:
        at, size = struct.unpack("<II", content[126:134])
        embedded = content[_FILE_HEADER + at : _FILE_HEADER + at + size]
        return ((embedded,) if embedded else ()), False
    if space != _CALIBRATED:
        return (), False
    # Chromium 156 passes over these; Firefox 153 takes them with the white of D65.
    ends = np.array(struct.unpack("<9i", content[74:110]), np.float64).reshape(3, 3) / 2**30
    gammas = np.array(struct.unpack("<3I", content[110:122]), np.float64) / 65536
    if (ends.sum(axis=1) <= 0).any() or (gammas <= 0).any():
        return (), False
    places = [np.array(_D65), *(end[:2] / end.sum() for end in ends)]
    profile = from_gamma(1 / float(gammas.mean()), tuple(float(v) for place in places for v in place))
    return ((profile,) if profile else ()), True
