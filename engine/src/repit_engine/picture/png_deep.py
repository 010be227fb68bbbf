"""Dark pictures in the lower half of a PNG's sixteen bits, which a gamma brings out.

In: the chunks of a PNG of sixteen bits that states a gamma. Out: its samples as that gamma has them shown, in
eight bits. Next: `png`. Pillow keeps the upper half of each sample; Firefox 153 applies the gamma to all of
it.
"""

import zlib
from typing import Final

import numpy as np
from PIL import Image

from repit_engine.kernels import jit

_CHANNELS: Final = {0: 1, 2: 3, 4: 2, 6: 4}
_MOST_PIXELS: Final = 30_000_000


def brought_out(header: bytes, data: list[bytes], gamma: float) -> Image.Image | None:
    """Mode L or RGB, without transparency; None where there is nothing to bring out: not sixteen bits,
    interlaced, too large, or not whole.
    """
    width, height = int.from_bytes(header[:4]), int.from_bytes(header[4:8])
    depth, kind, interlaced = header[8], header[9], header[12]
    if depth != 16 or interlaced or kind not in _CHANNELS or width * height > _MOST_PIXELS or gamma <= 0:
        return None
    step = 2 * _CHANNELS[kind]
    size = (1 + step * width) * height
    try:
        rows = zlib.decompressobj().decompress(b"".join(data), size)
    except zlib.error:
        return None
    if len(rows) < size:
        return None
    plain = jit.png_rows.unfiltered(np.frombuffer(rows, np.uint8).reshape(height, -1).copy(), step)
    samples = plain.view(">u2").reshape(height, width, -1)
    shown = _levels(gamma)[samples[:, :, : 1 if kind in (0, 4) else 3]]
    return Image.fromarray(shown[:, :, 0] if shown.shape[2] == 1 else shown)


def _levels(gamma: float) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """sRGB of each of 65,536 samples."""
    with np.errstate(all="ignore"):
        light = np.linspace(0.0, 1.0, 65536) ** (1 / gamma)
    shown = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    levels: np.ndarray[tuple[int, ...], np.dtype[np.uint8]] = np.rint(
        np.clip(np.nan_to_num(shown), 0, 1) * 255
    ).astype(np.uint8)
    return levels


def warm_up() -> None:
    """Compile or load the kernel."""
    jit.png_rows.unfiltered(np.zeros((1, 3), np.uint8), 2)
