"""A hundred pictures made by code, in the modes and formats of the web, and what the engine says of each.

In: a number. Out: a file, its family as the engine has it. Next: the browser tests, which hash the same
files.
"""

import importlib.util
import io
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from repit_engine.anchors import bank_family
from repit_engine.picture import open_picture
from repit_engine.stoplist import package_stoplist

CONFORMANCE = Path(__file__).parents[4] / "conformance"
MIME = {
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "gif": "image/gif",
    "bmp": "image/bmp",
    "avif": "image/avif",
}


@dataclass(frozen=True)
class Made:
    """`hashes`: hexadecimal, the standard one first. `lossy`: decoders may differ by a level."""

    name: str
    content: bytes
    hashes: list[str]
    qualities: list[int]
    lossy: bool

    @property
    def payload(self) -> dict[str, Any]:
        return {"name": self.name, "mimeType": MIME[self.name.rsplit(".")[-1]], "buffer": self.content}


@cache
def _made() -> Any:
    spec = importlib.util.spec_from_file_location("conformance_made", CONFORMANCE / "made.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _exif(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


def _file(number: int) -> tuple[str, Image.Image, dict[str, Any], bool]:
    """Suffix, image, how it is saved, and whether that loses anything."""
    height, width = 150 + 13 * (number % 11), 140 + 17 * (number % 13)
    recipe = {"make": "clouds", "height": height, "width": width, "seed": 9000 + 10 * number}
    planes = [_made().plane({**recipe, "seed": recipe["seed"] + step}) for step in range(3)]
    colour, grey = Image.fromarray(np.stack(planes, axis=2)), Image.fromarray(planes[0])
    alpha = Image.fromarray(planes[2])
    with_alpha, grey_alpha = colour.copy(), grey.copy()
    with_alpha.putalpha(alpha)
    grey_alpha.putalpha(alpha)
    palette = colour.quantize(64, dither=Image.Dither.NONE)
    turned = number // 20 % 8 + 1
    return (
        ("png", colour, {}, False),
        ("jpg", colour, {"quality": 90}, True),
        ("png", with_alpha, {}, False),
        ("jpg", colour, {"quality": 75, "exif": _exif(turned)}, True),
        ("webp", colour, {"lossless": True}, False),
        ("png", palette, {}, False),
        ("jpg", colour, {"quality": 95, "subsampling": 0, "progressive": True}, True),
        ("gif", palette, {}, False),
        ("png", grey, {}, False),
        ("webp", colour, {"quality": 80}, True),
        ("png", Image.fromarray(planes[0].astype(np.uint16) * 257), {}, False),
        ("jpg", grey, {"quality": 85}, True),
        ("png", grey_alpha, {}, False),
        ("png", colour, {"exif": _exif(number // 20 % 8 + 1 + 3)}, False),
        ("jpg", colour.convert("CMYK"), {"quality": 90}, True),
        ("bmp", colour, {}, False),
        ("png", palette, {"transparency": 3}, False),
        ("webp", with_alpha, {"lossless": True, "exact": True}, False),
        ("png", colour, {"transparency": tuple(int(plane[0, 0]) for plane in planes)}, False),
        ("jpg", colour, {"quality": 90, "exif": _exif(9 - turned)}, True),
    )[number % 20]


@cache
def made(number: int) -> Made:
    """The picture of this number; the same number gives the same picture."""
    suffix, image, options, lossy = _file(number)
    buffer = io.BytesIO()
    image.save(buffer, {"jpg": "JPEG"}.get(suffix, suffix.upper()), **options)
    content = buffer.getvalue()
    family = bank_family(open_picture(content, full=True), stoplist=package_stoplist())
    return Made(
        f"{number:03}.{suffix}",
        content,
        [row.tobytes().hex() for row in family.hashes],
        [int(each) for each in family.qualities],
        lossy,
    )
