"""Code-made scenes and the small video files that are made of them.

In: nothing but numbers. Out: frames as planes of luma, and files with every odd thing that a container can
have. Next: `make_videos.py`, and tests that need videos of their own.

What is seen is a plane of clouds and discs through a window that a hand moves, a cut in the middle, and
nobody.
"""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import av
import made
import numpy as np
from numpy.typing import NDArray

GREY = 128
RATE = 30


@dataclass(frozen=True)
class Recipe:
    """One file. `options`: the encoder's; `muxing`: the container's; `times`: of its frames, in units of
    1 / 90000 s, where they are no steady `RATE`; `colours`: the numbers of ISO/IEC 23091-2 for primaries,
    curve and matrix."""

    codec: str = "libx264"
    container: str = "mp4"
    width: int = 256
    height: int = 144
    frames: int = 120
    pixels: str = "yuv420p"
    group: int = 60
    seed: int = 1
    rate: int = RATE
    options: dict[str, str] = field(default_factory=dict)
    muxing: dict[str, str] = field(default_factory=dict)
    times: Sequence[int] | None = None
    colours: tuple[int, int, int] | None = None


def scene(width: int, height: int, frames: int, seed: int) -> Iterator[NDArray[np.uint8]]:
    """Planes ``(height, width)``: a hand holds the camera, less and less still; in the middle there is a
    cut."""
    views = [
        made.plane({"make": make, "height": 2 * height, "width": 2 * width, "seed": seed + number})
        for number, make in enumerate(("discs", "clouds"))
    ]
    rng = np.random.default_rng(seed)
    speed = np.zeros(2)
    place = np.array([height / 2, width / 2])
    for number in range(frames):
        calm = 0.2 + 0.8 * abs(np.sin(number * 0.11))
        speed = 0.8 * speed + calm * rng.normal(0, 0.6, 2)
        place = np.clip(place + speed, 1, [height - 1, width - 1])
        top, left = (round(part) for part in place)
        yield views[number * 2 // frames][top : top + height, left : left + width]


def film(recipe: Recipe) -> bytes:
    """The file of a recipe."""
    out = io.BytesIO()
    with av.open(out, "w", format=recipe.container, options=recipe.muxing) as container:
        stream = container.add_stream(recipe.codec, rate=recipe.rate, options=recipe.options)
        prepared(stream, recipe)
        encode(container, stream, recipe)
    return out.getvalue()


def prepared(stream: "av.VideoStream", recipe: Recipe) -> None:
    """What an encoder must be told before the first frame."""
    context = stream.codec_context
    stream.width, stream.height, stream.pix_fmt = recipe.width, recipe.height, recipe.pixels
    context.gop_size, context.thread_count = recipe.group, 1
    if recipe.times is not None:
        context.time_base = stream.time_base = Fraction(1, 90000)
    context.color_range = 2 if recipe.pixels.startswith("yuvj") else 1
    if recipe.colours is not None:
        context.color_primaries, context.color_trc, context.colorspace = recipe.colours


def encode(container: "av.container.OutputContainer", stream: "av.VideoStream", recipe: Recipe) -> None:
    """Encode a scene into a stream that is `prepared`."""
    base = Fraction(1, 90000) if recipe.times is not None else Fraction(1, recipe.rate)
    for number, plane in enumerate(scene(recipe.width, recipe.height, recipe.frames, recipe.seed)):
        frame = framed(plane, recipe.pixels)
        frame.pts = number if recipe.times is None else recipe.times[number]
        frame.time_base = base
        for packet in stream.encode(frame):
            container.mux(packet)
    for packet in stream.encode(None):
        container.mux(packet)


def framed(plane: NDArray[np.uint8], pixels: str) -> av.VideoFrame:
    """A grey frame of this luma, which is put into the limited range."""
    luma = 16 + plane.astype(np.uint16) * 219 // 255
    height, width = plane.shape
    chroma = np.full((height // 2, width), GREY, np.uint16)
    whole = np.concatenate([luma, chroma])
    if pixels.endswith("10le"):
        return av.VideoFrame.from_ndarray(whole * 4, format="yuv420p10le")
    return av.VideoFrame.from_ndarray(whole.astype(np.uint8), format="yuv420p")


def turned_by(content: bytes, matrix: Sequence[int]) -> bytes:
    """An MP4 with another display matrix: a, b, c, d of its first track's header."""
    at = content.index(b"tkhd") + 4 + 4 + 20 + 16
    a, b, c, d = (value << 16 for value in matrix)
    rows = (a, b, 0, c, d, 0, 0, 0, 1 << 30)
    return content[:at] + b"".join(row.to_bytes(4, "big", signed=True) for row in rows) + content[at + 36 :]


def cut_before(content: bytes, seconds: float) -> bytes:
    """An MP4 whose edit list hides what comes before."""
    at = content.index(b"elst") + 4 + 8
    scale = content.index(b"mdhd") + 4 + 4 + 8
    ticks = int.from_bytes(content[scale : scale + 4], "big")
    begin = int.from_bytes(content[at + 4 : at + 8], "big") + round(seconds * ticks)
    return content[: at + 4] + begin.to_bytes(4, "big") + content[at + 8 :]
