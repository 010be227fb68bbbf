"""Scenes drawn by code: landscapes, rooms, still lifes, patterns. Nobody is in them, nobody took them.

In: a seed. Out: an RGB picture of 720 × 540 or so. Next: `pictures`, `engine/tests`, the figures of THREAT-
MODEL.
"""

import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from bench.robustness.alterations.base import Colour, Picture

KINDS = 4


def scene(seed: int) -> Picture:
    """One scene; seeds that differ by a multiple of `KINDS` are of the same kind."""
    rng = np.random.default_rng([20261123, seed])
    drawn = (_hills, _room, _still_life, _town)[seed % KINDS](rng)
    return _textured(drawn, rng)


def _colour(rng: np.random.Generator, low: int = 20, high: int = 236) -> Colour:
    red, green, blue = (int(v) for v in rng.integers(low, high, 3))
    return red, green, blue


def fractal(
    rng: np.random.Generator, height: int, width: int, first: int = 3, octaves: int = 6
) -> NDArray[np.float32]:
    """Cloud-like noise, mean 0, about ±1: octaves of random grids, enlarged smoothly."""
    total = np.zeros((height, width), np.float32)
    for octave in range(octaves):
        cells = first * 2**octave
        grid = rng.normal(0, 1, (cells, max(2, round(cells * width / height)))).astype(np.float32)
        layer = Image.fromarray(grid).resize((width, height), Image.Resampling.BICUBIC)
        total += np.asarray(layer, np.float32) * 0.55**octave
    return total / max(1e-6, float(np.abs(total).max()))


def _textured(picture: Picture, rng: np.random.Generator) -> Picture:
    """Light, texture and grain over flat colours, so that it behaves as a photograph does."""
    width, height = picture.size
    values = np.asarray(picture.filter(ImageFilter.GaussianBlur(1.0)), np.float32)
    light = 1 + 0.22 * fractal(rng, height, width, 2, 3) + 0.14 * fractal(rng, height, width, 8, 5)
    values = values * light[..., None] + rng.normal(0, 3, values.shape)
    return Image.fromarray(values.clip(0, 255).astype(np.uint8), "RGB")


def _size(rng: np.random.Generator) -> tuple[int, int]:
    sizes = ((720, 540), (540, 720), (768, 512), (640, 640))
    return sizes[int(rng.integers(len(sizes)))]


def _hills(rng: np.random.Generator) -> Picture:
    width, height = _size(rng)
    sky = np.linspace(0, 1, height)[:, None, None]
    above, below = np.array(_colour(rng, 90), float), np.array(_colour(rng, 120), float)
    clouds = fractal(rng, height, width)[..., None] * 40
    ground = Image.fromarray((above * (1 - sky) + below * sky + clouds).clip(0, 255).astype(np.uint8), "RGB")
    draw = ImageDraw.Draw(ground)
    radius = width * rng.uniform(0.03, 0.09)
    x, y = rng.uniform(0.1, 0.9) * width, rng.uniform(0.08, 0.3) * height
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), _colour(rng, 190, 255))
    for layer in range(4):
        base = height * (0.4 + 0.14 * layer)
        steps = np.linspace(0, 1, 60)
        waves = sum(
            rng.uniform(0.3, 1) * np.sin(2 * np.pi * (steps * rng.uniform(0.5, 5) + rng.random()))
            for _ in range(4)
        )
        outline = [
            (float(s * width), float(base + w * height * 0.05)) for s, w in zip(steps, waves, strict=True)
        ]
        shade = _colour(rng, 20, 150)
        draw.polygon([*outline, (width, height), (0, height)], shade)
        for _ in range(int(rng.integers(4, 16))):
            foot = outline[int(rng.integers(60))]
            tall = height * rng.uniform(0.03, 0.13)
            crown = tuple(max(0, v - 30) for v in shade)
            draw.line((foot[0], foot[1], foot[0], foot[1] - tall), (60, 40, 25), 4)
            draw.ellipse(
                (foot[0] - tall / 2, foot[1] - 1.5 * tall, foot[0] + tall / 2, foot[1] - tall / 2), crown
            )
    return ground


