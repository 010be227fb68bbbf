"""Alterations that leave the geometry: compression, blur, noise, colour.

In: a picture. Out: the same frame with other pixels. Next: `suite`.
"""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

from bench.robustness.alterations.base import Context, Picture, Step, resized


def recoded(kind: str, quality: int) -> Step:
    """Through a lossy codec: JPEG or WEBP."""

    def run(picture: Picture, _: Context) -> Picture:
        buffer = io.BytesIO()
        picture.save(buffer, kind, quality=quality)
        return Image.open(buffer).convert("RGB")

    return run


def palette(colours: int) -> Step:
    """As a GIF: few colours, dithered."""

    def run(picture: Picture, _: Context) -> Picture:
        return picture.quantize(colours).convert("RGB")

    return run


def scaled(factor: float) -> Step:
    """Smaller or larger, and kept so."""

    def run(picture: Picture, _: Context) -> Picture:
        return resized(picture, picture.width * factor, picture.height * factor)

    return run


def blurred(radius: float) -> Step:
    def run(picture: Picture, _: Context) -> Picture:
        return picture.filter(ImageFilter.GaussianBlur(radius))

    return run


def noisy(sigma: float) -> Step:
    def run(picture: Picture, context: Context) -> Picture:
        values = np.asarray(picture, np.float32)
        return _picture(values + context.rng.normal(0, sigma, values.shape).astype(np.float32))

    return run


def sharpened(percent: int) -> Step:
    def run(picture: Picture, _: Context) -> Picture:
        return picture.filter(ImageFilter.UnsharpMask(2, percent, 2))

    return run


def grey(picture: Picture, _: Context) -> Picture:
    return picture.convert("L").convert("RGB")


def sepia(picture: Picture, _: Context) -> Picture:
    mix = np.array([[0.393, 0.769, 0.189], [0.349, 0.686, 0.168], [0.272, 0.534, 0.131]], np.float32)
    return _picture(np.asarray(picture, np.float32) @ mix.T)


def negative(picture: Picture, _: Context) -> Picture:
    return ImageOps.invert(picture)


def hue(turn: int) -> Step:
    """All hues turned by `turn` of 256, either way."""

    def run(picture: Picture, context: Context) -> Picture:
        values = np.array(picture.convert("HSV"))
        values[..., 0] = (values[..., 0].astype(np.int16) + context.sign() * turn) % 256
        return Image.fromarray(values, "HSV").convert("RGB")

    return run


def saturated(*factors: float) -> Step:
    def run(picture: Picture, context: Context) -> Picture:
        return ImageEnhance.Color(picture).enhance(context.one_of(*factors))

    return run


def brightened(*factors: float) -> Step:
    def run(picture: Picture, context: Context) -> Picture:
        return ImageEnhance.Brightness(picture).enhance(context.one_of(*factors))

    return run


def contrasted(*factors: float) -> Step:
    def run(picture: Picture, context: Context) -> Picture:
        return ImageEnhance.Contrast(picture).enhance(context.one_of(*factors))

    return run


def gamma(*exponents: float) -> Step:
    def run(picture: Picture, context: Context) -> Picture:
        exponent = context.one_of(*exponents)
        return picture.point([round(255 * (v / 255) ** exponent) for v in range(256)] * 3)

    return run


def warmed(shift: float) -> Step:
    """The white point moved, either way: red up and blue down, or the reverse."""

    def run(picture: Picture, context: Context) -> Picture:
        amount = context.sign() * shift
        gains = np.array([1 + amount, 1, 1 - amount], np.float32)
        return _picture(np.asarray(picture, np.float32) * gains)

    return run


def _picture(values: NDArray[np.float32]) -> Picture:
    return Image.fromarray(values.clip(0, 255).round().astype(np.uint8), "RGB")
