"""The film of the demonstration, made by code, and what uploaders do to it.

In: nothing. Out: the film, `Upload`s of it. Next: `story`. It shows hills of noise past which a hand carries
a camera, in four scenes: nobody, and nothing that any picture of the demonstration shows.
"""

import io
from collections.abc import Iterator
from typing import Final

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from repit.demo.pictures import Upload
from repit.foundation.errors import Text

_RATE: Final = 24
_SIZE: Final = (320, 240)
_SCENE: Final = 3
"""Seconds of each scene."""
_SCENES: Final = 4
_OURS: Final = 20
_ANOTHER: Final = 70
_CUT: Final = (2.6, 9.3)
"""Seconds from which and to which a copy is cut."""
_BAR: Final = 40


def film(seed: int = _OURS) -> bytes:
    """An MP4 of twelve seconds."""
    return _encoded(_frames(seed), 23)


def uploads(original: bytes) -> list[Upload]:
    """The film, its altered copies, and an unrelated one."""
    frames = list(_decoded(original))
    begin, end = (round(seconds * _RATE) for seconds in _CUT)
    cut = [_barred(ImageOps.mirror(frame)) for frame in frames[begin:end]]
    small = [frame.resize((_SIZE[0] // 2, _SIZE[1] // 2)) for frame in frames]
    return [
        Upload(Text("Film, encoded anew", "Film réencodé"), _encoded(small, 34), "mp4", "film"),
        Upload(
            Text("Cut, mirrored, bars", "Coupé, miroir, bandes"),
            _encoded(cut, 30),
            "mp4",
            "film",
        ),
        Upload(Text("Unrelated: a film", "Autre : un film"), film(_ANOTHER), "mp4", "passes"),
    ]


def _frames(seed: int) -> Iterator[Image.Image]:
    chance = np.random.default_rng(seed)
    for _ in range(_SCENES):
        hills = Image.fromarray(_hills(chance))
        place, speed = np.array([60.0, 45.0]), np.zeros(2)
        for _ in range(_SCENE * _RATE):
            speed = 0.9 * speed + chance.normal(0, 0.35, 2)
            place = (place + speed).clip(0, [hills.width - _SIZE[0], hills.height - _SIZE[1]])
            left, top = place.tolist()
            yield hills.crop((int(left), int(top), int(left) + _SIZE[0], int(top) + _SIZE[1]))


def _hills(chance: np.random.Generator) -> NDArray[np.uint8]:
    """Noise of several sizes, coloured: as rich in corners as a photograph."""
    width, height = _SIZE[0] + 120, _SIZE[1] + 90
    levels = np.zeros((height, width, 3), np.float32)
    for side, weight in ((4, 60.0), (9, 45.0), (24, 30.0), (70, 14.0)):
        for channel in range(3):
            noise = Image.fromarray(chance.uniform(-1, 1, (side, side)).astype(np.float32))
            levels[..., channel] += weight * np.asarray(
                noise.resize((width, height), Image.Resampling.BICUBIC)
            )
    hills: NDArray[np.uint8] = (
        (128 + levels + levels.mean(axis=2, keepdims=True)).clip(0, 255).astype(np.uint8)
    )
    return hills


def _barred(frame: Image.Image) -> Image.Image:
    return ImageOps.expand(frame, border=(0, _BAR), fill=(0, 0, 0))


def _decoded(film: bytes) -> Iterator[Image.Image]:
    with av.open(io.BytesIO(film), "r") as container:
        for frame in container.decode(video=0):
            yield Image.fromarray(frame.to_ndarray(format="rgb24"))


def _encoded(frames: Iterator[Image.Image] | list[Image.Image], coarseness: int) -> bytes:
    """H.264 in MP4; `coarseness`: its constant rate factor."""
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        stream = None
        for frame in frames:
            if stream is None:
                stream = container.add_stream("libx264", rate=_RATE, options={"crf": str(coarseness)})
                stream.width, stream.height, stream.pix_fmt = *frame.size, "yuv420p"
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.asarray(frame), "rgb24")))
        if stream is not None:
            container.mux(stream.encode(None))
    return out.getvalue()
