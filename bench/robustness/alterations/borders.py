"""Alterations that put something around a picture: bars, frames, blurred fills, captions, screenshots.

In: a picture. Out: the picture inside something else. Next: `suite`, and `background`, which draws the same
kinds of interface with other parameters.
"""

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from bench.robustness.alterations.base import Colour, Context, Picture, Step, covering, fitted, resized
from bench.robustness.alterations.writing import sentence, text_at, wrapped

BLACK: Colour = (0, 0, 0)
WHITE: Colour = (255, 255, 255)


def bars(part: float, *, vertical: bool, colour: Colour = BLACK) -> Step:
    """Letterbox (bars above and below) or pillarbox (`vertical`: left and right), each `part` of it."""

    def run(picture: Picture, _: Context) -> Picture:
        across = round(picture.width * part) if vertical else 0
        down = 0 if vertical else round(picture.height * part)
        return _on(picture, across, down, across, down, colour)

    return run


def framed(part: float, colour: Colour | None = None) -> Step:
    """A frame of one colour (any, if none is given), `part` of the smaller side wide."""

    def run(picture: Picture, context: Context) -> Picture:
        edge = round(min(picture.size) * part)
        return _on(picture, edge, edge, edge, edge, colour or context.colour())

    return run


def polaroid(picture: Picture, _: Context) -> Picture:
    edge = round(min(picture.size) * 0.07)
    return _on(picture, edge, edge, edge, 4 * edge, (246, 244, 238))


def shaded_frame(part: float) -> Step:
    """Unequal margins filled with a gradient: no line of them has one colour."""

    def run(picture: Picture, context: Context) -> Picture:
        edges = [round(min(picture.size) * context.between(part / 2, part)) for _ in range(4)]
        framed_picture = _on(picture, edges[0], edges[1], edges[2], edges[3], BLACK)
        width, height = framed_picture.size
        ramp = np.linspace(0, 1, height)[:, None, None] * 0.6 + np.linspace(0, 1, width)[None, :, None] * 0.4
        first, second = np.array(context.colour(), float), np.array(context.colour(), float)
        ground = Image.fromarray((first * (1 - ramp) + second * ramp).astype(np.uint8), "RGB")
        ground.paste(picture, (edges[0], edges[1]))
        return ground

    return run


