"""Blank sheets, pages of text, captions, subtitles and empty meme frames.

In: seeds. Out: pictures. Next: `pictures`.
"""

from collections.abc import Iterator

import numpy as np
from PIL import Image, ImageDraw

from bench.robustness.alterations.base import Colour, Context, Picture
from bench.robustness.alterations.borders import captioned
from bench.robustness.alterations.overlays import meme_text, tiled_marks
from bench.robustness.alterations.writing import sentence, text_at

EACH = 40


def pictures() -> Iterator[Picture]:
    """Pages, notes, captions, meme frames, subtitles, marks."""
    rng = np.random.default_rng(20261127)
    context = Context(rng, ())
    for place in range(EACH):
        shade = (255, 240, 128, 40, 0)[place % 5]
        blank = Image.new("RGB", ((640, 480), (480, 640))[place % 2], (shade, shade, shade))
        yield _page(rng)
        yield _ruled(rng)
        yield captioned(0.25, above=bool(place % 2), dark=bool(place % 3))(blank, context)
        yield meme_text(0.14)(blank, context)
        yield tiled_marks(0.6)(blank, context)
        yield _subtitled(rng, blank)
        yield _large_word(rng)


def _page(rng: np.random.Generator) -> Picture:
    sheet = Image.new("RGB", (620, 877), (255, 255, 255))
    size = int(rng.integers(12, 22))
    top = 60
    text_at(sheet, (60, top), sentence(rng, 4), size * 2, (0, 0, 0))
    top += size * 3
    while top < 800:
        text_at(sheet, (60, top), sentence(rng, 900 // (size * 6)), size, (20, 20, 20))
        top += round(size * (1.4 if rng.random() < 0.85 else 2.8))
    return sheet


def _ruled(rng: np.random.Generator) -> Picture:
    sheet = Image.new("RGB", (600, 800), (252, 250, 244))
    draw = ImageDraw.Draw(sheet)
    step = int(rng.integers(18, 40))
    for top in range(step, 800, step):
        draw.line((0, top, 600, top), (150, 180, 220), 2)
    if rng.random() < 0.5:
        for left in range(step, 600, step):
            draw.line((left, 0, left, 800), (150, 180, 220), 2)
    return sheet


def _subtitled(rng: np.random.Generator, blank: Picture) -> Picture:
    result = blank.copy()
    size = max(14, result.height // 18)
    for row in range(2):
        top = result.height * 0.82 + 1.2 * size * row
        text_at(result, (result.width * 0.12, top), sentence(rng, 5), size, (255, 255, 255), (0, 0, 0))
    return result


def _large_word(rng: np.random.Generator) -> Picture:
    colours: tuple[Colour, Colour] = ((255, 255, 255), (0, 0, 0))
    first = int(rng.integers(2))
    sheet = Image.new("RGB", (640, 480), colours[first])
    for row in range(3):
        text_at(sheet, (30, 40 + 140 * row), sentence(rng, 2).upper(), 96, colours[1 - first])
    return sheet
