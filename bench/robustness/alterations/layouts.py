"""Alterations that put a picture among others: collages, picture in picture, photographs of a screen.

In: a picture, fillers. Out: one larger picture. Next: `suite`.
"""

import numpy as np
from PIL import Image, ImageFilter

from bench.robustness.alterations.base import Colour, Context, Picture, Step, covering, resized
from bench.robustness.alterations.geometry import warped


def collage(columns: int, rows: int, *, gap: float = 0.0, colour: Colour = (255, 255, 255)) -> Step:
    """Ours in one cell, others in the rest, in our proportions; `gap` is part of a cell's width."""

    def run(picture: Picture, context: Context) -> Picture:
        longest = 1400 / max(columns * picture.width, rows * picture.height)
        scale = min(1.0, longest)
        wide, tall = round(picture.width * scale), round(picture.height * scale)
        between = round(wide * gap)
        size = (columns * wide + (columns + 1) * between, rows * tall + (rows + 1) * between)
        sheet = Image.new("RGB", size, colour)
        ours = int(context.rng.integers(columns * rows))
        for cell in range(columns * rows):
            inside = resized(picture, wide, tall) if cell == ours else covering(context.filler(), wide, tall)
            column, row = cell % columns, cell // columns
            sheet.paste(inside, (between + column * (wide + between), between + row * (tall + between)))
        return sheet

    return run


def picture_in_picture(part: float, *, anywhere: bool = True) -> Step:
    """Ours, `part` of the width, on another picture."""

    def run(picture: Picture, context: Context) -> Picture:
        ground = context.filler()
        scale = 900 / ground.width
        ground = resized(ground, 900, ground.height * scale)
        inside = resized(picture, 900 * part, 900 * part * picture.height / picture.width)
        if inside.height > ground.height * 0.94:
            inside = resized(
                inside, inside.width * ground.height * 0.94 / inside.height, ground.height * 0.94
            )
        across, down = (context.between(0.05, 0.95), context.between(0.05, 0.95)) if anywhere else (0.5, 0.5)
        at = (round((ground.width - inside.width) * across), round((ground.height - inside.height) * down))
        ground.paste(inside, at)
        return ground

    return run


def reaction_corner(part: float) -> Step:
    """Another picture in a corner of ours, `part` of its width, as in reaction videos."""

    def run(picture: Picture, context: Context) -> Picture:
        result = picture.copy()
        side = round(picture.width * part)
        inset = covering(context.filler(), side, min(side, round(picture.height * 0.9)))
        right, low = context.sign() > 0, context.sign() > 0
        at = (picture.width - inset.width if right else 0, picture.height - inset.height if low else 0)
        result.paste(inset, at)
        return result

    return run


def photographed(tilt: float, *, lines: float = 10, glare: float = 50, margin: float = 0.16) -> Step:
    """A photograph of a screen: tilted on a dark desk, pixel lines, uneven light, slight blur and noise."""

    def run(picture: Picture, context: Context) -> Picture:
        width, height = picture.size
        edge = round(min(width, height) * margin)
        size = (width + 2 * edge, height + 2 * edge)
        moves = context.rng.uniform(-tilt, tilt, (4, 2)) * min(width, height)
        corners = (
            (edge + moves[0, 0], edge + moves[0, 1]),
            (edge + width + moves[1, 0], edge + moves[1, 1]),
            (edge + width + moves[2, 0], edge + height + moves[2, 1]),
            (edge + moves[3, 0], edge + height + moves[3, 1]),
        )
        dark = int(context.rng.integers(15, 70))
        seen = warped(picture, corners, size, (dark, dark, dark)).filter(ImageFilter.GaussianBlur(0.8))
        values = np.asarray(seen, np.float32)
        period = context.between(2.3, 3.4)
        stripes = np.sin(np.arange(size[1]) * 2 * np.pi / period)[:, None, None] * lines
        rows, columns = np.mgrid[0 : size[1], 0 : size[0]]
        centre = context.rng.uniform(0.2, 0.8, 2)
        away = ((columns / size[0] - centre[0]) ** 2 + (rows / size[1] - centre[1]) ** 2) / 0.08
        values = values + stripes + (np.exp(-away) * glare)[..., None]
        values = values + context.rng.normal(0, 4, values.shape)
        return Image.fromarray(values.clip(0, 255).astype(np.uint8), "RGB")

    return run
