"""JPEGs that hold one picture where a fast reader looks, and another where a viewer does.

In: dice. Out: a file. Next: `jpeg_mutations`, like any other JPEG.

Two ways, both by samples beyond what a screen can show. *Colours*: a faint decoy as luma, the picture in
chroma so strong that red, green or blue is cut off at 0 or 255; the luma of what is left is the picture's.
*Blocks*: a decoy as the mean of each block, the picture in how much of the block is cut off; who shrinks
while loading sees means of samples that nobody cut off yet.
"""

import random
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from drills.viewers import scenes
from drills.viewers.formats.jpeg_write import Form, encoded

_SWING: Final = 480.0
"""Levels between the two samples of a block: libjpeg's tables cut off so far beyond, and no further."""
_DARK: Final = 64.0
"""The mean that every block pretends to have, about."""


def colours(dice: random.Random) -> tuple[bytes, str]:
    """The picture in chroma alone."""
    image = scenes.picture(dice)
    light, decoy = _grey(image), _grey(scenes.resized(dice, image.size))
    chroma = 255 - light
    swing = dice.choice((0.06, 0.12, 0.25))
    planes = [128 + (decoy - 128) * swing, chroma, chroma]
    factors = dice.choice((((1, 1), (1, 1), (1, 1)), ((2, 2), (1, 1), (1, 1))))
    return encoded(planes, Form(factors, step=2)), f"colours-cut-off-{swing}"


def blocks(dice: random.Random) -> tuple[bytes, str]:
    """The picture as a half-tone of blocks, at a size at which a reader would shrink it."""
    side = dice.choice((520, 520, 520, 1040, 1040, 2064))
    cells = side // 8
    light = _grey(scenes.picture(dice).resize((cells, cells))) / 255
    decoy = _DARK + (_grey(scenes.picture(dice).resize((cells, cells))) - 128) / 5
    # A threshold within the block, the same in all: the share of samples above it is the picture's light.
    ranks = np.random.default_rng(5).permutation(64).reshape(8, 8) / 64
    share = (np.round(light * 64) / 64).clip(1 / 8, 63 / 64)
    high = ranks[None, :, None, :] < share[:, None, :, None]
    above, below = decoy + (1 - share) * _SWING, decoy - share * _SWING
    plane = np.where(high, above[:, None, :, None], below[:, None, :, None])
    return encoded([plane.reshape(8 * cells, 8 * cells)], Form(((1, 1),), step=12)), f"blocks-cut-off-{side}"


def _grey(image: Image.Image) -> NDArray[np.float64]:
    return np.asarray(image.convert("L")).astype(np.float64)