def blurred_fill(ratio: float, radius: float = 18) -> Step:
    """The picture on a blurred, enlarged copy of itself, as story formats do."""

    def run(picture: Picture, _: Context) -> Picture:
        own = picture.width / picture.height
        if ratio < own:
            width, height = picture.width, round(picture.width / ratio)
        else:
            width, height = round(picture.height * ratio), picture.height
        ground = covering(picture, width, height).filter(ImageFilter.GaussianBlur(radius))
        ground.paste(picture, ((width - picture.width) // 2, (height - picture.height) // 2))
        return ground

    return run


def padded_square(colour: Colour = WHITE) -> Step:
    """Made square by padding, with a little more all round."""

    def run(picture: Picture, _: Context) -> Picture:
        side = round(max(picture.size) * 1.06)
        ground = Image.new("RGB", (side, side), colour)
        ground.paste(picture, ((side - picture.width) // 2, (side - picture.height) // 2))
        return ground

    return run


def captioned(part: float, *, above: bool, dark: bool) -> Step:
    """A bar with two lines of text above or below, `part` of the height tall."""

    def run(picture: Picture, context: Context) -> Picture:
        bar = round(picture.height * part)
        ground, ink = (BLACK, WHITE) if dark else (WHITE, BLACK)
        result = _on(picture, 0, bar if above else 0, 0, 0 if above else bar, ground)
        size = max(8, round(bar * 0.34))
        top = 0 if above else picture.height
        lines = wrapped(sentence(context.rng, 14), size, picture.width * 0.94, 2)
        for row, line in enumerate(lines):
            text_at(result, (picture.width * 0.03, top + bar * (0.06 + 0.46 * row)), line, size, ink)
        return result

    return run


def phone_screenshot(picture: Picture, context: Context) -> Picture:
    """In a social application on a phone of 1080 × 2160: status bar, header, picture, buttons, comments."""
    dark = context.rng.random() < 0.5
    ground, ink, faint = (
        ((18, 18, 18), WHITE, (120, 120, 120)) if dark else (WHITE, (20, 20, 20), (150, 150, 150))
    )
    width, height = 540, 1080
    screen = Image.new("RGB", (width, height), ground)
    draw = ImageDraw.Draw(screen)
    text_at(screen, (22, 8), f"{context.rng.integers(0, 24):02d}:{context.rng.integers(0, 60):02d}", 20, ink)
    draw.rounded_rectangle((width - 60, 12, width - 22, 28), 4, outline=ink, width=2)
    draw.rectangle((width - 57, 15, width - 35, 25), fill=ink)
    draw.ellipse((18, 52, 66, 100), fill=context.colour())
    text_at(screen, (80, 56), sentence(context.rng, 2), 20, ink)
    text_at(screen, (80, 80), sentence(context.rng, 3), 15, faint)
    inside = fitted(picture, width, 720)
    top = 116
    screen.paste(inside, ((width - inside.width) // 2, top))
    below = top + inside.height + 16
    for place in range(3):
        left = 20 + 56 * place
        draw.ellipse((left, below, left + 30, below + 30), outline=ink, width=3)
    for row in range(5):
        text_at(screen, (20, below + 46 + 30 * row), sentence(context.rng, 7), 18, ink if row % 2 else faint)
    draw.rectangle((0, height - 52, width, height), fill=ground)
    draw.line((0, height - 53, width, height - 53), fill=faint)
    for place in range(5):
        left = 40 + 104 * place
        draw.rounded_rectangle((left, height - 40, left + 26, height - 14), 6, outline=ink, width=3)
    return screen


def desktop_screenshot(picture: Picture, context: Context) -> Picture:
    """In a browser window of 1280 × 800: tabs, address, text column beside the picture, task bar."""
    width, height = 1280, 800
    screen = Image.new("RGB", (width, height), (250, 250, 250))
    draw = ImageDraw.Draw(screen)
    draw.rectangle((0, 0, width, 38), fill=(222, 225, 230))
    draw.rounded_rectangle((10, 8, 250, 46), 8, fill=WHITE)
    text_at(screen, (26, 12), sentence(context.rng, 3), 15, (60, 60, 60))
    draw.rectangle((0, 38, width, 80), fill=WHITE)
    draw.rounded_rectangle((120, 46, 1100, 72), 13, fill=(238, 240, 243))
    text_at(
        screen, (140, 49), "https://" + sentence(context.rng, 2).replace(" ", "-").lower(), 15, (80, 80, 80)
    )
    inside = fitted(picture, 760, 560)
    left, top = round(context.between(40, 120)), round(context.between(110, 150))
    screen.paste(inside, (left, top))
    text_left = max(left + inside.width + 40, 860)
    for row in range(20):
        line = sentence(context.rng, 5)
        text_at(screen, (text_left, 120 + 28 * row), line, 17, (50, 50, 50))
    draw.rectangle((0, height - 44, width, height), fill=(32, 34, 40))
    for place in range(9):
        start = 16 + 46 * place
        draw.rounded_rectangle((start, height - 36, start + 28, height - 8), 5, fill=context.colour())
    return screen


def shrunk_between(low: float, high: float) -> Step:
    """Smaller by a factor in between."""

    def run(picture: Picture, context: Context) -> Picture:
        factor = context.between(low, high)
        return resized(picture, picture.width * factor, picture.height * factor)

    return run


def _on(  # noqa: PLR0917 - four edges, in the order of a box
    picture: Picture, left: int, top: int, right: int, bottom: int, colour: Colour
) -> Picture:
    size = (picture.width + left + right, picture.height + top + bottom)
    ground = Image.new("RGB", size, colour)
    ground.paste(picture, (left, top))
    return ground
