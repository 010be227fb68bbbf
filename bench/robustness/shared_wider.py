"""Shared overlays beside those of the first list: other fonts, sentences, marks and interfaces.

In: pictures. Out: `WIDER`, as `shared.OVERLAYS`. Next: `report`, which counts them apart. None of them is in
the background set, and text is set in DejaVu (which Matplotlib carries), not in Pillow's own font. The
thresholds of `repit_engine.anchors.shades` were chosen with these in view; `shared_held_out` says whether
they hold elsewhere.
"""

import math
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from bench.robustness.alterations.base import Colour, Picture, fitted
from bench.robustness.alterations.overlays import sticker_at

Overlay = Callable[[Picture], Picture]
Drawer = Callable[[ImageDraw.ImageDraw], None]
SIZE: Final = 240
WHITE: Final[Colour] = (255, 255, 255)
BLACK: Final[Colour] = (0, 0, 0)


@cache
def dejavu(name: str, size: int) -> ImageFont.FreeTypeFont:
    """One of the DejaVu fonts, by its file's name."""
    import matplotlib  # noqa: PLC0415 - only this set needs it, and tests without it draw the others

    return ImageFont.truetype(str(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / name), size)


def square_of(drawer: Drawer) -> Image.Image:
    square = Image.new("RGBA", (SIZE, SIZE), (0, 0, 0, 0))
    drawer(ImageDraw.Draw(square))
    return square


def worn(square: Callable[[], Image.Image], area: float, across: float, down: float) -> Overlay:
    return lambda picture: sticker_at(picture, square(), area, across, down)


# --- stickers and marks -------------------------------------------------------------------------------------


def _laughing() -> Image.Image:
    """DejaVu's own line-drawn face with tears, on a disc."""

    def drawer(draw: ImageDraw.ImageDraw) -> None:
        draw.ellipse((20, 20, 220, 220), (255, 190, 50))
        font = dejavu("DejaVuSans.ttf", 210)
        draw.text((120, 120), chr(0x1F602), (60, 30, 0), font, anchor="mm")

    return square_of(drawer)


def _skull() -> Image.Image:
    font = dejavu("DejaVuSans.ttf", 220)
    return square_of(lambda draw: draw.text((120, 120), chr(0x2620), (180, 20, 30), font, anchor="mm"))


def _shield() -> Image.Image:
    def drawer(draw: ImageDraw.ImageDraw) -> None:
        draw.polygon([(20, 20), (220, 20), (220, 130), (120, 230), (20, 130)], (20, 60, 140), WHITE, 8)
        draw.polygon([(40, 40), (200, 40), (200, 90), (40, 90)], (250, 200, 40))
        draw.text((120, 145), "FCR", WHITE, dejavu("DejaVuSerif-Bold.ttf", 62), anchor="mm")

    return square_of(drawer)


def _channel() -> Image.Image:
    """Three overlapping discs above a word, as broadcasters have."""

    def drawer(draw: ImageDraw.ImageDraw) -> None:
        for left, colour in ((10, (230, 60, 60)), (75, (60, 180, 90)), (140, (60, 90, 220))):
            draw.ellipse((left, 30, left + 90, 120), colour, WHITE, 5)
        draw.text((120, 175), "canal 7", WHITE, dejavu("DejaVuSans-Bold.ttf", 56), anchor="mm")

    return square_of(drawer)


def _matrix() -> Image.Image:
    """A square code of 25 by 25 modules; it says nothing."""
    modules = np.random.default_rng(20261201).integers(0, 2, (25, 25), np.uint8) * 255
    code = Image.fromarray(modules).resize((216, 216), Image.Resampling.NEAREST)
    square = Image.new("RGBA", (SIZE, SIZE), (255, 255, 255, 255))
    square.paste(code.convert("RGB"), (12, 12))
    return square


