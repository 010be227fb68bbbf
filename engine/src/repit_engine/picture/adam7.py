"""What an interlaced PNG shows before its last pass has come.

In: samples, and which of them were decoded. Out: the same, each decoded one spread over the block that later
passes would have filled; how much all passes are. Next: `png`. PNG (third edition), section 8.2.
"""

from typing import Final

import numpy as np
from PIL import Image

_BLOCKS: Final = ((8, 8), (4, 8), (4, 4), (2, 4), (2, 2), (1, 2), (1, 1))
"""Across and down, after each pass."""


_PASSES: Final = (
    (0, 0, 8, 8),
    (4, 0, 8, 8),
    (0, 4, 4, 8),
    (2, 0, 4, 4),
    (0, 2, 2, 4),
    (1, 0, 2, 2),
    (0, 1, 1, 2),
)
"""Where each pass begins, across and down, and its steps."""


def size_of(width: int, height: int, bits: int) -> int:
    """Bytes of all rows of all passes, of `bits` a pixel, before they are packed."""
    sizes = [
        (-(-(width - x) // across), -(-(height - y) // down)) for x, y, across, down in _PASSES if x < width
    ]
    return sum((-(-each * bits // 8) + 1) * max(0, rows) for each, rows in sizes)


def spread(image: Image.Image, came: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """As browsers show it: the finest pass that reached a place counts; what none reached lets the ground
    through.
    """
    if image.mode == "1":
        image = image.convert("L")
    samples, known = np.asarray(image), np.asarray(came) > 0
    height, width = known.shape
    filled, reached = samples.copy(), np.zeros_like(known)
    rows, columns = np.arange(height), np.arange(width)
    for across, down in _BLOCKS:
        from_rows, from_columns = rows // down * down, columns // across * across
        there = known[from_rows][:, from_columns]
        filled[there] = samples[from_rows][:, from_columns][there]
        reached |= there
    found = Image.fromarray(filled, image.mode)
    if image.mode == "P" and image.palette is not None:
        found.putpalette(image.palette.getdata()[1], image.palette.mode)
    found.info = image.info
    return found, None if reached.all() else Image.fromarray(reached.astype(np.uint8) * 255)
