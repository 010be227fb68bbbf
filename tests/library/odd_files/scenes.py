"""Two pictures made by code: the one that odd files show, and one that they pretend to show."""

import io

import numpy as np
from PIL import Image, ImageDraw
from pillow_heif import from_pillow

SIZE = (320, 240)


def made(seed: int) -> Image.Image:
    """Soft colours, shapes and grain, different for every seed."""
    width, height = SIZE
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (7, 9, 3), dtype=np.uint8)
    scene = Image.fromarray(coarse).resize(SIZE, Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(scene)
    for _ in range(10):
        x, y, w, h = (int(v) for v in rng.integers(0, 200, 4))
        colour = tuple(int(v) for v in rng.integers(0, 256, 3))
        (draw.ellipse if rng.random() < 0.5 else draw.rectangle)((x, y, x + w // 2, y + h // 2), fill=colour)
    grain = rng.normal(0, 5, (height, width, 1))
    return Image.fromarray(np.clip(np.asarray(scene) + grain, 0, 255).astype(np.uint8))


SCENE = made(11)
DECOY = made(12)
OTHER = made(13)


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    """As Pillow writes it; HEIF as libheif does."""
    file = io.BytesIO()
    if kind == "AVIF":
        options = {"speed": 10, **options}
    if kind == "HEIF":
        from_pillow(image).save(file, **options)
    else:
        image.save(file, kind, **options)
    return file.getvalue()


def with_alpha(image: Image.Image, alpha: Image.Image | int) -> Image.Image:
    """The same picture, seen through `alpha`."""
    clear = image.copy()
    clear.putalpha(alpha)
    return clear


def linear(image: Image.Image) -> np.ndarray:
    """Light, 0 to 1, of sRGB samples."""
    levels = np.asarray(image) / 255.0
    return np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4)


def under_gamma(image: Image.Image, gamma: float) -> Image.Image:
    """Samples that a PNG's gAMA of this value makes `image` of."""
    return Image.fromarray(np.rint(255 * np.maximum(linear(image), 1e-4) ** gamma).astype(np.uint8))


def two_faced(shown: Image.Image, raw: Image.Image, gamma: float) -> Image.Image:
    """Samples that a strong gamma makes `shown` of, and that look like `raw` without it.

    One pixel of four is bright and carries `shown` under the gamma; the others carry `raw` in darker tones,
    which the gamma turns black. Pornel's "apple and pear", found in the wild.
    """
    pixels = np.rint(np.asarray(raw) * (100 / 255)).astype(np.uint8)
    pixels[::2, ::2] = np.asarray(under_gamma(shown, gamma))[::2, ::2]
    return Image.fromarray(pixels)
