"""Frames of interfaces: phones, desktops, players, chats, with an empty place where the picture would be.

In: seeds. Out: pictures. Next: `pictures`. Drawn after no product; proportions and elements that such
screens share.
"""

from collections.abc import Iterator

import numpy as np
from PIL import Image, ImageDraw

from bench.robustness.alterations.base import Colour, Context, Picture
from bench.robustness.alterations.borders import desktop_screenshot, phone_screenshot
from bench.robustness.alterations.writing import sentence, text_at

EACH = 40


def pictures() -> Iterator[Picture]:
    """Phones, desktops, chats, players and tiled thumbnails, light and dark."""
    rng = np.random.default_rng(20261126)
    context = Context(rng, ())
    for place in range(EACH):
        shade = (30, 90, 128, 180, 235)[place % 5]
        hole = Image.new("RGB", ((640, 480), (480, 640), (600, 600))[place % 3], (shade, shade, shade))
        yield phone_screenshot(hole, context)
        yield desktop_screenshot(hole, context)
        yield _chat(rng)
        yield _player(rng, shade)
        yield _store(rng)


def _shades(rng: np.random.Generator) -> tuple[Colour, Colour, Colour]:
    if rng.random() < 0.5:
        return (17, 17, 20), (240, 240, 240), (60, 62, 66)
    return (250, 250, 250), (20, 20, 20), (226, 228, 232)


def _any(rng: np.random.Generator) -> Colour:
    red, green, blue = (int(v) for v in rng.integers(40, 236, 3))
    return red, green, blue


def _chat(rng: np.random.Generator) -> Picture:
    ground, ink, faint = _shades(rng)
    screen = Image.new("RGB", (540, 960), ground)
    draw = ImageDraw.Draw(screen)
    draw.rectangle((0, 0, 540, 90), fill=faint)
    draw.ellipse((60, 34, 108, 82), fill=_any(rng))
    text_at(screen, (120, 44), sentence(rng, 2), 22, ink)
    draw.line([(34, 46), (20, 58), (34, 70)], ink, 4)
    top, mine = 110, _any(rng)
    while top < 860:
        own, tall = rng.random() < 0.5, int(rng.integers(46, 110))
        wide = int(rng.integers(180, 400))
        left = 520 - wide if own else 20
        draw.rounded_rectangle((left, top, left + wide, top + tall), 22, mine if own else faint)
        for row in range(max(1, tall // 34)):
            text_at(screen, (left + 16, top + 10 + 30 * row), sentence(rng, wide // 60), 19, ink)
        top += tall + 16
    draw.rounded_rectangle((60, 900, 470, 946), 22, faint)
    draw.ellipse((484, 900, 530, 946), fill=mine)
    return screen


def _player(rng: np.random.Generator, shade: int) -> Picture:
    screen = Image.new("RGB", (960, 540), (shade, shade, shade))
    draw = ImageDraw.Draw(screen)
    draw.ellipse((430, 220, 530, 320), fill=(0, 0, 0))
    draw.polygon([(465, 245), (465, 295), (508, 270)], (255, 255, 255))
    at = float(rng.uniform(60, 900))
    draw.line((30, 490, 930, 490), (200, 200, 200), 5)
    draw.line((30, 490, at, 490), (230, 20, 20), 5)
    draw.ellipse((at - 9, 481, at + 9, 499), fill=(230, 20, 20))
    draw.polygon([(34, 506), (34, 528), (52, 517)], (255, 255, 255))
    text_at(
        screen,
        (80, 506),
        f"{rng.integers(0, 9)}:{rng.integers(10, 59)} / {rng.integers(10, 59)}:{rng.integers(10, 59)}",
        18,
        (255, 255, 255),
    )
    for left in (820, 860, 900):
        draw.rectangle((left, 508, left + 24, 526), outline=(255, 255, 255), width=3)
    return screen


def _store(rng: np.random.Generator) -> Picture:
    ground, ink, faint = _shades(rng)
    screen = Image.new("RGB", (900, 900), ground)
    draw = ImageDraw.Draw(screen)
    draw.rectangle((0, 0, 900, 70), fill=_any(rng))
    text_at(screen, (24, 18), sentence(rng, 1), 30, (255, 255, 255))
    draw.rounded_rectangle((260, 16, 700, 54), 10, (255, 255, 255))
    for row in range(3):
        for column in range(3):
            left, top = 30 + 290 * column, 100 + 265 * row
            draw.rectangle((left, top, left + 260, top + 180), fill=faint)
            text_at(screen, (left, top + 190), sentence(rng, 4), 18, ink)
            for star in range(5):
                draw.regular_polygon((left + 12 + 26 * star, top + 234, 10), 5, fill=(240, 180, 20))
    return screen
