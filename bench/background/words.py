"""Words over and beside pictures: boxes of text, banners, captions, marks, on textured grounds.

In: seeds. Out: pictures. Next: `pictures`. `sheets` has them on blank ones; a square about a word also sees
what lies behind or beside it.
"""

from collections.abc import Iterator

import numpy as np
from PIL import Image, ImageDraw

from bench.robustness.alterations.base import Context, Picture
from bench.robustness.alterations.borders import captioned
from bench.robustness.alterations.overlays import corner_mark, meme_text
from bench.robustness.alterations.writing import sentence, text_at
from bench.robustness.scenes import fractal

EACH = 30


def pictures() -> Iterator[Picture]:
    """Captions of several heights, boxes, banners, meme text, corner marks."""
    rng = np.random.default_rng(20261131)
    context = Context(rng, ())
    for place in range(EACH):
        part = (0.1, 0.14, 0.2, 0.28, 0.35)[place % 5]
        yield captioned(part, above=bool(place % 2), dark=bool(place % 3))(_ground(rng), context)
        yield meme_text((0.06, 0.1, 0.14, 0.18)[place % 4])(_ground(rng), context)
        yield corner_mark((0.15, 0.25, 0.4)[place % 3], (0.6, 1.0)[place % 2])(_ground(rng), context)
        yield _box(rng)
        yield _banner(rng)


def _ground(rng: np.random.Generator) -> Picture:
    size = ((360, 480), (480, 360))[int(rng.integers(2))]
    texture = rng.uniform(60, 190) + rng.uniform(20, 70) * fractal(rng, *size)[..., None] + np.zeros(3)
    return Image.fromarray(texture.clip(0, 255).astype(np.uint8), "RGB")


def _box(rng: np.random.Generator) -> Picture:
    picture = _ground(rng)
    draw = ImageDraw.Draw(picture)
    size = int(rng.integers(14, 34))
    rows = int(rng.integers(1, 4))
    left, top = picture.width * 0.1, picture.height * rng.uniform(0.1, 0.6)
    dark = rng.random() < 0.4
    ground, ink = ((20, 20, 24), (250, 250, 250)) if dark else ((255, 255, 255), (20, 20, 20))
    draw.rounded_rectangle(
        (left, top, picture.width * 0.9, top + (1.4 * rows + 0.6) * size), size / 2, ground
    )
    for row in range(rows):
        words = sentence(rng, max(1, 18 * 12 // size // 6))
        text_at(picture, (left + size, top + size * (0.3 + 1.4 * row)), words, size, ink)
    return picture


def _banner(rng: np.random.Generator) -> Picture:
    picture = _ground(rng)
    draw = ImageDraw.Draw(picture)
    tall = int(picture.height * rng.uniform(0.1, 0.22))
    top = int(picture.height * rng.uniform(0.65, 0.78))
    red, green, blue = (int(v) for v in rng.integers(0, 200, 3))
    draw.rectangle((0, top, picture.width, top + tall), (red, green, blue))
    draw.rectangle((0, top, picture.width * 0.2, top + tall * 0.4), (210, 20, 30))
    text_at(picture, (6, top + 1), "LIVE", max(8, round(tall * 0.3)), (255, 255, 255))
    text_at(picture, (6, top + tall * 0.45), sentence(rng, 4), max(9, round(tall * 0.42)), (255, 255, 255))
    return picture
