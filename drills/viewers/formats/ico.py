"""Windows icons and cursors: bitmaps with masks, PNGs, several sizes of which a viewer takes one.

In: dice. Out: a file. Next: the mutations below.
"""

import random
import struct
from typing import Final

from PIL import Image

from drills.viewers import scenes
from drills.viewers.files import Made, Mutation, chance, saved
from drills.viewers.formats.bmp import bitmap
from drills.viewers.formats.png import ALPHAS, with_alpha

TYPE: Final = "image/x-icon"


def make(dice: random.Random) -> Made:
    """One file with one to three pictures, perhaps different ones."""
    cursor = chance(dice, 0.2)
    sizes = [dice.choice((64, 96, 128, 200, 256)) for _ in range(dice.choice((1, 1, 1, 2, 3)))]
    same = scenes.picture(dice)
    entries, name = [], "cursor" if cursor else "icon"
    for size in sizes:
        image = (same if chance(dice, 0.5) else scenes.picture(dice)).resize(
            (size, dice.choice((size, size * 3 // 4)))
        )
        body, depth, label = _entry(dice, image)
        entries.append((image.size, body, depth))
        name += f"-{size}{label}"
    if chance(dice, 0.1):
        # The directory may say less than what is inside.
        image = scenes.picture(dice).resize((400, 300))
        entries, name = [((0, 0), saved(image, "PNG"), 32)], name + "-large-png"
    return Made(_file(entries, cursor, dice), name, TYPE)


def _entry(dice: random.Random, image: Image.Image) -> tuple[bytes, int, str]:
    if chance(dice, 0.45):
        kind = dice.choice(("L", "RGB", "RGBA", "RGBA", "P"))
        made = with_alpha(image, dice.choice(ALPHAS)) if kind == "RGBA" else image.convert(kind)
        return saved(made, "PNG"), 32, f"png{kind}"
    if chance(dice, 0.45):
        # 32 bits with alpha, as icons have them, without a word in the header.
        pixels = with_alpha(image, dice.choice(ALPHAS)).tobytes("raw", "BGRA", 0, -1)
        head = struct.pack("<IiiHHIIiiII", 40, image.width, 2 * image.height, 1, 32, 0, 0, 0, 0, 0, 0)
        return head + pixels + _mask(dice, image), 32, "alpha"
    body, label = bitmap(dice, image, plain=True)
    body = body[:8] + struct.pack("<i", 2 * image.height) + body[12:]
    return body + _mask(dice, image), int.from_bytes(body[14:16], "little"), label


def _mask(dice: random.Random, image: Image.Image) -> bytes:
    size = -(-image.width // 32) * 4 * image.height
    return dice.choice((bytes(size), bytes(size), b"\xff" * size, b"\xf0" * size, b""))


def _file(entries: list[tuple[tuple[int, int], bytes, int]], cursor: bool, dice: random.Random) -> bytes:
    head = struct.pack("<HHH", 0, 2 if cursor else 1, len(entries))
    at, bodies = 6 + 16 * len(entries), b""
    for (width, height), body, depth in entries:
        planes, bits = (dice.choice((1, 10)), dice.choice((1, 10))) if cursor else (1, depth)
        head += struct.pack(
            "<BBBBHHII", width & 255, height & 255, 0, 0, planes, bits, len(body), at + len(bodies)
        )
        bodies += body
    return head + bodies


def _directory(data: bytes, dice: random.Random) -> bytes:
    if len(data) < 22:
        return data
    at = dice.choice((0, 2, 4, 6, 7, 8, 9, 10, 12, 14, 18))
    size = 4 if at >= 14 else 2 if at < 6 or at >= 10 else 1
    value = int.from_bytes(data[at : at + size], "little")
    new = dice.choice((0, 1, 2, value + 1, value * 2, value // 2, 255)) % 2 ** (8 * size)
    return data[:at] + new.to_bytes(size, "little") + data[at + size :]


def _inner(data: bytes, dice: random.Random) -> bytes:
    """A byte of the first picture's header."""
    start = int.from_bytes(data[18:22], "little") if len(data) >= 22 else 0
    if not 22 <= start < len(data) - 40:
        return data
    at = start + dice.randrange(40)
    return data[:at] + bytes([dice.choice((0, 1, 8, 24, 32, 40, 255))]) + data[at + 1 :]


def _cut(data: bytes, dice: random.Random) -> bytes:
    return data[: int(len(data) * dice.choice((0.99, 0.9, 0.6)))]


MUTATIONS: Final[dict[str, Mutation]] = {"directory": _directory, "inner-header": _inner, "tail-cut": _cut}
