"""Drawn stickers and marks: faces, hearts, stars, arrows, bubbles, badges, monograms, play buttons.

In: seeds. Out: pictures with one each. Next: `pictures`. Each is drawn in many proportions, because a list
of one drawing stops that drawing alone.
"""

import math
from collections.abc import Callable, Iterator

import numpy as np
from PIL import Image, ImageDraw

from bench.background.grounds import PARTS, grounds, laid
from bench.robustness.alterations.base import Colour, Picture
from bench.robustness.alterations.writing import font

SIZE = 200
Drawer = Callable[[ImageDraw.ImageDraw, np.random.Generator], None]
YELLOWS: tuple[Colour, ...] = ((255, 204, 77), (255, 220, 0), (255, 230, 120), (250, 190, 40))


def _any(rng: np.random.Generator) -> Colour:
    red, green, blue = (int(v) for v in rng.integers(0, 256, 3))
    return red, green, blue


def _face(draw: ImageDraw.ImageDraw, rng: np.random.Generator) -> None:
    skin = YELLOWS[int(rng.integers(len(YELLOWS)))]
    outline = None if rng.random() < 0.5 else (120, 80, 10)
    draw.ellipse((3, 3, 197, 197), skin, outline, 4)
    apart, high = rng.uniform(28, 42), rng.uniform(62, 84)
    wide, tall = rng.uniform(7, 15), rng.uniform(8, 22)
    dark = (0, 0, 0) if rng.random() < 0.5 else (90, 60, 20)
    for x in (100 - apart, 100 + apart):
        draw.ellipse((x - wide, high - tall, x + wide, high + tall), dark)
    left, top, low = rng.uniform(38, 62), rng.uniform(60, 92), rng.uniform(140, 172)
    box = (left, top, 200 - left, low)
    if rng.random() < 0.5:
        draw.pieslice(box, 10, 170, dark if rng.random() < 0.5 else (150, 30, 30))
    else:
        draw.arc(box, 15, 165, dark, int(rng.integers(5, 12)))


def _heart(draw: ImageDraw.ImageDraw, rng: np.random.Generator) -> None:
    steep = rng.uniform(0.85, 1.15)
    points = []
    for step in range(120):
        t = 2 * math.pi * step / 120
        x = 16 * math.sin(t) ** 3
        y = 13 * math.cos(t) - 5 * math.cos(2 * t) - 2 * math.cos(3 * t) - math.cos(4 * t)
        points.append((100 + 5.6 * x, 95 - 5.4 * y * steep))
    draw.polygon(points, (int(rng.integers(180, 256)), int(rng.integers(0, 80)), int(rng.integers(20, 120))))


def _star(draw: ImageDraw.ImageDraw, rng: np.random.Generator) -> None:
    corners, inner = int(rng.choice([5, 5, 5, 6, 8, 12])), rng.uniform(0.35, 0.6)
    points = []
    for corner in range(2 * corners):
        radius = 96 * (1 if corner % 2 == 0 else inner)
        angle = math.pi * corner / corners - math.pi / 2
        points.append((100 + radius * math.cos(angle), 100 + radius * math.sin(angle)))
    draw.polygon(points, _any(rng), _any(rng), int(rng.integers(1, 7)))


def _arrow(draw: ImageDraw.ImageDraw, rng: np.random.Generator) -> None:
    half = rng.uniform(14, 30)
    points = [
        (5, 100 - half),
        (115, 100 - half),
        (115, 40),
        (195, 100),
        (115, 160),
        (115, 100 + half),
        (5, 100 + half),
    ]
    turn = int(rng.integers(4))
    for _ in range(turn):
        points = [(200 - y, x) for x, y in points]
    draw.polygon(points, (220, 20, 20) if rng.random() < 0.6 else _any(rng))


def _bubble(draw: ImageDraw.ImageDraw, rng: np.random.Generator) -> None:
    draw.ellipse((5, 15, 195, 150), (255, 255, 255), (0, 0, 0), 4)
    foot = rng.uniform(40, 150)
    draw.polygon([(foot, 140), (foot + 30, 140), (foot - 5, 190)], (255, 255, 255), (0, 0, 0))
    draw.text((100, 82), "LOL" if rng.random() < 0.5 else "WOW!", (0, 0, 0), font(46), anchor="mm")


def _badge(draw: ImageDraw.ImageDraw, rng: np.random.Generator) -> None:
    draw.ellipse((4, 4, 196, 196), _any(rng), (255, 255, 255), int(rng.integers(3, 14)))
    words = ("18+", "NEW", "HOT", "HD", "4K", "XXX", "VIP", "TOP", "OK", "NO")
    draw.text(
        (100, 100), str(rng.choice(words)), (255, 255, 255), font(int(rng.integers(58, 92))), anchor="mm"
    )


def _monogram(draw: ImageDraw.ImageDraw, rng: np.random.Generator) -> None:
    draw.rounded_rectangle((8, 8, 192, 192), int(rng.integers(0, 60)), _any(rng))
    letter = chr(int(rng.integers(ord("A"), ord("Z") + 1)))
    draw.text((100, 98), letter, (255, 255, 255), font(int(rng.integers(110, 165))), anchor="mm")


def _play(draw: ImageDraw.ImageDraw, rng: np.random.Generator) -> None:
    ground = (230, 30, 30) if rng.random() < 0.5 else (20, 20, 20)
    if rng.random() < 0.5:
        draw.rounded_rectangle((5, 35, 195, 165), 34, ground)
    else:
        draw.ellipse((10, 10, 190, 190), ground)
    draw.polygon([(80, 68), (80, 132), (136, 100)], (255, 255, 255))


def _glasses(draw: ImageDraw.ImageDraw, rng: np.random.Generator) -> None:
    draw.rectangle((4, 70, 196, 84), (0, 0, 0))
    drop = rng.uniform(105, 130)
    for left in (14, 108):
        draw.rounded_rectangle((left, 76, left + 78, drop), 20, (0, 0, 0))
    draw.line((30, 84, 56, 100), (255, 255, 255), 5)
    draw.line((124, 84, 150, 100), (255, 255, 255), 5)


def _ring(draw: ImageDraw.ImageDraw, rng: np.random.Generator) -> None:
    draw.ellipse((10, 10, 190, 190), None, (220, 20, 20), int(rng.integers(8, 30)))
    if rng.random() < 0.5:
        draw.line((40, 40, 160, 160), (220, 20, 20), 18)


DRAWERS: tuple[tuple[Drawer, int], ...] = (
    (_face, 24),
    (_heart, 8),
    (_star, 16),
    (_arrow, 12),
    (_bubble, 6),
    (_badge, 16),
    (_monogram, 40),
    (_play, 6),
    (_glasses, 4),
    (_ring, 6),
)


def stickers() -> Iterator[Image.Image]:
    """Every drawn sticker as an RGBA square."""
    rng = np.random.default_rng(20261124)
    for drawer, count in DRAWERS:
        for _ in range(count):
            square = Image.new("RGBA", (SIZE, SIZE), (0, 0, 0, 0))
            drawer(ImageDraw.Draw(square), rng)
            yield square


def pictures() -> Iterator[Picture]:
    """Every sticker on every ground, at one of four sizes."""
    rng = np.random.default_rng(20261125)
    for sticker in stickers():
        for place, ground in enumerate(grounds(rng)):
            yield laid(ground, sticker, PARTS[place % len(PARTS)])
