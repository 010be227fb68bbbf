"""Shared overlays with the grain and softness of photographs, and some that are photographs: the hardest.

In: pictures. Out: `TEXTURED`, as `shared.OVERLAYS`. Next: `report_decided`. Drawn once the breadth that a
match needs had been fixed (`repit_engine.decision.Breadth`), and nothing was changed after they had been
counted. If a threshold is ever chosen with these in view, others are to be drawn. No font is needed.
"""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from bench.robustness.alterations.base import Picture
from bench.robustness.scenes import fractal
from bench.robustness.shared_wider import SIZE, Overlay, worn

Plane = NDArray[np.float64]
Square = Callable[[], Image.Image]


def _rng(seed: int) -> np.random.Generator:
    return np.random.default_rng([20261126, seed])


def _axes(size: int = SIZE) -> tuple[Plane, Plane]:
    y, x = np.mgrid[-1 : 1 : size * 1j, -1 : 1 : size * 1j]
    return y, x


def _lit(light: Plane, colour: tuple[float, float, float], alpha: Plane) -> Image.Image:
    rgb = light[..., None] * np.array(colour)
    pixels = np.concatenate([rgb, alpha[..., None] * 255.0], axis=2)
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8), "RGBA")


def _streaks(seed: int, across: float, down: float) -> Plane:
    """Noise drawn out in one direction, from 0 to 1."""
    noise = Image.fromarray(_rng(seed).integers(0, 256, (SIZE, SIZE), np.uint8))
    small = (max(2, round(SIZE / across)), max(2, round(SIZE / down)))
    return np.asarray(noise.resize(small).resize((SIZE, SIZE), Image.Resampling.BICUBIC), float) / 255


def _cells(seed: int, count: int) -> tuple[Plane, Plane]:
    """Each pixel's nearest of some points, as a number from 0 to 1; how near the border to the next is."""
    rng = _rng(seed)
    points, shades = rng.uniform(-1, 1, (count, 2)), rng.uniform(0, 1, count)
    y, x = _axes()
    apart = np.hypot(y[..., None] - points[:, 0], x[..., None] - points[:, 1])
    nearest = np.sort(apart, axis=2)
    return shades[apart.argmin(axis=2)], nearest[..., 1] - nearest[..., 0]


@cache
def _photograph(name: str, box: tuple[int, int, int, int]) -> Image.Image:
    """Part of one of scikit-image's pictures, none of which shows a person."""
    import skimage  # noqa: PLC0415 - only this set needs it

    path = Path(skimage.__file__).parent / "data" / name
    return Image.open(path).convert("RGB").crop(box).resize((SIZE, SIZE), Image.Resampling.LANCZOS)


# --- stickers with a grain ----------------------------------------------------------------------------------


def _coin() -> Image.Image:
    """Silver: a milled edge, a relief of smooth bumps lit from the upper left, fine scratches."""
    y, x = _axes()
    far, turn = np.hypot(x, y), np.arctan2(y, x)
    bumps = sum(
        np.exp(-((x - a) ** 2 + (y - b) ** 2) / w)
        for a, b, w in ((0, -0.25, 0.06), (-0.2, 0.2, 0.05), (0.25, 0.25, 0.03), (0.05, 0.05, 0.02))
    )
    slope = np.gradient(np.asarray(bumps), axis=0) + np.gradient(np.asarray(bumps), axis=1)
    edge = np.where(far > 0.82, 0.2 * np.sign(np.sin(90 * turn)), 0.0)
    light = 0.62 + 9 * slope + edge + 0.2 * (_streaks(1, 1, 12) - 0.5) - 0.1 * x
    return _lit(light, (225, 228, 235), (far < 0.94).astype(float))


def _wood() -> Image.Image:
    """A plank with rings about two knots and a burnt arrow."""
    y, x = _axes()
    rings = np.sin(40 * (y + 0.15 * np.sin(3 * x)) + 9 * np.exp(-((x - 0.4) ** 2 + (y + 0.1) ** 2) / 0.05))
    light = 0.62 + 0.12 * rings + 0.3 * (_streaks(2, 30, 2) - 0.5)
    plank = _lit(light, (205, 150, 95), ((abs(y) < 0.6) & (abs(x) < 0.97)).astype(float))
    ImageDraw.Draw(plank).polygon(
        [(40, 108), (140, 108), (140, 80), (205, 120), (140, 160), (140, 132), (40, 132)], (66, 40, 22)
    )
    return plank.filter(ImageFilter.GaussianBlur(0.8))


