"""BMP, and the headless BMPs inside of icons.

In: the bytes of a BMP. Out: its views. Next: `reading`, `ico`. Read here and not by Pillow: browsers read
every depth, mask and header, and go on where Pillow gives up or reads something else.
"""

import struct
from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from repit_engine.picture.bmp_samples import FILE_HEADER, Header, Samples, header_of, samples_of
from repit_engine.picture.describing import from_gamma
from repit_engine.picture.layers import Layer, shown_of
from repit_engine.picture.limits import Deadline, Limits
from repit_engine.picture.shown import STANDS, Shown, Unseen

_EMBEDDED, _CALIBRATED = b"DEBM", bytes(4)
_D65: Final = (0.3127, 0.3290)


def read_bmp(content: bytes, limits: Limits, deadline: Deadline, *, colour: bool) -> Iterator[Shown | Unseen]:
    """The views of a BMP. Raises `PictureRefused`."""
    header = header_of(content)
    limits.check_pixels(header.width, header.height)
    deadline.check()
    profiles, ignored = _profiles(content)
    seconds = STANDS
    # Chromium begins where the file says; others where its header ends, if the file says less.
    for at in dict.fromkeys((int.from_bytes(content[10:14], "little"), header.after)):
        if at > header.after and seconds < STANDS:
            continue
        samples = samples_of(content, header, at, deadline)
        deadline.check()
        for cover in _covers(samples):
            pattern = Layer(Image.fromarray(samples.rgb), cover, profiles, ignored, seconds=seconds)
            yield from shown_of(pattern, colour=colour)
            seconds, colour = 0.0, False


def read_headless(
    body: bytes, size: int, limits: Limits, deadline: Deadline, *, colour: bool
) -> Iterator[Shown]:
    """The views of an icon's picture: its stated height counts the mask as well, which counts where there is
    no alpha. `body` goes on behind the `size` bytes of the picture: Chromium 156 takes for a mask what comes
    next.
    """
    content = b"BM" + struct.pack("<IHHI", FILE_HEADER + len(body), 0, 0, 0) + body
    whole = header_of(content)
    height = whole.height // 2
    sized = content[:22] + struct.pack("<i", -height if whole.top_down else height) + content[26:]
    header = header_of(sized)
    limits.check_pixels(header.width, header.height)
    samples = samples_of(sized, header, header.after, deadline, icon=True)
    image = Image.fromarray(samples.rgb)
    covers = [samples.cover]
    if samples.cover is None:
        covers = [_mask(content[samples.end :], header)]
        if samples.end + header.height * _mask_stride(header) > FILE_HEADER + size:
            covers.append(_mask(content[samples.end : FILE_HEADER + size], header))
    for place, cover in enumerate(covers):
        layer = Layer(
            image, None if cover is None else Image.fromarray(cover), seconds=0 if place else STANDS
        )
        yield from shown_of(layer, colour=colour and not place)


def _covers(samples: Samples) -> Iterator[Image.Image | None]:
    """As Chromium has it, then as Firefox has what runs leave out."""
    yield None if samples.cover is None else Image.fromarray(samples.cover)
    if samples.left_out is not None:
        yield Image.fromarray(samples.left_out)


def _mask(rows: bytes, header: Header) -> NDArray[np.uint8] | None:
    """One bit a pixel, as many rows as came, upwards; set where the ground shows."""
    stride = _mask_stride(header)
    came = min(header.height, len(rows) // stride)
    if not came:
        return None
    bits = np.unpackbits(np.frombuffer(rows, np.uint8, stride * came).reshape(came, stride), axis=1)
    covered = np.full((header.height, header.width), 255, np.uint8)
    covered[:came] = np.where(bits[:, : header.width] == 1, 0, 255)
    return np.ascontiguousarray(covered if header.top_down else covered[::-1])


def _mask_stride(header: Header) -> int:
    return -(-header.width // 32) * 4


def _profiles(content: bytes) -> tuple[tuple[bytes, ...], bool]:
    """(the profiles of a header of version 4 or 5; whether browsers pass over them)."""
    header = int.from_bytes(content[14:18], "little")
    if header < 108 or len(content) < FILE_HEADER + header:
        return (), False
    space = content[70:74]
    if header >= 124 and space == _EMBEDDED:
        at, size = struct.unpack("<II", content[126:134])
        embedded = content[FILE_HEADER + at : FILE_HEADER + at + size]
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
