"""PNG and APNG files of every colour type, with transparency of every kind.

In: dice. Out: a file. Next: `png_mutations` changes it.
"""

import random
import struct
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from drills.viewers import scenes
from drills.viewers.files import Made, chance
from drills.viewers.formats import exif, png_write
from drills.viewers.formats.colours import colour_chunk
from drills.viewers.formats.png_write import Chunk, Samples

TYPE: Final = "image/png"
_FORMS: Final = ((0, (1, 2, 4, 8, 16)), (2, (8, 16)), (3, (1, 2, 4, 8)), (4, (8, 16)), (6, (8, 16)))
ALPHAS: Final = (
    "opaque",
    "ramp",
    "binary",
    "faint",
    "inverse",
    "in-alpha-white",
    "in-alpha-black",
    "in-alpha-grey",
)


def make(dice: random.Random) -> Made:
    """One file: a fifth of them animated."""
    return _animated(dice) if chance(dice, 0.2) else _still(dice)


def with_alpha(image: Image.Image, kind: str) -> Image.Image:
    """The picture behind an alpha channel of this kind; `in-alpha-…`: the picture is the alpha channel."""
    grey = np.asarray(image.convert("L"))
    height, width = grey.shape
    alpha = np.full((height, width), 255, np.uint8)
    if kind == "ramp":
        alpha[:] = np.linspace(0, 255, width).astype(np.uint8)
    elif kind == "binary":
        alpha[(np.indices((height, width)).sum(axis=0) // 24) % 2 == 0] = 0
    elif kind == "faint":
        alpha[:] = 70
    elif kind == "inverse":
        alpha = 255 - grey
    elif kind.startswith("in-alpha"):
        level = {"white": 255, "black": 0, "grey": 128}[kind.rsplit("-", 1)[1]]
        image, alpha = Image.new("RGB", image.size, (level,) * 3), grey
    made = image.convert("RGB")
    made.putalpha(Image.fromarray(alpha))
    return made


def _still(dice: random.Random) -> Made:
    colour, depths = dice.choice(_FORMS)
    depth, interlaced = dice.choice(depths), chance(dice, 0.25)
    kind = dice.choice(ALPHAS) if colour in (4, 6) else dice.choice(("opaque", "opaque", "tRNS"))
    samples, more = _samples(scenes.picture(dice), colour, depth, kind, dice)
    height, width = samples.shape[:2]
    body = png_write.packed(samples, depth, interlaced, dice)
    name = f"type{colour}-{depth}bit-{kind}" + ("-interlaced" if interlaced else "")
    if chance(dice, 0.25):
        extra, label = colour_chunk(dice, b"GRAY" if colour in (0, 4) else b"RGB ")
        more, name = [extra, *more], f"{name}-{label}"
    if chance(dice, 0.1):
        more, name = [(b"eXIf", exif.block(dice.randrange(1, 9))), *more], f"{name}-eXIf"
    head = png_write.header(width, height, depth, colour, interlaced)
    data = png_write.file_of([head, *more, *_cut(body, dice), (b"IEND", b"")])
    return Made(data, name, TYPE)


def _cut(body: bytes, dice: random.Random) -> list[Chunk]:
    size = dice.choice((len(body), len(body), 8192, 700))
    return [(b"IDAT", body[at : at + size]) for at in range(0, len(body), size)]


def _samples(
    image: Image.Image, colour: int, depth: int, kind: str, dice: random.Random
) -> tuple[Samples, list[Chunk]]:
    """Samples, and the chunks that say what they mean."""
    top = (1 << depth) - 1
    if colour == 3:
        return _palette(image, depth, kind, dice)
    made = with_alpha(image, kind if kind in ALPHAS else "opaque")
    mode = {0: "L", 2: "RGB", 4: "LA", 6: "RGBA"}[colour]
    values = np.asarray(made.convert(mode)).reshape(image.height, image.width, -1)
    samples = np.rint(values.astype(np.float64) * (top / 255)).astype(np.uint16)
    if kind != "tRNS":
        return samples, []
    # One level (and its neighbours, made equal to it) is said to be transparent.
    key = samples[image.height // 2, image.width // 2]
    near = np.abs(samples.astype(int) - key).max(axis=2) <= max(1, top // 8)
    samples[near] = key
    return samples, [(b"tRNS", struct.pack(f">{len(key)}H", *key.tolist()))]


def _palette(image: Image.Image, depth: int, kind: str, dice: random.Random) -> tuple[Samples, list[Chunk]]:
    size = 1 << depth
    drawn = image.quantize(size, Image.Quantize.FASTOCTREE)
    palette = bytes(drawn.getpalette() or [])[: 3 * size]
    samples = np.asarray(drawn).astype(np.uint16)[:, :, None]
    more: list[Chunk] = [(b"PLTE", palette)]
    if kind == "tRNS":
        count = len(palette) // 3
        choices: tuple[NDArray[np.int64], ...] = (
            np.arange(count) * 255 // max(1, count - 1),
            np.where(np.arange(count) % 3, 255, 0),
            np.zeros(count, np.int64),
        )
        alphas = dice.choice(choices[:2] if chance(dice, 0.9) else choices)
        more.append((b"tRNS", bytes(alphas.tolist())[: dice.choice((count, count, max(1, count // 2)))]))
    return samples, more


def _animated(dice: random.Random) -> Made:
    """Frames of RGB or RGBA; the still picture may be another that no browser shows."""
    colour = dice.choice((2, 6))
    image = scenes.picture(dice)
    width, height = image.size
    count = dice.choice((1, 2, 2, 3, 5))
    hidden = chance(dice, 0.35)
    plays = dice.choice((0, 0, 1, 3))
    lasts = dice.choice(("even", "first-brief", "last-long", "zero"))
    chunks: list[Chunk] = [png_write.header(width, height, 8, colour, False)]
    chunks.append((b"acTL", struct.pack(">II", count, plays)))
    number = 0
    if hidden:
        chunks.append((b"IDAT", _pixels(scenes.resized(dice, image.size), colour, dice)))
    pictures = frames(dice, image, count)
    for place, picture in enumerate(pictures):
        delay = {"even": 50, "first-brief": 1 if place == 0 else 100, "zero": 0}.get(lasts)
        delay = (500 if place == count - 1 else 4) if delay is None else delay
        x, y, part = 0, 0, picture
        if place and chance(dice, 0.3):
            x, y = width // 5, height // 6
            part = picture.crop((x, y, width - x // 2, height - y // 2))
        dispose, blend = dice.choice((0, 0, 1, 2)), dice.choice((0, 0, 1))
        control = struct.pack(">IIIIIHHBB", number, part.width, part.height, x, y, delay, 100, dispose, blend)
        chunks.append((b"fcTL", control))
        number += 1
        body = _pixels(part, colour, dice)
        if place == 0 and not hidden:
            chunks.append((b"IDAT", body))
        else:
            chunks.append((b"fdAT", struct.pack(">I", number) + body))
            number += 1
    name = f"apng-type{colour}-{count}frames-{lasts}-plays{plays}" + ("-hidden-still" if hidden else "")
    return Made(png_write.file_of([*chunks, (b"IEND", b"")]), name, TYPE)


def frames(dice: random.Random, image: Image.Image, count: int) -> list[Image.Image]:
    """The picture somewhere among blank frames and decoys."""
    others = [
        scenes.blank(image.size, dice.choice(((255, 255, 255), (0, 0, 0), (200, 40, 40))))
        if chance(dice, 0.4)
        else scenes.resized(dice, image.size)
        for _ in range(count - 1)
    ]
    others.insert(dice.randrange(count), image)
    return others


def _pixels(image: Image.Image, colour: int, dice: random.Random) -> bytes:
    kind = dice.choice(ALPHAS) if colour == 6 and chance(dice, 0.3) else "opaque"
    made = with_alpha(image, kind).convert("RGB" if colour == 2 else "RGBA")
    return png_write.packed(np.asarray(made).astype(np.uint16), 8, False, dice)
