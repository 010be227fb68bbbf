"""Films of many kinds, each made once; and what is compared of their frames."""

import functools
import hashlib
import io
from collections.abc import Iterable
from dataclasses import replace

from films import Recipe, film, scene
from PIL import Image

from repit_engine.video import Frame

_QUIET = "log-level=none:pools=1"
PLAIN = Recipe(width=160, height=96, frames=75, group=25, options={"preset": "veryfast"})
KINDS: dict[str, Recipe] = {
    "h264": Recipe(options={"bf": "3"}),
    "h264 open": Recipe(options={"x264-params": "open-gop=1:bframes=3:b-pyramid=normal"}),
    "h264 open ts": Recipe(container="mpegts", options={"x264-params": "open-gop=1:bframes=3"}),
    "h264 intra refresh ts": Recipe(container="mpegts", options={"x264-params": "intra-refresh=1:bframes=0"}),
    "h264 fields ts": Recipe(container="mpegts", options={"x264-params": "tff=1:bframes=2"}),
    "h264 avi": Recipe(container="avi", options={"bf": "2"}),
    "h264 raw": Recipe(container="h264", options={"bf": "2"}),
    "h264 flv": Recipe(container="flv", options={"bf": "2"}),
    "h264 fragments": Recipe(muxing={"movflags": "frag_keyframe+empty_moov"}),
    "h264 without b": Recipe(options={"bf": "0"}),
    "h264 ten bits": Recipe(pixels="yuv420p10le"),
    "hevc": Recipe("libx265", options={"x265-params": _QUIET}),
    "hevc open": Recipe("libx265", options={"x265-params": f"{_QUIET}:open-gop=1:bframes=4"}),
    "hevc layers": Recipe("libx265", options={"x265-params": f"{_QUIET}:temporal-layers=3"}),
    "hevc raw": Recipe("libx265", "hevc", options={"x265-params": _QUIET}),
    "vp8": Recipe("libvpx", "webm", options={"auto-alt-ref": "1", "lag-in-frames": "12", "b": "100k"}),
    "vp9": Recipe(
        "libvpx-vp9", "webm", options={"auto-alt-ref": "1", "lag-in-frames": "12", "cpu-used": "5"}
    ),
    "av1": Recipe("libsvtav1", options={"preset": "10"}),
    "av1 matroska": Recipe("libsvtav1", "matroska", options={"preset": "10"}),
    "mpeg4": Recipe("mpeg4", options={"bf": "2"}),
    "mpeg4 avi": Recipe("mpeg4", "avi", options={"bf": "2"}),
    "mpeg2 ts": Recipe("mpeg2video", "mpegts", options={"bf": "2"}),
    "mpeg2 ps": Recipe("mpeg2video", "mpeg", options={"bf": "2", "b": "300k"}),
    "mjpeg": Recipe("mjpeg", "avi", pixels="yuvj420p"),
    "mpeg1 ps": Recipe("mpeg1video", "mpeg", options={"bf": "2"}),
    "wmv2": Recipe("wmv2", "asf"),
    "flv": Recipe("flv", "flv"),
    "prores": Recipe("prores_ks", "mov", pixels="yuv422p10le"),
    "samples": Recipe("rawvideo", "avi"),
    "av1 obu": Recipe("libsvtav1", "obu", options={"preset": "10"}),
    "vp9 ivf": Recipe("libvpx-vp9", "ivf", options={"cpu-used": "5"}),
}


@functools.cache
def made(kind: str) -> bytes:
    """The file of a kind."""
    recipe = KINDS[kind]
    options = recipe.options if "265" in recipe.codec or "264" not in recipe.codec else PLAIN.options
    size = {"width": PLAIN.width, "height": PLAIN.height, "frames": PLAIN.frames, "group": PLAIN.group}
    return film(replace(recipe, **size, seed=3, options={**options, **recipe.options}))


def seen(frames: Iterable[Frame]) -> list[tuple[int, str, bool, bool]]:
    """Of each frame its time, a digest of its luma, and what is said of it."""
    return [
        (
            frame.ms,
            hashlib.sha256(str(frame.luma.dtype).encode() + frame.luma.tobytes()).hexdigest(),
            frame.corrupt,
            frame.keyframe,
        )
        for frame in frames
    ]


def animation(form: str, count: int = 12) -> bytes:
    """A picture of Pillow's `form` with so many frames."""
    first, *others = [Image.fromarray(plane) for plane in scene(96, 64, 3 * count, 3)][::3]
    out = io.BytesIO()
    moving = {"save_all": True, "append_images": others, "duration": 120} if count > 1 else {}
    first.save(out, form, **moving)
    return out.getvalue()
