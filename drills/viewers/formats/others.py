"""What browsers do not show as a picture, or show in another place: TIFF, HEIC, JPEG 2000, PDF, films.

In: dice. Out: a file. Next: bytewise mutations only.
"""

import io
import random
import struct
import time
from typing import Final

from PIL import Image
from pillow_heif import from_pillow

from drills.viewers import scenes
from drills.viewers.files import Made, Mutation, saved
from drills.viewers.formats import riff

_MADE: Final = time.gmtime(0)


def make(dice: random.Random) -> Made:
    """One file."""
    image = scenes.picture(dice)
    return dice.choice((_tiff, _tiff, _heic, _jpeg2000, _netpbm, _pdf, _webm))(dice, image)


def _tiff(dice: random.Random, image: Image.Image) -> Made:
    packing = dice.choice(("raw", "tiff_lzw", "tiff_adobe_deflate", "jpeg"))
    mode = "RGB" if packing == "jpeg" else dice.choice(("RGB", "L", "CMYK"))
    return Made(
        saved(image.convert(mode), "TIFF", compression=packing), f"tiff-{packing}-{mode}", "image/tiff"
    )


def _heic(dice: random.Random, image: Image.Image) -> Made:
    file = io.BytesIO()
    from_pillow(image).save(file, quality=dice.choice((40, 80)))
    return Made(file.getvalue(), "heic", "image/heic")


def _jpeg2000(_: random.Random, image: Image.Image) -> Made:
    return Made(saved(image, "JPEG2000"), "jpeg2000", "image/jp2")


def _netpbm(_: random.Random, image: Image.Image) -> Made:
    return Made(saved(image, "PPM"), "netpbm", "image/x-portable-pixmap")


def _pdf(_: random.Random, image: Image.Image) -> Made:
    # Pillow writes the hour otherwise, and a file is made again from its number.
    data = saved(image, "PDF", creationDate=_MADE, modDate=_MADE)
    return Made(data, "pdf", "application/pdf", "page")


def _webm(_: random.Random, image: Image.Image) -> Made:
    """A film of one frame: a lossy WebP's key frame is VP8, which WebM carries as it is."""
    chunks, _rest = riff.chunks_of(saved(image, "WEBP", method=0))
    frame = next(chunk.body for chunk in chunks if chunk.kind == b"VP8 ")
    return Made(_matroska(frame, *image.size), "webm", "video/webm", "page")


def _matroska(frame: bytes, width: int, height: int) -> bytes:
    """RFC 9559: the fewest elements that a browser plays."""

    def element(name: str, body: bytes) -> bytes:
        return bytes.fromhex(name) + (len(body) | 1 << 28).to_bytes(4, "big") + body

    def number(name: str, value: int) -> bytes:
        return element(name, struct.pack(">I", value))

    head = element(
        "1A45DFA3", number("4286", 1) + element("4282", b"webm") + number("4287", 2) + number("4285", 2)
    )
    info = element(
        "1549A966", number("2AD7B1", 1_000_000) + element("4D80", b"made") + element("5741", b"made")
    )
    video = element("E0", number("B0", width) + number("BA", height))
    entry = number("D7", 1) + number("73C5", 1) + number("83", 1) + element("86", b"V_VP8") + video
    tracks = element("1654AE6B", element("AE", entry))
    cluster = element("1F43B675", number("E7", 0) + element("A3", b"\x81\0\0\x80" + frame))
    return head + element("18538067", info + tracks + cluster)


MUTATIONS: Final[dict[str, Mutation]] = {}
