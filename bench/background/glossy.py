"""Shaded stickers, faces and buttons, lit from one side: no few shades fill much of them.

In: seeds. Out: pictures with one each. Next: `pictures`. The test of few shades and sharp steps
(`repit_engine.anchors.shades`) is at its weakest here, so the list has to know them.
"""

from collections.abc import Iterator

import numpy as np
from PIL import Image, ImageDraw

from bench.background.grounds import PARTS, grounds, laid
from bench.background.shapes import SIZE
from bench.robustness.alterations.base import Picture

FACES, BUTTONS = 40, 12


def _lit(rng: np.random.Generator, inside: np.ndarray, x: np.ndarray, y: np.ndarray) -> Image.Image:
    """A body of one colour, lighter towards a point."""
    towards, fall = rng.uniform(-0.5, 0.5, 2), rng.uniform(0.3, 0.8)
    light = (1.2 - fall * np.hypot(x - towards[0], y - towards[1])).clip(0.2, 1)
    hue = np.array([255.0, rng.uniform(150, 230), rng.uniform(20, 120)])
    if rng.random() < 0.3:
        hue = rng.uniform(40, 255, 3)
    alpha = np.where(inside, 255.0, 0.0)[..., None]
    pixels = np.concatenate([light[..., None] * hue, alpha], axis=2)
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8), "RGBA")


def _face(rng: np.random.Generator) -> Image.Image:
    y, x = np.mgrid[-1 : 1 : SIZE * 1j, -1 : 1 : SIZE * 1j]
    sticker = _lit(rng, x**2 + y**2 < 0.94, x, y)
    draw = ImageDraw.Draw(sticker)
    apart, high = rng.uniform(26, 40), rng.uniform(68, 90)
    wide, tall = rng.uniform(9, 19), rng.uniform(12, 24)
    dark = tuple(int(v) for v in rng.uniform(0, 90, 3))
    for middle in (100 - apart, 100 + apart):
        draw.ellipse((middle - wide, high - tall, middle + wide, high + tall), dark)
        if rng.random() < 0.7:
            glint = wide * 0.35
            draw.ellipse(
                (middle - 2 * glint, high - tall / 2, middle, high - tall / 2 + 2 * glint), (255, 255, 255)
            )
    left, top, low = rng.uniform(45, 65), rng.uniform(92, 112), rng.uniform(150, 178)
    box = (left, top, 200 - left, low)
    kind = int(rng.integers(3))
    if kind == 0:
        draw.chord(box, 0, 180, (120, 30, 30))
        draw.chord((left + 18, (top + low) / 2 + 8, 182 - left, low - 2), 0, 180, (235, 110, 110))
    elif kind == 1:
        draw.arc(box, 15, 165, dark, int(rng.integers(6, 12)))
    else:
        draw.ellipse((82, 118, 118, 162), (110, 30, 30))
    return sticker


def _button(rng: np.random.Generator) -> Image.Image:
    y, x = np.mgrid[-1 : 1 : SIZE * 1j, -1 : 1 : SIZE * 1j]
    sticker = _lit(rng, x**4 + (1.4 * y) ** 4 < 0.9, x, y)
    ImageDraw.Draw(sticker).polygon([(78, 66), (78, 134), (138, 100)], (255, 255, 255))
    return sticker


def pictures() -> Iterator[Picture]:
    """Every shaded sticker on every ground, at one of four sizes."""
    rng = np.random.default_rng(20261130)
    stickers = [_face(rng) for _ in range(FACES)] + [_button(rng) for _ in range(BUTTONS)]
    for sticker in stickers:
        for place, ground in enumerate(grounds(rng)):
            yield laid(ground, sticker, PARTS[place % len(PARTS)])
