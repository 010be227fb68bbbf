"""Shared overlays drawn after the thresholds of `repit_engine.anchors.shades` and the background set.

In: pictures. Out: `HELD_OUT`, as `shared.OVERLAYS`. Next: `report_decided`. The breadth of a match was chosen
with these in view; `shared_textured` says whether it holds elsewhere.
"""

import math
from collections.abc import Mapping
from typing import Final

import numpy as np
from PIL import Image, ImageDraw

from bench.robustness.alterations.base import Picture, fitted
from bench.robustness.scenes import fractal
from bench.robustness.shared_wider import BLACK, SIZE, WHITE, Overlay, dejavu, square_of, worn

# --- stickers and marks -------------------------------------------------------------------------------------


def _wink() -> Image.Image:
    def drawer(draw: ImageDraw.ImageDraw) -> None:
        draw.rounded_rectangle((10, 10, 230, 230), 60, (120, 60, 200))
        draw.text((120, 118), chr(0x1F609), WHITE, dejavu("DejaVuSans.ttf", 190), anchor="mm")

    return square_of(drawer)


def _crown() -> Image.Image:
    def drawer(draw: ImageDraw.ImageDraw) -> None:
        points = [(20, 190), (10, 70), (70, 120), (120, 40), (170, 120), (230, 70), (220, 190)]
        draw.polygon(points, (240, 190, 40), (140, 90, 10), 6)
        for left, colour in ((40, (200, 30, 50)), (105, (40, 90, 200)), (170, (30, 150, 80))):
            draw.ellipse((left, 146, left + 30, 176), colour, (90, 60, 0), 3)

    return square_of(drawer)


def _disguise() -> Image.Image:
    """Round spectacles above a moustache."""

    def drawer(draw: ImageDraw.ImageDraw) -> None:
        for left in (12, 132):
            draw.ellipse((left, 30, left + 96, 126), None, BLACK, 10)
        draw.arc((96, 50, 144, 98), 190, 350, BLACK, 9)
        draw.chord((30, 150, 130, 220), 150, 350, BLACK)
        draw.chord((110, 150, 210, 220), 190, 390, BLACK)

    return square_of(drawer)


def _flag() -> Image.Image:
    """Three colours that wave, lit in folds."""
    y, x = np.mgrid[0:SIZE, 0:SIZE].astype(float)
    fold = np.sin(x / 26 + y / 90)
    bands = np.array([[0, 85, 164], [255, 255, 255], [239, 65, 53]], float)[(x // 80).astype(int)]
    inside = (y + 10 * fold > 45) & (y + 10 * fold < 195)
    rgb = bands * (0.78 + 0.22 * fold)[..., None]
    pixels = np.concatenate([rgb, np.where(inside, 255.0, 0.0)[..., None]], axis=2)
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8), "RGBA")


def _stamp() -> Image.Image:
    def drawer(draw: ImageDraw.ImageDraw) -> None:
        draw.rectangle((8, 80, 232, 160), None, (200, 20, 20), 9)
        draw.text((120, 120), "INTERDIT", (200, 20, 20), dejavu("DejaVuSans-Bold.ttf", 40), anchor="mm")

    return square_of(drawer).rotate(20, Image.Resampling.BICUBIC)


def _medal() -> Image.Image:
    """Bronze with a grain, two letters cut into it."""
    y, x = np.mgrid[-1 : 1 : SIZE * 1j, -1 : 1 : SIZE * 1j]
    grain = fractal(np.random.default_rng(20261203), SIZE, SIZE)
    light = (0.75 + 0.3 * grain - 0.25 * x - 0.2 * y)[..., None] * np.array([205.0, 150.0, 90.0])
    alpha = np.where(np.hypot(x, y) < 0.95, 255.0, 0.0)[..., None]
    pixels = np.concatenate([light, alpha], axis=2).clip(0, 255).astype(np.uint8)
    sticker = Image.fromarray(pixels, "RGBA")
    draw = ImageDraw.Draw(sticker)
    draw.ellipse((26, 26, 214, 214), None, (110, 70, 30), 6)
    draw.text((120, 120), "No1", (90, 55, 20), dejavu("DejaVuSerif-Bold.ttf", 84), anchor="mm")
    return sticker


# --- text over or beside the picture ------------------------------------------------------------------------


def _hashtags(picture: Picture) -> Picture:
    result = picture.copy()
    draw = ImageDraw.Draw(result)
    font = dejavu("DejaVuSans.ttf", max(8, round(picture.width * 0.04)))
    lines = ("#nofilter #sunday #throwback", "@best.of.the.week", "link in bio !!")
    for row, line in enumerate(lines):
        at = (picture.width * 0.05, picture.height * (0.74 + 0.08 * row))
        draw.text(at, line, WHITE, font, stroke_width=1, stroke_fill=(60, 60, 60))
    return result


def _typed(picture: Picture) -> Picture:
    """Typewriter on cream above."""
    bar = round(picture.height * 0.3)
    result = Image.new("RGB", (picture.width, picture.height + bar), (250, 243, 220))
    result.paste(picture, (0, bar))
    font = dejavu("DejaVuSansMono.ttf", max(8, round(bar * 0.17)))
    draw = ImageDraw.Draw(result)
    for row, line in enumerate(("me: i will sleep early", "also me at 3 am:", "(nobody saw this)")):
        draw.text((picture.width * 0.05, bar * (0.1 + 0.28 * row)), line, (50, 40, 30), font)
    return result


