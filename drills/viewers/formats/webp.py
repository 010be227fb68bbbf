"""WebP files: lossy, lossless, with alpha, animated, with profiles and EXIF.

In: dice. Out: a file. Next: `webp_mutations` changes it.
"""

import random
import struct
from typing import Any, Final

from PIL import Image

from drills.viewers import scenes
from drills.viewers.files import Made, chance, saved
from drills.viewers.formats import exif, riff
from drills.viewers.formats.gif import wait_of
from drills.viewers.formats.png import ALPHAS, frames, with_alpha
from drills.viewers.profiles import profile

TYPE: Final = "image/webp"
ANIMATED, XMP, EXIF, ALPHA, ICC = 0x02, 0x04, 0x08, 0x10, 0x20


def make(dice: random.Random) -> Made:
    """One file, a third of them animated."""
    return _animated(dice) if chance(dice, 0.33) else _still(dice)


def _encoded(dice: random.Random, image: Image.Image) -> tuple[list[riff.Chunk], str]:
    """The chunks that hold one picture's samples, and how they were made."""
    kind = dice.choice(ALPHAS) if chance(dice, 0.4) else "none"
    options: dict[str, Any] = {"method": 0, "quality": dice.choice((20, 75, 95))}
    if chance(dice, 0.35):
        options = {"lossless": True, "method": 0, "quality": 0, "exact": True}
    made = image if kind == "none" else with_alpha(image, kind)
    chunks, _ = riff.chunks_of(saved(made, "WEBP", **options))
    held = [chunk for chunk in chunks if chunk.kind in (b"ALPH", b"VP8 ", b"VP8L")]
    return held, f"{'lossless' if 'lossless' in options else 'lossy'}-{kind}"


def _still(dice: random.Random) -> Made:
    image = scenes.picture(dice)
    chunks, name = _encoded(dice, image)
    before, behind, flags = [], [], ALPHA if any(chunk.kind == b"ALPH" for chunk in chunks) else 0
    if chance(dice, 0.25):
        data, label = profile(dice)
        before, flags, name = [riff.Chunk(b"ICCP", data)], flags | ICC, f"{name}-{label}"
    if chance(dice, 0.3):
        prefix = dice.choice((b"", b"Exif\0\0"))
        behind = [riff.Chunk(b"EXIF", prefix + exif.block(dice.randrange(1, 9)))]
        flags, name = flags | EXIF, name + "-exif"
    if flags or chance(dice, 0.3):
        before.insert(0, riff.extended(flags, *image.size))
    return Made(riff.file_of([*before, *chunks, *behind]), name, TYPE)


def _animated(dice: random.Random) -> Made:
    image = scenes.picture(dice)
    count, waits = (
        dice.choice((1, 2, 2, 3, 5)),
        dice.choice(("even", "first-brief", "zero", "last-long", "first-long")),
    )
    plays = dice.choice((0, 0, 1, 2))
    background = dice.choice((b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x20\x20\xc8\xff"))
    chunks = [
        riff.extended(ANIMATED | ALPHA, *image.size),
        riff.Chunk(b"ANIM", background + struct.pack("<H", plays)),
    ]
    for place, picture in enumerate(frames(dice, image, count)):
        left, top, part = 0, 0, picture
        if place and chance(dice, 0.3):
            left, top = picture.width // 8 * 2, picture.height // 10 * 2
            part = picture.crop((left, top, picture.width, picture.height))
        held, _ = _encoded(dice, part)
        head = b"".join(
            value.to_bytes(3, "little")
            for value in (
                left // 2,
                top // 2,
                part.width - 1,
                part.height - 1,
                10 * wait_of(waits, place, count),
            )
        )
        flags = dice.choice((0, 0, 1, 2, 3))
        chunks.append(riff.Chunk(b"ANMF", head + bytes([flags]) + b"".join(chunk.packed() for chunk in held)))
    return Made(riff.file_of(chunks), f"animated-{count}frames-{waits}-plays{plays}", TYPE)
