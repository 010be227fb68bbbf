"""Common emoji, from a colour font under a free licence (Debian: fonts-noto-color-emoji, SIL OFL 1.1).

In: the font's path. Out: pictures with one emoji each. Next: `pictures`. Only hashes of what is drawn are
kept; the font is neither shipped nor embedded.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from bench.background.grounds import PARTS, grounds, laid
from bench.robustness.alterations.base import Picture

STRIKE: Final = 109
"""The one size at which the font's bitmaps exist."""
RANGES: Final = (
    (0x1F600, 0x1F645),
    (0x1F910, 0x1F930),
    (0x1F970, 0x1F97B),
    (0x1F493, 0x1F4A0),
    (0x1F446, 0x1F451),
)
SINGLE: Final = (
    0x2764, 0x2B50, 0x1F31F, 0x2728, 0x1F525, 0x1F4A5, 0x1F4AF, 0x1F4A9, 0x1F47B, 0x1F480, 0x1F47D,
    0x1F916, 0x1F648, 0x1F649, 0x1F64A, 0x1F64F, 0x1F4AA, 0x1F440, 0x1F445, 0x1F48B, 0x1F351, 0x1F346,
    0x1F352, 0x1F353, 0x1F34C, 0x1F4A6, 0x1F381, 0x1F382, 0x1F389, 0x1F388, 0x1F339, 0x1F338, 0x1F33B,
    0x1F984, 0x1F98B, 0x1F436, 0x1F431, 0x1F43C, 0x1F437, 0x1F451, 0x1F48E, 0x1F4B0, 0x1F4F7, 0x1F4F8,
    0x1F51E, 0x1F6AB, 0x26D4, 0x2705, 0x274C, 0x2757, 0x2753, 0x1F44D, 0x1F44E, 0x1F44F, 0x1F44C,
    0x270C, 0x1F91F, 0x1F918, 0x1F595, 0x1F308, 0x2600, 0x1F319, 0x26A1, 0x2744, 0x1F384,
)  # fmt: skip


def code_points() -> list[int]:
    """Some 250 of the most used: faces, hearts, hands, and what goes on pictures."""
    return sorted({*SINGLE, *(point for low, high in RANGES for point in range(low, high))})


def drawn(font: Path, point: int) -> Image.Image:
    """One emoji as an RGBA square."""
    strike = ImageFont.truetype(str(font), STRIKE)
    square = Image.new("RGBA", (136, 136), (0, 0, 0, 0))
    ImageDraw.Draw(square).text((68, 68), chr(point), font=strike, embedded_color=True, anchor="mm")
    return square


def pictures(font: Path) -> Iterator[Picture]:
    """Every emoji on every ground, at one of four sizes."""
    rng = np.random.default_rng(20261123)
    for point in code_points():
        sticker = drawn(font, point)
        if sticker.getbbox() is None:
            continue
        for place, ground in enumerate(grounds(rng)):
            yield laid(ground, sticker, PARTS[place % len(PARTS)])