def _ball() -> Image.Image:
    """A shaded face, as glossy emoji are: no two of its shades fill much."""
    y, x = np.mgrid[-1:1:240j, -1:1:240j]
    inside = x**2 + y**2 < 0.92
    light = (1.15 - 0.55 * np.hypot(x + 0.35, y + 0.45)).clip(0.25, 1)
    rgb = light[..., None] * np.array([255.0, 205.0, 60.0])
    alpha = np.where(inside, 255, 0)[..., None]
    square = Image.fromarray(np.concatenate([rgb, alpha], axis=2).clip(0, 255).astype(np.uint8), "RGBA")
    draw = ImageDraw.Draw(square)
    for left in (66, 138):
        draw.ellipse((left, 78, left + 36, 126), (70, 40, 10))
        draw.ellipse((left + 8, 84, left + 20, 98), WHITE)
    draw.chord((62, 120, 178, 208), 0, 180, (120, 30, 30))
    draw.chord((84, 160, 156, 206), 0, 180, (235, 110, 110))
    return square


def _burst() -> Image.Image:
    """A price star of sixteen points with two lines of text."""

    def drawer(draw: ImageDraw.ImageDraw) -> None:
        points = []
        for corner in range(32):
            radius = 115 if corner % 2 == 0 else 88
            angle = math.pi * corner / 16
            points.append((120 + radius * math.cos(angle), 120 + radius * math.sin(angle)))
        draw.polygon(points, (240, 60, 120), WHITE, 4)
        draw.text((120, 98), "gratis", WHITE, dejavu("DejaVuSans-BoldOblique.ttf", 44), anchor="mm")
        draw.text((120, 148), "-70 %", (255, 240, 80), dejavu("DejaVuSans-Bold.ttf", 42), anchor="mm")

    return square_of(drawer)


def _bubble() -> Image.Image:
    def drawer(draw: ImageDraw.ImageDraw) -> None:
        draw.rounded_rectangle((6, 20, 234, 168), 36, WHITE, (30, 30, 30), 5)
        draw.polygon([(70, 160), (112, 160), (60, 222)], WHITE)
        font = dejavu("DejaVuSans-Oblique.ttf", 36)
        for row, line in enumerate(("Warum nur", "schon wieder", "Montag ?")):
            draw.text((120, 52 + 42 * row), line, (30, 30, 30), font, anchor="mm")

    return square_of(drawer)


# --- text over or beside the picture ------------------------------------------------------------------------


def _bar(picture: Picture) -> Picture:
    """Two lines in a serif face, light on dark, below."""
    bar = round(picture.height * 0.22)
    result = Image.new("RGB", (picture.width, picture.height + bar), (24, 24, 28))
    result.paste(picture, (0, 0))
    font = dejavu("DejaVuSerif-Bold.ttf", max(8, round(bar * 0.3)))
    draw = ImageDraw.Draw(result)
    for row, line in enumerate(("Quand le chef arrive en avance", "et que rien n'est rangé")):
        at = (picture.width / 2, picture.height + bar * (0.28 + 0.44 * row))
        draw.text(at, line, (240, 240, 230), font, anchor="mm")
    return result


