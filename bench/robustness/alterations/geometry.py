"""Alterations that move pixels: mirrors, turns, rotations, cuts, aspect, perspective.

In: a picture. Out: a picture of another frame. Next: `suite`.
"""

import math

import numpy as np
from PIL import Image

from bench.robustness.alterations.base import Context, Picture, Step, resized

Corners = tuple[tuple[float, float], tuple[float, float], tuple[float, float], tuple[float, float]]


def transposed(how: Image.Transpose) -> Step:
    def run(picture: Picture, _: Context) -> Picture:
        return picture.transpose(how)

    return run


def rotated(degrees: float, *, inner: bool = False, fill: int = 0) -> Step:
    """Turned either way about the centre; `inner` keeps the largest upright rectangle without corners."""

    def run(picture: Picture, context: Context) -> Picture:
        turned = picture.rotate(
            context.sign() * degrees, Image.Resampling.BICUBIC, expand=not inner, fillcolor=(fill, fill, fill)
        )
        if not inner:
            return turned
        width, height = inner_rectangle(picture.width, picture.height, math.radians(degrees))
        left, top = (turned.width - width) / 2, (turned.height - height) / 2
        return turned.crop((round(left), round(top), round(left + width), round(top + height)))

    return run


def inner_rectangle(width: int, height: int, angle: float) -> tuple[float, float]:
    """Width and height of the largest rectangle of the same proportions inside the turned one."""
    sine, cosine = abs(math.sin(angle)), abs(math.cos(angle))
    scale = min(width / (width * cosine + height * sine), height / (width * sine + height * cosine))
    return width * scale, height * scale


def cropped(keep: float) -> Step:
    """The central `keep` of each side."""

    def run(picture: Picture, _: Context) -> Picture:
        return _window(picture, keep, keep, 0.5, 0.5)

    return run


def cropped_anywhere(keep: float, high: float | None = None) -> Step:
    """A window of `keep` (to `high`) of each side, anywhere."""

    def run(picture: Picture, context: Context) -> Picture:
        kept = context.between(keep, high or keep)
        return _window(picture, kept, kept, context.between(0, 1), context.between(0, 1))

    return run


def cropped_freely(low: float, high: float) -> Step:
    """A window of its own proportions: each side keeps `low` to `high`."""

    def run(picture: Picture, context: Context) -> Picture:
        wide, tall = context.between(low, high), context.between(low, high)
        return _window(picture, wide, tall, context.between(0, 1), context.between(0, 1))

    return run


def cropped_to(ratio: float, keep: float = 1.0) -> Step:
    """The largest window of width : height = `ratio`, times `keep`, somewhere along the free side."""

    def run(picture: Picture, context: Context) -> Picture:
        own = picture.width / picture.height
        wide, tall = (ratio / own, 1.0) if ratio < own else (1.0, own / ratio)
        return _window(
            picture, wide * keep, tall * keep, context.between(0.25, 0.75), context.between(0.25, 0.75)
        )

    return run


def side_cut(part: float) -> Step:
    """`part` of one side, taken away at random from the left, top, right or bottom."""

    def run(picture: Picture, context: Context) -> Picture:
        side = int(context.rng.integers(4))
        wide, tall = (1 - part, 1.0) if side in (0, 2) else (1.0, 1 - part)
        return _window(picture, wide, tall, 1.0 if side == 0 else 0.0, 1.0 if side == 1 else 0.0)

    return run


def stretched(*factors: float) -> Step:
    """Wider or narrower by one of the factors: other proportions, nothing cut."""

    def run(picture: Picture, context: Context) -> Picture:
        return resized(picture, picture.width * context.one_of(*factors), picture.height)

    return run


def perspective(part: float, *, fill: int = 0) -> Step:
    """Each corner moved inwards by up to `part` of the side, at least half of it: seen from an angle."""

    def run(picture: Picture, context: Context) -> Picture:
        width, height = picture.size
        moves = context.rng.uniform(part / 2, part, (4, 2))
        corners: Corners = (
            (moves[0, 0] * width, moves[0, 1] * height),
            ((1 - moves[1, 0]) * width, moves[1, 1] * height),
            ((1 - moves[2, 0]) * width, (1 - moves[2, 1]) * height),
            (moves[3, 0] * width, (1 - moves[3, 1]) * height),
        )
        return warped(picture, corners, picture.size, (fill, fill, fill))

    return run


def warped(picture: Picture, corners: Corners, size: tuple[int, int], fill: tuple[int, int, int]) -> Picture:
    """The picture drawn so that its corners (from the upper left, clockwise) land on `corners`."""
    width, height = picture.size
    source = ((0, 0), (width, 0), (width, height), (0, height))
    rows, values = [], []
    for (u, v), (x, y) in zip(source, corners, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    solution = np.linalg.solve(np.array(rows, float), np.array(values, float))
    return picture.transform(
        size, Image.Transform.PERSPECTIVE, tuple(solution), Image.Resampling.BICUBIC, fillcolor=fill
    )


def _window(picture: Picture, wide: float, tall: float, across: float, down: float) -> Picture:
    """The part of size wide × tall (of 1) whose free room is split at `across` and `down`."""
    width, height = picture.width * min(wide, 1), picture.height * min(tall, 1)
    left, top = (picture.width - width) * across, (picture.height - height) * down
    return picture.crop((round(left), round(top), round(left + width), round(top + height)))
