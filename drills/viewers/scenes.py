"""The pictures that files are made of: drawn by code, and scikit-image's cat, coffee and rocket.

In: dice. Out: small RGB pictures, rich enough to have a hash of good quality. Next: `formats`.
"""

import random
from functools import cache
from typing import Final

import numpy as np
import skimage.data
from bench.robustness.scenes import scene
from PIL import Image

PHOTOGRAPHS: Final = ("chelsea", "coffee", "rocket")
_DRAWN: Final = 24
_SIDES: Final = (96, 128, 150, 161, 200, 240)
_LARGE: Final = (530, 700, 1030, 1100, 2060)
"""Sides at which the engine reads a JPEG at a half, a quarter and an eighth."""


def picture(dice: random.Random, *, large: bool = False) -> Image.Image:
    """A part of one of the pictures, at a small size; with `large`, at one that is shrunk while loading."""
    whole = _whole(dice.randrange(_DRAWN + 2 * len(PHOTOGRAPHS)))
    width, height = whole.size
    share = dice.uniform(0.7, 1.0)
    left, top = dice.uniform(0, 1 - share) * width, dice.uniform(0, 1 - share) * height
    box = (left, top, left + share * width, top + share * height)
    sides = _LARGE if large else _SIDES
    size = (dice.choice(sides), dice.choice(sides))
    return whole.resize(size, Image.Resampling.BICUBIC, box)


def resized(dice: random.Random, size: tuple[int, int]) -> Image.Image:
    """Another picture at exactly this size: a decoy, a second frame, a thumbnail."""
    return picture(dice).resize(size, Image.Resampling.BICUBIC)


def blank(size: tuple[int, int], colour: tuple[int, int, int] = (255, 255, 255)) -> Image.Image:
    """Nothing to see."""
    return Image.new("RGB", size, colour)


@cache
def _whole(number: int) -> Image.Image:
    if number < _DRAWN:
        drawn = scene(number)
    else:
        name = PHOTOGRAPHS[(number - _DRAWN) % len(PHOTOGRAPHS)]
        drawn = Image.fromarray(getattr(skimage.data, name)()).convert("RGB")
    # Half the size is enough to be cut and resized from, and a third of the time.
    drawn.thumbnail((480, 480))
    values = np.asarray(drawn).astype(np.int16)
    grain = np.random.default_rng(number).integers(-6, 7, values.shape, np.int16)
    return Image.fromarray((values + grain).clip(0, 255).astype(np.uint8))