def _fabric() -> Image.Image:
    """A woven patch with a stitched cross."""
    y, x = _axes()
    weave = np.sin(95 * x) * np.sin(95 * y)
    light = 0.55 + 0.12 * weave + 0.35 * (fractal(_rng(3), SIZE, SIZE) - 0.5)
    cross = (np.abs(x) < 0.14) & (np.abs(y) < 0.6) | (np.abs(y) < 0.14) & (np.abs(x) < 0.6)
    light = np.where(cross, light * 1.6 + 0.1 * np.sin(120 * (x + y)), light)
    return _lit(light, (95, 120, 190), (np.maximum(abs(x), abs(y)) < 0.92).astype(float))


def _metal() -> Image.Image:
    """A brushed plate with four screws and a stamped ring."""
    y, x = _axes()
    light = 0.6 + 0.35 * (_streaks(4, 60, 1) - 0.5) + 0.15 * np.cos(2.5 * x)
    light += 0.25 * np.exp(-((np.hypot(x, y) - 0.42) ** 2) / 0.002) * np.sign(x + y)
    for a, b in ((-0.78, -0.6), (0.78, -0.6), (-0.78, 0.6), (0.78, 0.6)):
        light -= 0.3 * np.exp(-((x - a) ** 2 + (y - b) ** 2) / 0.004)
    return _lit(light, (200, 205, 210), ((abs(x) < 0.95) & (abs(y) < 0.78)).astype(float))


def _paper() -> Image.Image:
    """A crumpled sheet: facets, each with its own light, and creases between them."""
    shade, border = _cells(5, 40)
    y, x = _axes()
    light = 0.72 + 0.22 * (shade - 0.5) - 0.25 * np.exp(-border * 40) + 0.08 * (_streaks(5, 1, 1) - 0.5)
    rough = 0.9 + 0.05 * np.sin(9 * np.arctan2(y, x))
    return _lit(light, (250, 245, 225), (np.hypot(x, y) < rough).astype(float))


def _grained_logo() -> Image.Image:
    """Three leaves on a soft ramp, shot on coarse film."""
    y, x = _axes()
    light = 0.55 - 0.25 * y
    for turn in (0.0, 2.094, 4.189):
        a, b = np.cos(turn) * x + np.sin(turn) * y, np.cos(turn) * y - np.sin(turn) * x
        leaf = (a - 0.4) ** 2 / 0.14 + b**2 / 0.03
        light = light + 0.5 / (1 + np.exp((14 * (leaf - 1)).clip(-50, 50)))
    grain = Image.fromarray((_rng(6).normal(128, 50, (SIZE, SIZE))).clip(0, 255).astype(np.uint8))
    grain = grain.filter(ImageFilter.GaussianBlur(1.1))
    light = light + 1.2 * (np.asarray(grain, float) / 255 - 0.5)
    return _lit(light, (150, 200, 140), (np.hypot(x, y) < 0.9).astype(float))


def _fur() -> Image.Image:
    """A ball of fur, its hairs pointing outwards, a soft edge, two dark buttons."""
    y, x = _axes()
    far, turn = np.hypot(x, y), np.arctan2(y, x)
    hairs = np.interp(turn, np.linspace(-np.pi, np.pi, 400), _rng(7).uniform(0, 1, 400))
    light = 0.45 + 0.35 * hairs + 0.25 * (fractal(_rng(8), SIZE, SIZE) - 0.5) - 0.25 * far
    for a in (-0.25, 0.25):
        light = light - 0.6 * np.exp(-((x - a) ** 2 + (y + 0.15) ** 2) / 0.006)
    return _lit(light, (235, 190, 140), (4 * (0.95 - 0.1 * hairs - far)).clip(0, 1))


def _pebbles() -> Image.Image:
    shade, border = _cells(9, 60)
    y, x = _axes()
    light = 0.25 + 0.6 * shade * (1 - np.exp(-border * 16)) + 0.15 * (fractal(_rng(10), SIZE, SIZE) - 0.5)
    return _lit(light, (190, 180, 165), (x**2 + (y * 1.2) ** 2 < 0.85).astype(float))


def _marble() -> Image.Image:
    """A tile with veins."""
    y, x = _axes()
    cloud = fractal(_rng(11), SIZE, SIZE)
    light = 0.88 - 0.4 * np.exp(-np.abs(np.sin(5 * x + 3 * y + 7 * cloud)) * 8) + 0.1 * (cloud - 0.5)
    return _lit(light, (240, 238, 235), (np.maximum(abs(x), abs(y)) < 0.97).astype(float))


# --- photographs as stickers --------------------------------------------------------------------------------