def _room(rng: np.random.Generator) -> Picture:
    width, height = _size(rng)
    picture = Image.new("RGB", (width, height), _colour(rng, 120))
    draw = ImageDraw.Draw(picture)
    x0, x1 = width * rng.uniform(0.12, 0.3), width * rng.uniform(0.7, 0.88)
    y0, y1 = height * rng.uniform(0.1, 0.25), height * rng.uniform(0.62, 0.78)
    draw.polygon([(0, height), (x0, y1), (x1, y1), (width, height)], _colour(rng, 60, 170))
    draw.polygon([(0, 0), (x0, y0), (x1, y0), (width, 0)], _colour(rng, 170, 250))
    draw.polygon([(0, 0), (x0, y0), (x0, y1), (0, height)], _colour(rng, 100, 200))
    for _ in range(int(rng.integers(3, 8))):
        left, top = rng.uniform(x0, x1 - 60), rng.uniform(y0, y1 - 60)
        wide, tall = rng.uniform(40, 170), rng.uniform(40, 150)
        draw.rectangle((left, top, left + wide, top + tall), _colour(rng), _colour(rng), 5)
        for _ in range(3):
            a, b = rng.uniform(left, left + wide, 2), rng.uniform(top, top + tall, 2)
            draw.rectangle((min(a), min(b), max(a), max(b)), _colour(rng))
    for _ in range(int(rng.integers(4, 9))):
        left, low = rng.uniform(0, width * 0.85), rng.uniform(height * 0.7, height)
        wide, tall = rng.uniform(60, 220), rng.uniform(50, 240)
        draw.rounded_rectangle((left, low - tall, left + wide, low), 12, _colour(rng), _colour(rng), 3)
        draw.ellipse((left + wide * 0.2, low - tall * 0.9, left + wide * 0.7, low - tall * 0.4), _colour(rng))
    return picture


def _still_life(rng: np.random.Generator) -> Picture:
    width, height = _size(rng)
    cloth = fractal(rng, height, width, 4, 6)[..., None] * 60 + np.array(_colour(rng, 70, 200), float)
    picture = Image.fromarray(cloth.clip(0, 255).astype(np.uint8), "RGB")
    draw = ImageDraw.Draw(picture)
    for _ in range(int(rng.integers(9, 22))):
        x, y = rng.uniform(0, width), rng.uniform(0, height)
        wide, tall = rng.uniform(25, 130), rng.uniform(25, 130)
        box = (x - wide, y - tall, x + wide, y + tall)
        kind = int(rng.integers(4))
        if kind == 0:
            draw.ellipse(box, _colour(rng), _colour(rng), 4)
            draw.ellipse((x - wide * 0.5, y - tall * 0.6, x, y - tall * 0.1), _colour(rng, 150))
        elif kind == 1:
            draw.rounded_rectangle(box, 20, _colour(rng), _colour(rng), 5)
        elif kind == 2:
            points = [
                (x + wide * math.cos(a), y + tall * math.sin(a))
                for a in np.sort(rng.uniform(0, 2 * math.pi, 6))
            ]
            draw.polygon(points, _colour(rng), _colour(rng))
        else:
            draw.pieslice(box, float(rng.uniform(0, 360)), float(rng.uniform(360, 600)), _colour(rng))
    return picture


def _town(rng: np.random.Generator) -> Picture:
    width, height = _size(rng)
    clouds = fractal(rng, height, width, 2, 5)[..., None] * 50 + np.array(_colour(rng, 120), float)
    picture = Image.fromarray(clouds.clip(0, 255).astype(np.uint8), "RGB")
    draw = ImageDraw.Draw(picture)
    for layer in range(3):
        x = -20.0
        while x < width:
            wide, tall = rng.uniform(50, 150), height * rng.uniform(0.25, 0.8) * (1 - 0.2 * layer)
            wall = _colour(rng, 40, 210)
            draw.rectangle((x, height - tall, x + wide, height), wall)
            if rng.random() < 0.4:
                draw.polygon(
                    [
                        (x, height - tall),
                        (x + wide / 2, height - tall - wide * 0.5),
                        (x + wide, height - tall),
                    ],
                    _colour(rng, 60, 180),
                )
            step, pane = rng.uniform(18, 36), _colour(rng, 30, 255)
            for row in range(int(tall / step) - 1):
                for column in range(int(wide / step)):
                    if rng.random() < 0.75:
                        left, top = x + 6 + column * step, height - tall + 8 + row * step
                        draw.rectangle((left, top, left + step * 0.5, top + step * 0.6), pane)
            x += wide + rng.uniform(0, 30)
    return picture
