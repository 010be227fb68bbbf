"""GIF files: palettes, interlacing, transparency, frames with places, waits and disposals.

In: dice. Out: a file as `Blocks`, and its bytes. Next: `gif_mutations` changes it.

CompuServe, GIF89a (1990); the application extension for loops is Netscape's.
"""

import random
import struct
from collections.abc import Iterable
from typing import Final

import numpy as np
from PIL import Image

from drills.viewers import scenes
from drills.viewers.files import Made, chance
from drills.viewers.formats.png import frames

TYPE: Final = "image/gif"
_WAITS: Final = ("even", "even", "first-brief", "zero", "last-long", "first-long")


def make(dice: random.Random) -> Made:
    """One file, a third of them animated."""
    count = dice.choice((2, 2, 3, 4, 6)) if chance(dice, 0.4) else 1
    image = scenes.picture(dice)
    plays: int | None = dice.choice((0, 0, 1, 2, None)) if count > 1 else None
    waits = dice.choice(_WAITS)
    pictures = frames(dice, image, count)
    canvas = image.size
    name = f"gif-{count}frames-{waits}-plays{plays}"
    if chance(dice, 0.15):
        canvas = dice.choice(((image.width + 40, image.height + 30), (image.width * 2 // 3, image.height)))
        name += "-canvas"
    shared = pictures[0].quantize(256, Image.Quantize.FASTOCTREE) if chance(dice, 0.5) else None
    parts = [screen(canvas, shared, dice.choice((0, 0, 5, 255)))]
    if plays is not None:
        parts.append(b"!\xff\x0bNETSCAPE2.0\3\1" + struct.pack("<H", plays) + b"\0")
    for place, picture in enumerate(pictures):
        parts += _frame(dice, picture, shared, place, wait_of(waits, place, count))
    return Made(b"".join(parts) + b";", name + ("-shared" if shared else ""), TYPE)


def wait_of(waits: str, place: int, count: int) -> int:
    """Hundredths of a second."""
    first, last = place == 0, place == count - 1
    return {
        "even": 20,
        "zero": 0,
        "first-brief": 1 if first else 80,
        "first-long": 300 if first else 5,
        "last-long": 500 if last else 2,
    }[waits]


def screen(size: tuple[int, int], shared: Image.Image | None, background: int) -> bytes:
    """Header, logical screen and the shared palette."""
    flags = 0xF7 if shared else 0x70
    return (
        b"GIF89a" + struct.pack("<HHBBB", *size, flags, background, 0) + (_table(shared) if shared else b"")
    )


def _table(image: Image.Image) -> bytes:
    return bytes(image.getpalette() or [])[:768].ljust(768, b"\0")


def _frame(
    dice: random.Random, picture: Image.Image, shared: Image.Image | None, place: int, wait: int
) -> Iterable[bytes]:
    left, top = 0, 0
    if place and chance(dice, 0.35):
        left, top = picture.width // 4, picture.height // 5
        picture = picture.crop((left, top, picture.width - left // 2, picture.height))
    if shared and chance(dice, 0.8):
        drawn, own = picture.quantize(palette=shared, dither=Image.Dither.NONE), b""
    else:
        drawn = picture.quantize(256, Image.Quantize.FASTOCTREE)
        own = _table(drawn)
    samples = np.asarray(drawn)
    clear = chance(dice, 0.3)
    key = int(samples[samples.shape[0] // 2, samples.shape[1] // 2]) if clear else 0
    if clear and chance(dice, 0.4):
        samples = samples.copy()
        samples[(np.indices(samples.shape).sum(axis=0) // 16) % 2 == 0] = key
    disposal = dice.choice((0, 1, 1, 2, 3))
    if wait != 20 or clear or place or chance(dice, 0.7):
        yield b"!\xf9\4" + struct.pack("<BHBB", disposal << 2 | clear, wait, key, 0)
    interlaced = chance(dice, 0.2)
    flags = (0x87 if own else 0) | (0x40 if interlaced else 0)
    yield b"," + struct.pack("<HHHHB", left, top, drawn.width, drawn.height, flags) + own
    if interlaced:
        rows = [
            row
            for start, step in ((0, 8), (4, 8), (2, 4), (1, 2))
            for row in range(start, len(samples), step)
        ]
        samples = samples[rows]
    yield coded(samples.ravel(), dice.choice((255, 255, 254, 31)))


def coded(indices: np.ndarray, block: int) -> bytes:
    """LZW of eight bits without its dictionary: codes of nine bits, cleared before they would grow."""
    count = len(indices)
    groups = -(-count // 250)
    codes = np.full((groups, 251), 256, np.uint16)
    padded = np.zeros(groups * 250, np.uint16)
    padded[:count] = indices
    codes[:, 1:] = padded.reshape(groups, 250)
    flat = [*codes.ravel()[: groups + count].tolist(), 257]
    bits = np.unpackbits(np.array(flat, "<u2").view(np.uint8).reshape(-1, 2), axis=1, bitorder="little")
    data = np.packbits(bits[:, :9].ravel(), bitorder="little").tobytes()
    cut = [data[at : at + block] for at in range(0, len(data), block)]
    return b"\x08" + b"".join(bytes([len(part)]) + part for part in cut) + b"\0"
