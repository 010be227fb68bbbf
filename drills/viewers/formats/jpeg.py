"""JPEG files of every sampling, colour space and order of scans.

In: dice. Out: a file. Next: `jpeg_mutations` changes it.
"""

import random
from typing import Any, Final

import numpy as np
from PIL import Image

from drills.viewers import scenes
from drills.viewers.files import Made, chance, saved
from drills.viewers.formats import exif, two_faced
from drills.viewers.formats.jpeg_write import Form, Plane, encoded, segment
from drills.viewers.profiles import profile

TYPE: Final = "image/jpeg"
_USUAL: Final = (((2, 2), (1, 1), (1, 1)), ((2, 1), (1, 1), (1, 1)), ((1, 1), (1, 1), (1, 1)))
_UNUSUAL: Final = (
    ((1, 2), (1, 1), (1, 1)),
    ((4, 1), (1, 1), (1, 1)),
    ((4, 2), (1, 1), (1, 1)),
    ((2, 4), (1, 1), (1, 1)),
    ((3, 1), (1, 1), (1, 1)),
    ((1, 3), (1, 1), (1, 1)),
    ((1, 4), (1, 1), (1, 1)),
    ((2, 2), (2, 1), (1, 1)),
    ((2, 2), (1, 2), (2, 1)),
    ((2, 2), (2, 2), (2, 2)),
    ((2, 1), (2, 1), (2, 1)),
    ((1, 1), (2, 2), (2, 2)),
    ((1, 1), (2, 1), (1, 2)),
    ((4, 2), (1, 1), (2, 1)),
    ((3, 2), (1, 1), (1, 2)),
    ((3, 1), (2, 1), (1, 1)),
    ((1, 1), (1, 1), (3, 1)),
)
_ADOBE: Final = b"Adobe\0\x64\0\0\0\0"


def make(dice: random.Random) -> Made:
    """One file, half of them by Pillow's encoder, half by our own."""
    if chance(dice, 0.05):
        return _by_pillow(dice, large=True)
    if chance(dice, 0.03):
        data, name = dice.choice((two_faced.colours, two_faced.colours, two_faced.blocks))(dice)
        return Made(data, name, TYPE)
    return _by_pillow(dice) if chance(dice, 0.45) else _by_hand(dice)


def _by_pillow(dice: random.Random, *, large: bool = False) -> Made:
    image = scenes.picture(dice, large=large)
    mode = dice.choice(("RGB", "RGB", "RGB", "L", "CMYK"))
    options: dict[str, Any] = {"quality": dice.choice((30, 75, 90, 100))}
    name = f"pillow-{mode}-q{options['quality']}"
    if mode == "RGB":
        options["subsampling"] = dice.choice((0, 1, 2))
    for option, share in (("progressive", 0.3), ("optimize", 0.2)):
        if chance(dice, share):
            options[option] = True
            name += f"-{option}"
    if chance(dice, 0.15):
        options["restart_marker_blocks"] = dice.choice((1, 7, 50))
        name += "-restarts"
    if chance(dice, 0.25):
        options["exif"] = b"Exif\0\0" + exif.block(dice.randrange(1, 9))
        name += "-exif"
    if chance(dice, 0.15):
        options["icc_profile"], label = profile(dice, {"L": b"GRAY", "CMYK": b"CMYK"}.get(mode, b"RGB "))
        name += f"-{label}"
    return Made(saved(image.convert(mode), "JPEG", **options), name + ("-large" if large else ""), TYPE)


def _by_hand(dice: random.Random) -> Made:
    colours = dice.choice(
        ("ycc", "ycc", "ycc", "ycc", "rgb", "rgb-adobe", "grey", "cmyk", "ycck", "cmyk-bare", "two")
    )
    planes, before, names = _planes(scenes.picture(dice), colours)
    scans = dice.choice(("one", "one", "apart", "progressive", "progressive"))
    factors = _factors(dice, len(planes))
    bits = 8
    if chance(dice, 0.03):
        scans, factors = "lossless", ((1, 1),) * len(planes)
    elif chance(dice, 0.03):
        bits = 12
    form = Form(
        factors=factors,
        scans=scans,
        restart=dice.choice((0, 0, 0, 1, 4, 37)),
        bits=bits,
        names=names,
        step=dice.choice((3, 6, 16)) * (1 if bits == 8 else 8),
        later=dice.choice((0, 1, 2)) if scans == "progressive" else 0,
        before=before,
    )
    label = ",".join(f"{across}x{down}" for across, down in factors)
    name = f"hand-{colours}-{label}-{scans}-r{form.restart}" + ("-12bit" if bits == 12 else "")
    return Made(encoded(planes, form), name, TYPE)


def _factors(dice: random.Random, count: int) -> tuple[tuple[int, int], ...]:
    if count == 3:
        return dice.choice(_USUAL if chance(dice, 0.35) else _UNUSUAL)
    if count == 1:
        return (dice.choice(((1, 1), (2, 2), (1, 3), (4, 4))),)
    rest = ((1, 1),) * (count - 2)
    return (dice.choice(((1, 1), (2, 2), (2, 1))), *rest, dice.choice(((1, 1), (1, 1), (2, 1))))


def _planes(image: Image.Image, colours: str) -> tuple[list[Plane], bytes, bytes]:
    """Samples as the file stores them, the segments that say so, and the components' names."""
    rgb = np.asarray(image).astype(np.float64)
    ycc = np.asarray(image.convert("YCbCr")).astype(np.float64)
    jfif = Form(()).before
    plain = {
        "grey": ([np.asarray(image.convert("L")).astype(np.float64)], jfif, b"\1"),
        "rgb": (_split(rgb), b"", b"RGB"),
        "rgb-adobe": (_split(rgb), segment(0xEE, _ADOBE + b"\0"), b"\1\2\3"),
        "ycc": (_split(ycc), jfif, b"\1\2\3"),
        "two": (_split(ycc)[:2], jfif, b"\1\2"),
    }
    if colours in plain:
        return plain[colours]
    key = 255 - rgb.max(axis=2)
    inks = np.dstack([*(255 - rgb - key[..., None]).transpose(2, 0, 1), key]).clip(0, 255)
    stored = 255 - inks
    if colours == "ycck":
        light = Image.fromarray(stored[..., :3].astype(np.uint8)).convert("YCbCr")
        stored = np.dstack([np.asarray(light).astype(np.float64), stored[..., 3]])
        return _split(stored), segment(0xEE, _ADOBE + b"\2"), b"\1\2\3\4"
    before = segment(0xEE, _ADOBE + b"\0") if colours == "cmyk" else b""
    return _split(stored), before, b"CMYK" if colours == "cmyk-bare" else b"\1\2\3\4"


def _split(pixels: Plane) -> list[Plane]:
    return [pixels[..., channel] for channel in range(pixels.shape[2])]
