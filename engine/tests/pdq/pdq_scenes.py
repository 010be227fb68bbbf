"""Pictures made by code, so that nothing is shipped and nobody is shown."""

import numpy as np
from numpy.typing import NDArray


def scene(height: int, width: int, seed: int) -> NDArray[np.uint8]:
    """``(h, w, 3)``: waves, discs and a little noise."""
    rng = np.random.default_rng(seed)
    y, x = np.linspace(0, 1, height)[:, np.newaxis], np.linspace(0, 1, width)[np.newaxis]
    picture = np.zeros((height, width, 3))
    for channel in range(3):
        for _ in range(8):
            down, across, phase = rng.uniform(-12, 12), rng.uniform(-12, 12), rng.uniform(0, 6.3)
            picture[:, :, channel] += rng.normal() * np.cos(2 * np.pi * (down * y + across * x) + phase)
    for _ in range(6):
        middle_y, middle_x, half_y, half_x = rng.uniform([0, 0, 0.05, 0.05], [1, 1, 0.3, 0.3])
        disc = ((y - middle_y) / half_y) ** 2 + ((x - middle_x) / half_x) ** 2 < 1
        picture[disc] += 3 * rng.normal(size=3)
    picture = (picture - picture.min()) / np.ptp(picture) * 255
    return np.clip(picture + rng.normal(size=picture.shape) * 4, 0, 255).astype(np.uint8)


def grey(height: int, width: int, seed: int) -> NDArray[np.uint8]:
    """``(h, w)``."""
    return np.ascontiguousarray(scene(height, width, seed)[:, :, 1])


def luma(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The luma that the contract names, float32 step by step."""
    red, green, blue = (rgb[:, :, channel].astype(np.float32) for channel in range(3))
    return red * np.float32(0.299) + green * np.float32(0.587) + blue * np.float32(0.114)
