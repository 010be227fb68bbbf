"""What stickers are laid upon: flat shades, ramps, cloud-like texture.

In: a generator. Out: squares of 320 pixels. Next: `shapes`, `emoji`. An anchored square around a sticker
sees some of what lies behind, so each sticker is met on several grounds.
"""

from collections.abc import Iterator

import numpy as np
from PIL import Image

from bench.robustness.alterations.base import Picture
from bench.robustness.scenes import fractal

SIDE = 320


def grounds(rng: np.random.Generator) -> Iterator[Picture]:
    """White, black, middle grey, a ramp, and two textures."""
    for shade in (255, 0, 128):
        yield Image.new("RGB", (SIDE, SIDE), (shade, shade, shade))
    ramp = np.linspace(30, 220, SIDE)[:, None, None] * np.ones((SIDE, SIDE, 3))
    yield Image.fromarray(ramp.astype(np.uint8), "RGB")
    for strength in (40, 70):
        texture = 128 + strength * fractal(rng, SIDE, SIDE)[..., None] + np.zeros(3)
        yield Image.fromarray(texture.clip(0, 255).astype(np.uint8), "RGB")


PARTS = (0.66, 0.22, 0.42, 0.3)
"""How wide a sticker is met, of the picture's side: in turn over the grounds."""


def laid(ground: Picture, sticker: Image.Image, part: float) -> Picture:
    """The sticker (RGBA) in the middle, `part` of the side wide."""
    side = round(SIDE * part)
    scaled = sticker.resize((side, side), Image.Resampling.LANCZOS)
    result = ground.copy()
    result.paste(scaled, ((SIDE - side) // 2, (SIDE - side) // 2), scaled)
    return result
