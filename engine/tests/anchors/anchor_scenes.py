"""Pictures drawn by code: landscapes of blobs and lines, pages of text, noise."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

Luma = NDArray[np.uint8]


def scene(seed: int, width: int = 480, height: int = 360) -> Luma:
    """``(height, width) uint8``: discs, boxes and strokes of many sizes, on and under texture."""
    rng = np.random.default_rng(seed)
    image = Image.new("L", (width, height), int(rng.integers(60, 200)))
    draw = ImageDraw.Draw(image)
    for _ in range(50):
        size = width * float(rng.uniform(0.02, 0.22))
        x, y = float(rng.uniform(0, width)), float(rng.uniform(0, height))
        tone = int(rng.integers(0, 256))
        box = (x - size / 2, y - size / 2, x + size / 2, y + size * float(rng.uniform(0.2, 0.8)))
        match int(rng.integers(3)):
            case 0:
                draw.ellipse(box, fill=tone)
            case 1:
                draw.rectangle(box, fill=tone)
            case _:
                draw.line((x, y, x + size, y - size * 0.7), fill=tone, width=max(2, int(size / 6)))
    plane = np.asarray(image.filter(ImageFilter.GaussianBlur(1.2)), np.float64)
    for cells in (4, 8, 16, 32, 64):
        grid = Image.fromarray(rng.normal(0, 120 / cells**0.5, (cells, cells)).astype(np.float32))
        plane = plane + np.asarray(grid.resize((width, height), Image.Resampling.BICUBIC))
    return np.clip(plane + rng.normal(0, 3, plane.shape), 0, 255).astype(np.uint8)


def text_page(seed: int, width: int = 480, height: int = 640) -> Luma:
    """Black words on white."""
    rng = np.random.default_rng(seed)
    image = Image.new("L", (width, height), 255)
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(size=int(rng.integers(14, 26)))
    letters = np.array(list("aeioulmnrstdcp"))
    for y in range(24, height - 24, 30):
        words = ("".join(rng.choice(letters, int(rng.integers(2, 9)))) for _ in range(7))
        draw.text((24, y), " ".join(words), fill=0, font=font)
    return np.asarray(image, np.uint8)


def noise(seed: int, width: int = 320, height: int = 240) -> Luma:
    return np.random.default_rng(seed).integers(0, 256, (height, width), dtype=np.uint8)
