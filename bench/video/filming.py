"""Video files written from frames, and read into them, with PyAV alone.

In: frames as ``(height, width, 3) uint8``, blue, green, red. Out: files; frames again. Next: `originals` and
`copies` write, `copies` reads.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import TypeAlias

import av
import numpy as np
from numpy.typing import NDArray

BGR: TypeAlias = NDArray[np.uint8]
TIME_BASE = Fraction(1, 90_000)


@dataclass(frozen=True)
class Encoding:
    """A codec by PyAV's name, with its options."""

    codec: str
    options: Mapping[str, str] = field(default_factory=dict)
    suffix: str = ".mp4"


def x264(crf: int, preset: str = "veryfast", **options: str) -> Encoding:
    """H.264 of a constant quality, on one thread."""
    return Encoding("libx264", {"crf": str(crf), "preset": preset, "threads": "1", **options})


def write(path: Path, frames: Iterable[BGR], rate: float, encoding: Encoding) -> None:
    """A file of frames at a rate, whole or not at all; odd edges are cut off."""
    partly = path.with_name(f".{os.getpid()}-{path.name}{encoding.suffix}")
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(partly), "w") as container:
        stream = None
        for number, pixels in enumerate(frames):
            even = pixels[: pixels.shape[0] // 2 * 2, : pixels.shape[1] // 2 * 2]
            if stream is None:
                whole = Fraction(rate).limit_denominator(1001)
                stream = container.add_stream(encoding.codec, rate=whole, options=dict(encoding.options))
                stream.height, stream.width = even.shape[:2]
                stream.pix_fmt = "yuv420p"
                stream.thread_count = 1
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(even), format="bgr24")
            frame.pts, frame.time_base = round(number / rate / TIME_BASE), TIME_BASE
            container.mux(stream.encode(frame))
        if stream is not None:
            container.mux(stream.encode(None))
    partly.replace(path)


@dataclass(frozen=True)
class Shape:
    """Width, height, frames a second, seconds."""

    width: int
    height: int
    rate: float
    seconds: float


def shape(path: Path) -> Shape:
    """Of a file; the seconds to the end of its last frame."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        rate = float(stream.average_rate or 25)
        base = float(stream.time_base or TIME_BASE)
        times = [packet.pts for packet in container.demux(stream) if packet.pts is not None]
        return Shape(stream.width, stream.height, rate, (max(times) - min(times)) * base + 1 / rate)


def read(
    path: Path, begin: float = 0.0, end: float = float("inf"), edge: int | None = None
) -> Iterator[tuple[float, BGR]]:
    """Frames shown from `begin` until before `end`, with their seconds from the first; with a long `edge` at
    most.
    """
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.codec_context.thread_count = 1
        base, first = float(stream.time_base or TIME_BASE), _first(path)
        if begin > 2:
            container.seek(int(first + (begin - 1) / base), stream=stream, backward=True)
        for frame in container.decode(stream):
            if frame.pts is None:
                continue
            seconds = (frame.pts - first) * base
            if seconds >= end:
                return
            if seconds >= begin:
                scale = min(1.0, (edge or 10**6) / max(frame.width, frame.height))
                width, height = (round(side * scale / 2) * 2 for side in (frame.width, frame.height))
                yield seconds, frame.to_ndarray(format="bgr24", width=width, height=height)


@cache
def _first(path: Path) -> int:
    """The time of the first shown frame, in units of the stream."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        return min(packet.pts for packet in container.demux(stream) if packet.pts is not None)


def sampled(
    path: Path,
    begin: float,
    seconds: float,
    *,
    speed: float = 1.0,
    rate: float = 30.0,
    edge: int | None = None,
) -> Iterator[BGR]:
    """What a copy at `rate` shows that plays `seconds` from `begin` on at `speed`: each time the newest
    frame.
    """
    step, wanted, last = speed / rate, begin, None
    for shown, pixels in read(path, max(0.0, begin - 0.5), begin + seconds + 0.5, edge):
        while last is not None and shown > wanted and wanted < begin + seconds:
            yield last
            wanted += step
        last = pixels
    while last is not None and wanted < begin + seconds:
        yield last
        wanted += step
