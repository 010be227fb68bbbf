"""Alterations that put something on a picture: marks, stickers, mosaics, meme text, scribbles.

In: a picture. Out: the picture with part of it covered. Next: `suite`, and `shared`, which puts one sticker
on many.
"""

import math
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw

from bench.robustness.alterations.base import Context, Picture, Step, resized
from bench.robustness.alterations.writing import font, sentence, text_at, wrapped

Sticker = Callable[[int], Image.Image]
"""A size in pixels to an RGBA square."""


def corner_mark(part: float = 0.3, opacity: float = 0.85) -> Step:
    """A site's name in a corner, `part` of the width wide."""

    def run(picture: Picture, context: Context) -> Picture:
        text = "@" + sentence(context.rng, 2).replace(" ", "").lower()
        size = max(8, round(picture.width * part / max(4.0, len(text) * 0.55)))
        mark = Image.new("RGBA", (round(picture.width * part) + size, round(size * 1.6)), (0, 0, 0, 0))
        ImageDraw.Draw(mark).text(
            (size * 0.3, size * 0.15),
            text,
            (255, 255, 255, round(255 * opacity)),
            font(size),
            stroke_width=1,
            stroke_fill=(0, 0, 0, round(160 * opacity)),
        )
        right, low = context.sign() > 0, context.sign() > 0
        at = (picture.width - mark.width if right else 4, picture.height - mark.height - 4 if low else 4)
        return _over(picture, mark, at)

    return run