def _subtitles(picture: Picture) -> Picture:
    result = picture.copy()
    draw = ImageDraw.Draw(result)
    size = max(9, round(picture.height * 0.07))
    font = dejavu("DejaVuSans-BoldOblique.ttf", size)
    for row, line in enumerate(("- Tu reviens quand ?", "- Je ne sais pas encore.")):
        at = (picture.width / 2, picture.height * 0.82 + row * size * 1.25)
        draw.text(
            at, line, (255, 230, 60), font, anchor="mm", stroke_width=max(1, size // 9), stroke_fill=BLACK
        )
    return result


# --- interfaces ---------------------------------------------------------------------------------------------


def _viewfinder(picture: Picture) -> Picture:
    result = picture.copy()
    draw = ImageDraw.Draw(result)
    width, height = picture.size
    unit = max(4, round(min(width, height) * 0.12))
    for across, right in ((0.06, 1), (0.94, -1)):
        for down, below in ((0.08, 1), (0.92, -1)):
            at = (width * across, height * down)
            draw.line(
                [(at[0] + right * unit, at[1]), at, (at[0], at[1] + below * unit)], WHITE, max(2, unit // 10)
            )
    font = dejavu("DejaVuSansMono-Bold.ttf", max(8, unit // 2))
    draw.ellipse(
        (width * 0.09, height * 0.12, width * 0.09 + unit / 2, height * 0.12 + unit / 2), (230, 20, 20)
    )
    draw.text((width * 0.09 + unit * 0.7, height * 0.12), "REC 00:01:37", WHITE, font)
    draw.text((width * 0.91, height * 0.86), "ISO 400 f/2.8", WHITE, font, anchor="rs")
    return result


def _card(picture: Picture) -> Picture:
    """A dating card: the picture fills a phone, a dark ramp below, a name, round buttons."""
    screen = Image.new("RGB", (500, 900), (245, 245, 247))
    inside = fitted(picture, 480, 700)
    screen.paste(inside, ((500 - inside.width) // 2, 60))
    foot = 60 + inside.height
    ramp = np.linspace(0, 200, 140)[:, None].repeat(inside.width, axis=1).astype(np.uint8)
    screen.paste((0, 0, 0), ((500 - inside.width) // 2, foot - 140), Image.fromarray(ramp))
    draw = ImageDraw.Draw(screen)
    draw.text((36, foot - 62), "Camille, 24", WHITE, dejavu("DejaVuSans-Bold.ttf", 32))
    draw.text((36, foot - 24), "à 3 km d'ici", WHITE, dejavu("DejaVuSans.ttf", 16))
    for place, colour in enumerate(((240, 90, 90), (90, 150, 240), (80, 200, 140))):
        left = 80 + 130 * place
        draw.ellipse((left, foot + 30, left + 80, foot + 110), WHITE, colour, 6)
        corners = [
            (left + 40 + 20 * math.cos(a), foot + 70 + 20 * math.sin(a))
            for a in (2.1 * place + i * 2 * math.pi / (3 + place) for i in range(3 + place))
        ]
        draw.polygon(corners, colour)
    return screen


def _shop(picture: Picture) -> Picture:
    screen = Image.new("RGB", (1100, 760), WHITE)
    draw = ImageDraw.Draw(screen)
    draw.rectangle((0, 0, 1100, 64), (250, 130, 30))
    bold, plain = dejavu("DejaVuSans-Bold.ttf", 26), dejavu("DejaVuSans.ttf", 19)
    draw.text((30, 32), "brocante.test", WHITE, bold, anchor="lm")
    draw.rounded_rectangle((320, 14, 900, 50), 8, (255, 240, 225))
    inside = fitted(picture, 600, 560)
    screen.paste(inside, (30, 100))
    draw.text((670, 104), "Cadre ancien, bois doré", (30, 30, 30), bold)
    draw.text((670, 150), "Vu 218 fois, 3 offres", (110, 110, 110), plain)
    draw.text((670, 200), "45,00 €", (200, 60, 20), dejavu("DejaVuSerif-Bold.ttf", 44))
    draw.rounded_rectangle((670, 280, 1060, 336), 10, (250, 130, 30))
    draw.text((865, 308), "Acheter", WHITE, bold, anchor="mm")
    for row, line in enumerate(
        ("Remise en main propre", "Livraison 5,90 €", "Paiement sécurisé", "Retour 14 jours")
    ):
        draw.rectangle((670, 372 + 44 * row, 690, 392 + 44 * row), (90, 170, 110))
        draw.text((704, 370 + 44 * row), line, (60, 60, 60), plain)
    return screen


HELD_OUT: Final[Mapping[str, Overlay]] = {
    "wink, 10 %": worn(_wink, 0.1, 0.6, 0.6),
    "crown, 9 %": worn(_crown, 0.09, 0.45, 0.1),
    "disguise, 14 %": worn(_disguise, 0.14, 0.5, 0.5),
    "waving flag, 12 %": worn(_flag, 0.12, 0.3, 0.4),
    "stamp, 14 %": worn(_stamp, 0.14, 0.6, 0.3),
    "medal, 9 %": worn(_medal, 0.09, 0.9, 0.85),
    "hashtags": _hashtags,
    "typed bar": _typed,
    "subtitles": _subtitles,
    "viewfinder": _viewfinder,
    "card": _card,
    "shop": _shop,
}