def _outlined(picture: Picture) -> Picture:
    result = picture.copy()
    draw = ImageDraw.Draw(result)
    size = max(10, round(picture.height * 0.11))
    font = dejavu("DejaVuSans-Bold.ttf", size)
    for line, down in (("ONE DOES NOT SIMPLY", 0.1), ("LEAVE THE KITCHEN", 0.9)):
        at = (picture.width / 2, picture.height * down)
        draw.text(at, line, WHITE, font, anchor="mm", stroke_width=max(1, size // 10), stroke_fill=BLACK)
    return result


def _boxed(picture: Picture) -> Picture:
    """Three lines in a rounded box across the middle, as stories have."""
    result = picture.copy()
    draw = ImageDraw.Draw(result)
    size = max(9, round(picture.width * 0.05))
    font = dejavu("DejaVuSans-Bold.ttf", size)
    middle, top = picture.width / 2, picture.height * 0.55
    wide = picture.width * 0.38
    draw.rounded_rectangle((middle - wide, top, middle + wide, top + 4.6 * size), size // 2, WHITE)
    for row, line in enumerate(("swipe up for the full", "video before it gets", "taken down again")):
        draw.text((middle, top + size * (0.9 + 1.4 * row)), line, (20, 20, 20), font, anchor="mm")
    return result


def _address(picture: Picture) -> Picture:
    """An address across the foot, half see-through, with a shadow."""
    layer = Image.new("RGBA", picture.size, (0, 0, 0, 0))
    draw = ImageDraw.Draw(layer)
    font = dejavu("DejaVuSansMono-Bold.ttf", max(9, round(picture.width * 0.055)))
    at = (picture.width * 0.97, picture.height * 0.95)
    draw.text((at[0] + 2, at[1] + 2), "www.example-leaks.test", (0, 0, 0, 200), font, anchor="rs")
    draw.text(at, "www.example-leaks.test", (255, 255, 255, 210), font, anchor="rs")
    return Image.alpha_composite(picture.convert("RGBA"), layer).convert("RGB")


def _news(picture: Picture) -> Picture:
    """The lower third of a news programme: a ramp, a red flag, two sizes of text."""
    result = picture.copy()
    tall = max(24, round(picture.height * 0.2))
    ramp = np.linspace(20, 120, picture.width)[None, :, None] * np.array([0.3, 0.5, 1.0])
    band = Image.fromarray(np.repeat(ramp, tall, axis=0).clip(0, 255).astype(np.uint8), "RGB")
    top = round(picture.height * 0.76)
    result.paste(band, (0, top))
    draw = ImageDraw.Draw(result)
    draw.rectangle((0, top, picture.width * 0.2, top + tall * 0.4), (200, 20, 30))
    small, large = (dejavu("DejaVuSans-Bold.ttf", max(7, round(tall * part))) for part in (0.26, 0.36))
    draw.text((picture.width * 0.1, top + tall * 0.2), "DIRECT", WHITE, small, anchor="mm")
    line = "Orages : trafic interrompu"
    draw.text((picture.width * 0.03, top + tall * 0.7), line, WHITE, large, anchor="lm")
    return result


# --- interfaces ---------------------------------------------------------------------------------------------


def _player(picture: Picture) -> Picture:
    """A video player's controls over the foot of the picture."""
    layer = Image.new("RGBA", picture.size, (0, 0, 0, 0))
    draw = ImageDraw.Draw(layer)
    width, height = picture.size
    tall = max(20, round(height * 0.12))
    draw.rectangle((0, height - tall, width, height), (0, 0, 0, 150))
    line = height - tall * 0.75
    draw.line((width * 0.03, line, width * 0.97, line), (200, 200, 200, 255), max(2, tall // 14))
    draw.line((width * 0.03, line, width * 0.41, line), (40, 140, 255, 255), max(2, tall // 14))
    left, middle, unit = width * 0.04, height - tall * 0.35, tall * 0.2
    draw.polygon([(left, middle - unit), (left, middle + unit), (left + 1.6 * unit, middle)], WHITE)
    font = dejavu("DejaVuSans.ttf", max(7, round(tall * 0.32)))
    draw.text((width * 0.12, middle), "04:17 / 10:02", WHITE, font, anchor="lm")
    for place in range(4):
        right = width * (0.96 - 0.07 * place)
        draw.rectangle((right - 1.6 * unit, middle - unit, right, middle + unit), None, WHITE, 2)
    return Image.alpha_composite(picture.convert("RGBA"), layer).convert("RGB")


def _forum(picture: Picture) -> Picture:
    """A post of a forum: who, when, text, the picture, three buttons, two answers."""
    screen = Image.new("RGB", (900, 1000), (238, 241, 245))
    draw = ImageDraw.Draw(screen)
    draw.rectangle((0, 0, 900, 56), (36, 62, 98))
    bold, plain = dejavu("DejaVuSans-Bold.ttf", 24), dejavu("DejaVuSans.ttf", 20)
    draw.text((24, 28), "Boards » Off topic » Page 3", WHITE, bold, anchor="lm")
    draw.rectangle((20, 76, 880, 720), WHITE, (205, 210, 218), 2)
    draw.rectangle((40, 100, 120, 180), (120, 160, 90))
    draw.text((80, 140), "K", WHITE, dejavu("DejaVuSerif-Bold.ttf", 56), anchor="mm")
    for row, line in enumerate(("kestrel_91", "Posts: 1,204", "Joined 2019")):
        draw.text((40, 196 + 28 * row), line, (60, 60, 70), plain)
    inside = fitted(picture, 640, 540)
    screen.paste(inside, (220, 150))
    draw.text((220, 104), "found this one today, look at that", (30, 30, 30), plain)
    for place, word in enumerate(("Quote", "Like 37", "Report")):
        draw.rounded_rectangle((540 + 110 * place, 680, 640 + 110 * place, 712), 6, (225, 230, 238))
        draw.text((590 + 110 * place, 696), word, (60, 70, 90), plain, anchor="mm")
    for row in range(2):
        top = 740 + 124 * row
        draw.rectangle((20, top, 880, top + 110), WHITE, (205, 210, 218), 2)
        for line, text in enumerate(("lol thanks, made my day", "where did you get this from?")):
            draw.text((220, top + 20 + 34 * line), text, (50, 50, 60), plain)
    return screen


def _messages(picture: Picture) -> Picture:
    """A conversation on a phone, the picture among its messages."""
    screen = Image.new("RGB", (540, 1080), (229, 221, 213))
    draw = ImageDraw.Draw(screen)
    draw.rectangle((0, 0, 540, 96), (7, 94, 84))
    draw.ellipse((50, 24, 106, 80), (210, 210, 220))
    bold, plain = dejavu("DejaVuSans-Bold.ttf", 24), dejavu("DejaVuSans.ttf", 19)
    draw.text((124, 52), "Groupe du lycée", WHITE, bold, anchor="lm")
    for top, left, right, text in (
        (118, 16, 330, "t'as vu ce qu'il a posté"), (184, 240, 524, "non, envoie"),
        (870, 16, 300, "c'est pas vrai !!"), (934, 200, 524, "supprime ça, sérieux"),
    ):  # fmt: skip
        draw.rounded_rectangle((left, top, right, top + 48), 12, WHITE if left < 100 else (220, 248, 198))
        draw.text((left + 16, top + 24), text, (20, 20, 20), plain, anchor="lm")
    inside = fitted(picture, 420, 580)
    draw.rounded_rectangle((12, 252, 12 + inside.width + 16, 252 + inside.height + 16), 10, WHITE)
    screen.paste(inside, (20, 260))
    draw.rounded_rectangle((14, 1010, 450, 1064), 26, WHITE)
    draw.ellipse((468, 1008, 526, 1066), (7, 94, 84))
    return screen


def _album(picture: Picture) -> Picture:
    """A gallery on black: the picture, a bar of buttons, a strip of blurred thumbnails of nothing."""
    screen = Image.new("RGB", (600, 1100), (10, 10, 12))
    draw = ImageDraw.Draw(screen)
    plain = dejavu("DejaVuSans.ttf", 22)
    draw.line([(36, 40), (22, 54), (36, 68)], WHITE, 4)
    draw.text((300, 54), "14 mars, 22:08", WHITE, plain, anchor="mm")
    inside = fitted(picture, 600, 740)
    screen.paste(inside, ((600 - inside.width) // 2, 120 + (740 - inside.height) // 2))
    rng = np.random.default_rng(20261202)
    for place in range(8):
        patch = Image.fromarray(rng.integers(30, 220, (6, 6, 3), np.uint8), "RGB")
        patch = patch.resize((66, 66), Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(3))
        screen.paste(patch, (12 + 74 * place, 900))
    for place, word in enumerate(("Envoyer", "Modifier", "Effacer", "Plus")):
        left = 60 + 150 * place
        draw.ellipse((left - 18, 1000, left + 18, 1036), None, WHITE, 3)
        draw.text((left, 1060), word, (200, 200, 200), dejavu("DejaVuSans.ttf", 17), anchor="mm")
    return screen


WIDER: Final[Mapping[str, Overlay]] = {
    "laughing face, 12 %": worn(_laughing, 0.12, 0.4, 0.5),
    "skull, 10 %": worn(_skull, 0.1, 0.6, 0.4),
    "shield, 7 %": worn(_shield, 0.07, 0.95, 0.05),
    "channel, 6 %": worn(_channel, 0.06, 0.05, 0.05),
    "square code, 8 %": worn(_matrix, 0.08, 0.9, 0.9),
    "glossy face, 15 %": worn(_ball, 0.15, 0.55, 0.45),
    "price star, 12 %": worn(_burst, 0.12, 0.3, 0.7),
    "speech bubble, 12 %": worn(_bubble, 0.12, 0.5, 0.2),
    "serif bar": _bar,
    "outlined text": _outlined,
    "boxed text": _boxed,
    "address": _address,
    "news banner": _news,
    "player": _player,
    "forum": _forum,
    "messages": _messages,
    "album": _album,
}