def diagonal_mark(opacity: float = 0.45) -> Step:
    """One large word across the picture."""

    def run(picture: Picture, context: Context) -> Picture:
        text = sentence(context.rng, 2).upper()
        size = max(10, round(picture.width * 1.1 / (len(text) * 0.62)))
        mark = Image.new("RGBA", (round(font(size).getlength(text)) + 8, round(size * 1.4)), (0, 0, 0, 0))
        ink = (255, 255, 255, round(255 * opacity))
        ImageDraw.Draw(mark).text((4, 0), text, ink, font(size))
        angle = math.degrees(math.atan2(picture.height, picture.width)) * context.sign()
        mark = mark.rotate(angle, Image.Resampling.BICUBIC, expand=True)
        return _over(picture, mark, ((picture.width - mark.width) // 2, (picture.height - mark.height) // 2))

    return run


def tiled_marks(opacity: float = 0.35, step: float = 0.3) -> Step:
    """The same word all over, slanted, as stock libraries do."""

    def run(picture: Picture, context: Context) -> Picture:
        text = sentence(context.rng, 1) + ".example"
        size = max(9, round(picture.width * 0.042))
        mark = Image.new("RGBA", (round(font(size).getlength(text)) + 6, round(size * 1.5)), (0, 0, 0, 0))
        ImageDraw.Draw(mark).text((3, 0), text, (255, 255, 255, round(255 * opacity)), font(size))
        mark = mark.rotate(30, Image.Resampling.BICUBIC, expand=True)
        across, down = max(8, round(picture.width * step)), max(8, round(picture.width * step * 0.6))
        result = picture
        for row, top in enumerate(range(-down, picture.height, down)):
            for left in range(-across, picture.width, across):
                result = _over(result, mark, (left + (row % 2) * across // 2, top))
        return result

    return run


def face(size: int) -> Image.Image:
    """A yellow face, drawn: the suite's own sticker, from no font."""
    sticker = Image.new("RGBA", (size, size), (0, 0, 0, 0))
    draw = ImageDraw.Draw(sticker)
    unit = size / 100
    draw.ellipse(
        (2 * unit, 2 * unit, 98 * unit, 98 * unit), (255, 204, 77, 255), (190, 130, 20, 255), round(2 * unit)
    )
    for left in (27, 61):
        draw.ellipse((left * unit, 30 * unit, (left + 12) * unit, 50 * unit), (90, 60, 20, 255))
    draw.pieslice((24 * unit, 36 * unit, 76 * unit, 84 * unit), 10, 170, (120, 30, 30, 255))
    return sticker


def heart(size: int) -> Image.Image:
    sticker = Image.new("RGBA", (size, size), (0, 0, 0, 0))
    draw = ImageDraw.Draw(sticker)
    unit = size / 100
    draw.ellipse((6 * unit, 12 * unit, 54 * unit, 58 * unit), (221, 46, 68, 255))
    draw.ellipse((46 * unit, 12 * unit, 94 * unit, 58 * unit), (221, 46, 68, 255))
    draw.polygon([(8 * unit, 44 * unit), (92 * unit, 44 * unit), (50 * unit, 94 * unit)], (221, 46, 68, 255))
    return sticker


def star(size: int) -> Image.Image:
    sticker = Image.new("RGBA", (size, size), (0, 0, 0, 0))
    points = []
    for corner in range(10):
        radius = 0.48 if corner % 2 == 0 else 0.2
        angle = math.pi * corner / 5 - math.pi / 2
        points.append((size * (0.5 + radius * math.cos(angle)), size * (0.5 + radius * math.sin(angle))))
    ImageDraw.Draw(sticker).polygon(points, (30, 120, 230, 255), (255, 255, 255, 255), max(1, size // 40))
    return sticker


STICKERS: tuple[Sticker, ...] = (face, heart, star)


def stickered(area: float, count: int = 1, stickers: tuple[Sticker, ...] = STICKERS) -> Step:
    """`count` stickers that together cover about `area` of the picture, slightly turned, anywhere."""

    def run(picture: Picture, context: Context) -> Picture:
        side = max(8, round(math.sqrt(picture.width * picture.height * area / count)))
        side = min(side, *picture.size)
        result = picture
        for _ in range(count):
            sticker = stickers[int(context.rng.integers(len(stickers)))](side)
            sticker = sticker.rotate(context.between(-15, 15), Image.Resampling.BICUBIC)
            at = (
                round(context.between(0, picture.width - side)),
                round(context.between(0, picture.height - side)),
            )
            result = _over(result, sticker, at)
        return result

    return run


def mosaic(area: float, blocks: int = 8) -> Step:
    """A central region made of large squares, as faces are hidden."""

    def run(picture: Picture, context: Context) -> Picture:
        wide, tall = round(picture.width * math.sqrt(area)), round(picture.height * math.sqrt(area))
        left = round((picture.width - wide) * context.between(0.3, 0.7))
        top = round((picture.height - tall) * context.between(0.2, 0.6))
        region = picture.crop((left, top, left + wide, top + tall)).resize(
            (blocks, blocks), Image.Resampling.BOX
        )
        result = picture.copy()
        result.paste(region.resize((wide, tall), Image.Resampling.NEAREST), (left, top))
        return result

    return run


def meme_text(part: float = 0.12) -> Step:
    """White capitals edged in black, above and below."""

    def run(picture: Picture, context: Context) -> Picture:
        result = picture.copy()
        size = max(10, round(picture.height * part))
        for top in (picture.height * 0.02, picture.height * 0.97 - size * 1.2):
            text = wrapped(sentence(context.rng, 6).upper(), size, picture.width * 0.94, 1)[0]
            left = (picture.width - font(size).getlength(text)) / 2
            text_at(result, (left, top), text, size, (255, 255, 255), (0, 0, 0))
        return result

    return run


def scribbled(strokes: int, part: float = 0.02) -> Step:
    """Thick freehand strokes across the picture, each `part` of the width thick."""

    def run(picture: Picture, context: Context) -> Picture:
        result = picture.copy()
        draw = ImageDraw.Draw(result)
        thick = max(2, round(picture.width * part))
        for _ in range(strokes):
            start = context.rng.uniform(0.05, 0.95, 2)
            walk = np.cumsum(context.rng.normal(0, 0.09, (14, 2)), 0) + start
            points = [(float(x) * picture.width, float(y) * picture.height) for x, y in walk]
            draw.line(points, context.colour(), thick, "curve")
        return result

    return run


def _over(picture: Picture, layer: Image.Image, at: tuple[int, int]) -> Picture:
    result = picture.copy()
    result.paste(layer, at, layer)
    return result


def sticker_at(picture: Picture, sticker: Image.Image, area: float, across: float, down: float) -> Picture:
    """One given RGBA sticker over `area` of the picture, its free room split at `across` and `down`."""
    side = min(max(8, round(math.sqrt(picture.width * picture.height * area))), *picture.size)
    layer = sticker if sticker.width == side else _rgba_resized(sticker, side)
    return _over(
        picture, layer, (round((picture.width - side) * across), round((picture.height - side) * down))
    )


def _rgba_resized(sticker: Image.Image, side: int) -> Image.Image:
    red, green, blue, alpha = resized(sticker, side, side).split()
    return Image.merge("RGBA", (red, green, blue, alpha))