def _cup() -> Image.Image:
    """A cup cut out by a soft ellipse."""
    y, x = _axes()
    cut = _photograph("coffee.png", (150, 40, 470, 360)).copy()
    cut.putalpha(Image.fromarray((12 * (0.95 - np.hypot(x, y)) * 255).clip(0, 255).astype(np.uint8)))
    return cut


def _print() -> Image.Image:
    """Part of a motorcycle as an instant print with its white rim."""
    card = Image.new("RGBA", (SIZE, SIZE), (0, 0, 0, 0))
    card.paste((248, 246, 240, 255), (20, 4, 220, 236))
    card.paste(_photograph("motorcycle_left.png", (180, 120, 480, 420)).resize((176, 176)), (32, 16))
    return card.rotate(8, Image.Resampling.BICUBIC)


def _stars() -> Image.Image:
    return _photograph("hubble_deep_field.jpg", (200, 200, 500, 500)).convert("RGBA")


# --- over or about the whole picture ------------------------------------------------------------------------


def _confetti(picture: Picture) -> Picture:
    """Soft scraps of paper over everything."""
    rng = _rng(12)
    layer = Image.new("RGBA", (600, 600), (0, 0, 0, 0))
    draw = ImageDraw.Draw(layer)
    for _ in range(90):
        left, top, turn = *rng.uniform(0, 600, 2), rng.uniform(0, np.pi)
        along = np.array([np.cos(turn), np.sin(turn)]) * rng.uniform(8, 16)
        sideways = np.array([-np.sin(turn), np.cos(turn)]) * rng.uniform(4, 9)
        at = np.array([left, top])
        corners = [tuple(at + a * along + b * sideways) for a, b in ((1, 1), (1, -1), (-1, -1), (-1, 1))]
        draw.polygon(corners, (*(int(v) for v in rng.integers(40, 255, 3)), 255))
    layer = layer.filter(ImageFilter.GaussianBlur(1)).resize(picture.size, Image.Resampling.BICUBIC)
    return Image.alpha_composite(picture.convert("RGBA"), layer).convert("RGB")


def _lights(picture: Picture) -> Picture:
    """Discs of light out of focus, added to the picture."""
    rng = _rng(13)
    y, x = np.mgrid[0:400, 0:400] / 400.0
    glow = np.zeros((400, 400, 3))
    for _ in range(30):
        a, b, wide = *rng.uniform(0, 1, 2), rng.uniform(0.02, 0.07)
        disc = 1 / (1 + np.exp((150 * (np.hypot(x - a, y - b) - wide)).clip(-50, 50)))
        glow += disc[..., None] * rng.uniform(20, 130, 3)
    layer = Image.fromarray(glow.clip(0, 255).astype(np.uint8)).resize(picture.size, Image.Resampling.BICUBIC)
    both = np.asarray(picture, np.int32) + np.asarray(layer, np.int32)
    return Image.fromarray(both.clip(0, 255).astype(np.uint8))


def _wall(picture: Picture) -> Picture:
    """A frame of photographed bricks, an eighth of the shorter side wide."""
    rim = round(min(picture.size) / 8)
    size = picture.width + 2 * rim, picture.height + 2 * rim
    result = _photograph("brick.png", (0, 0, 512, 512)).resize(size, Image.Resampling.BICUBIC)
    result.paste(picture, (rim, rim))
    return result


TEXTURED: Final[Mapping[str, Overlay]] = {
    "coin, 8 %": worn(_coin, 0.08, 0.15, 0.2),
    "wood, 14 %": worn(_wood, 0.14, 0.5, 0.95),
    "fabric, 10 %": worn(_fabric, 0.1, 0.8, 0.3),
    "brushed metal, 12 %": worn(_metal, 0.12, 0.1, 0.9),
    "crumpled paper, 12 %": worn(_paper, 0.12, 0.6, 0.6),
    "film-grain logo, 7 %": worn(_grained_logo, 0.07, 0.95, 0.95),
    "fur, 15 %": worn(_fur, 0.15, 0.4, 0.5),
    "pebbles, 11 %": worn(_pebbles, 0.11, 0.25, 0.6),
    "marble, 9 %": worn(_marble, 0.09, 0.9, 0.1),
    "cup, photograph, 10 %": worn(_cup, 0.1, 0.1, 0.9),
    "instant print, 18 %": worn(_print, 0.18, 0.9, 0.9),
    "stars, photograph, 13 %": worn(_stars, 0.13, 0.0, 0.0),
    "confetti": _confetti,
    "lights out of focus": _lights,
    "frame of bricks": _wall,
}
