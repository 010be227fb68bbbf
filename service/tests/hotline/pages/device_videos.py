"""Videos for the device, made by code with PyAV's encoders: small, the same with every run, kept for the run.

In: how a video is to be. Out: bytes of a file. Next: the tests of the device. No footage: clouds of noise
over which a window wanders as a hand would hold it, cut to another cloud every few seconds.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache

import av
import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Recipe:
    """`clock`: ticks a second. `group`: frames from keyframe to keyframe."""

    container: str = "mp4"
    codec: str = "libx264"
    form: str = "yuv420p"
    width: int = 320
    height: int = 240
    seconds: float = 4
    rate: int = 30
    group: int = 30
    seed: int = 1
    options: tuple[tuple[str, str], ...] = (("preset", "veryfast"), ("crf", "23"))
    container_options: tuple[tuple[str, str], ...] = field(default=())


def scene(width: int, height: int, seed: int) -> NDArray[np.uint8]:
    """A cloud, larger than the frame."""
    source = np.random.default_rng(seed)
    total = np.zeros((2 * height, 2 * width), np.float64)
    for cell in (96, 48, 24, 12, 6):
        rows, columns = 2 * height // cell + 2, 2 * width // cell + 2
        corners = source.integers(0, 256, (rows, columns)).astype(np.float64)
        y, x = np.arange(2 * height) / cell, np.arange(2 * width) / cell
        top, left = y.astype(int), x.astype(int)
        down, across = (y - top)[:, None], (x - left)[None, :]
        upper = corners[top][:, left] * (1 - across) + corners[top][:, left + 1] * across
        lower = corners[top + 1][:, left] * (1 - across) + corners[top + 1][:, left + 1] * across
        total += (upper * (1 - down) + lower * down) * cell
    total -= total.min()
    return (total * (255 / total.max())).astype(np.uint8)


def frames(recipe: Recipe) -> list[NDArray[np.uint8]]:
    """Luma planes: a hand that sways, a cut every three seconds."""
    made = []
    cloud, number = scene(recipe.width, recipe.height, recipe.seed), -1
    for at in range(round(recipe.seconds * recipe.rate)):
        t = at / recipe.rate
        if int(t / 3) != number:
            number = int(t / 3)
            cloud = scene(recipe.width, recipe.height, 100 * recipe.seed + number)
        x = int(recipe.width * (0.5 + 0.3 * np.sin(1.7 * t + recipe.seed) + 0.05 * np.sin(7.1 * t)))
        y = int(recipe.height * (0.5 + 0.3 * np.cos(1.3 * t) + 0.05 * np.sin(9.3 * t)))
        made.append(np.ascontiguousarray(cloud[y : y + recipe.height, x : x + recipe.width]))
    return made


@cache
def video(recipe: Recipe) -> bytes:
    """The file."""
    target = io.BytesIO()
    with av.open(target, "w", format=recipe.container, options=dict(recipe.container_options)) as container:
        stream = container.add_stream(recipe.codec, rate=recipe.rate, options=dict(recipe.options))
        stream.width, stream.height, stream.pix_fmt = recipe.width, recipe.height, recipe.form
        stream.codec_context.gop_size = recipe.group
        stream.codec_context.time_base = Fraction(1, recipe.rate)
        for at, luma in enumerate(frames(recipe)):
            frame = av.VideoFrame.from_ndarray(luma, "gray").reformat(format=recipe.form)
            frame.pts, frame.time_base = at, Fraction(1, recipe.rate)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return target.getvalue()
