"""Small honest films and animations, one of each container that is read: what the hostile ones are made from.

In: nothing. Out: names and bytes, the same on every run of one version of FFmpeg. Next: `hostile`.
"""

import io
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from typing import Final

import av
import numpy as np
from bench.common import ROOT
from numpy.typing import NDArray
from PIL import Image

SIDE: Final = (192, 128)
FRAMES: Final = 24
MILLISECOND: Final = Fraction(1, 1000)
_KEPT: Final = (
    "h264.mp4",
    "h264-fragmented.mp4",
    "h264-uneven.mkv",
    "h264.ts",
    "vp9.webm",
    "av1.mp4",
    "h264-open.mp4",
)
"""Of conformance/videos."""
_MADE: Final = {
    "mpeg4.avi": ("avi", "mpeg4", {}),
    "mjpeg.mov": ("mov", "mjpeg", {}),
    "mpeg2.mpg": ("mpeg", "mpeg2video", {}),
    "flv1.flv": ("flv", "flv", {}),
    "hevc.mp4": ("mp4", "libx265", {"preset": "ultrafast", "x265-params": "log-level=error:pools=1"}),
    "raw.h264": ("h264", "libx264", {"preset": "ultrafast"}),
    "vp8.ivf": ("ivf", "libvpx", {"deadline": "realtime", "cpu-used": "8"}),
    "wmv2.asf": ("asf", "wmv2", {}),
}


@cache
def films() -> dict[str, bytes]:
    """Films by name."""
    kept = {name: (ROOT / "conformance" / "videos" / name).read_bytes() for name in _KEPT}
    return kept | {name: film(*recipe) for name, recipe in _MADE.items()}


@cache
def animations() -> dict[str, bytes]:
    """Animations by name."""
    frames = [Image.fromarray(np.repeat(plane[..., None], 3, axis=2)) for plane in planes()]
    made = {}
    for kind in ("GIF", "PNG", "WEBP", "AVIF"):
        file = io.BytesIO()
        frames[0].save(file, kind, save_all=True, append_images=frames[1:], duration=40)
        made[f"animation.{kind.lower()}"] = file.getvalue()
    return made


def planes(width: int = SIDE[0], height: int = SIDE[1], frames: int = FRAMES) -> Iterator[NDArray[np.uint8]]:
    """A pattern that moves, with grain."""
    rng = np.random.default_rng(5)
    down, across = np.mgrid[0:height, 0:width].astype(np.float32)
    grain = rng.normal(0, 6, (height, width)).astype(np.float32)
    for number in range(frames):
        waves = (
            np.sin(across / 11 + number / 5) + np.sin(down / 7 - number / 9) + np.sin((across + down) / 23)
        )
        yield np.clip(128 + 35 * waves + np.roll(grain, number, 1), 0, 255).astype(np.uint8)


def film(
    container: str,
    codec: str,
    options: dict[str, str],
    *,
    width: int = SIDE[0],
    height: int = SIDE[1],
    frames: int = FRAMES,
    times: list[int] | None = None,
    flat: bool = False,
) -> bytes:
    """A film of so many frames, at 25 a second or at `times` in milliseconds."""
    out = io.BytesIO()
    with av.open(out, "w", format=container) as made:
        stream = made.add_stream(codec, rate=25, options=options)
        pixels = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        stream.width, stream.height, stream.pix_fmt, stream.thread_count = width, height, pixels, 1
        if times is not None:
            stream.codec_context.time_base = MILLISECOND
        flats = (np.full((height, width), 60, np.uint8) for _ in range(frames))
        for number, plane in enumerate(flats if flat else planes(width, height, frames)):
            grey = np.concatenate([plane, np.full((height // 2, width), 128, np.uint8)])
            frame = av.VideoFrame.from_ndarray(grey, format="yuv420p")
            frame.pts = number if times is None else times[number]
            frame.time_base = Fraction(1, 25) if times is None else MILLISECOND
            made.mux(stream.encode(frame.reformat(format=pixels)))
        made.mux(stream.encode(None))
    return out.getvalue()
