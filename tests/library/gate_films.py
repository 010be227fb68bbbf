"""Videos for the gate's tests: hand-held views of a cat, a coffee, a rocket, coded here."""

import io
from collections.abc import Iterable, Iterator
from fractions import Fraction
from functools import cache

import av
import numpy as np
from PIL import Image, ImageOps
from skimage import data

from repit_engine.moments import Moments, moments_of
from repit_engine.video import open_video

SIZE = 320, 240
RATE = 20


@cache
def _scene(name: str) -> np.ndarray:
    picture = Image.fromarray(np.asarray(getattr(data, name)(), np.uint8)).convert("RGB")
    return np.asarray(picture.resize((640, 480)))


def frames(
    names: tuple[str, ...] = ("chelsea", "coffee", "rocket"), seconds: float = 4.0
) -> list[Image.Image]:
    """So many seconds of each, one after another; the camera wanders as a hand does."""
    shown = []
    for number, name in enumerate(names):
        picture = _scene(name)
        for at in range(int(seconds * RATE)):
            time = at / RATE
            x = int(20 + 280 * time / seconds + 12 * np.sin(5.3 * time + number))
            y = int(110 + 90 * np.sin(1.3 * time + number) + 10 * np.sin(6.1 * time))
            shown.append(Image.fromarray(picture[y : y + 240, x : x + 320]))
    return shown


def film(
    shown: Iterable[Image.Image], *, codec: str = "libx264", form: str = "mp4", quality: int = 24
) -> bytes:
    """Coded, in memory."""
    out = io.BytesIO()
    with av.open(out, "w", format=form) as container:
        stream = container.add_stream(codec, rate=RATE)
        stream.options = {"crf": str(quality), "preset": "ultrafast", "g": str(RATE)}
        stream.pix_fmt = "yuv420p"
        stream.time_base = Fraction(1, RATE)
        for number, picture in enumerate(shown):
            if not number:
                stream.width, stream.height = picture.size
            container.mux(stream.encode(av.VideoFrame.from_image(picture)))
        container.mux(stream.encode())
    return out.getvalue()


@cache
def known_film() -> bytes:
    """Twelve seconds in three scenes: what somebody has submitted."""
    return film(frames())


@cache
def known_moments() -> Moments:
    """What a bank keeps of it."""
    with open_video(known_film()) as video:
        return moments_of(video)


@cache
def cut_and_mirrored() -> bytes:
    """Seconds 2 to 10 of it, mirrored, smaller, coded anew, worse."""
    return film((altered(picture) for picture in frames()[2 * RATE : 10 * RATE]), quality=33)


@cache
def behind_a_picture(brand: bytes) -> bytes:
    """The same film in one file with a still picture, which browsers show."""
    out = io.BytesIO()
    frames(("astronaut",), 1.0)[0].save(out, "AVIF")
    picture = out.getvalue()
    behind = bytearray(cut_and_mirrored()[int.from_bytes(cut_and_mirrored()[:4]) :])
    at = behind.index(b"stco") + 12  # where its frames lie in the file
    for place in range(at, at + 4 * int.from_bytes(behind[at - 4 : at]), 4):
        moved = (
            int.from_bytes(behind[place : place + 4]) + len(picture) - len(cut_and_mirrored()) + len(behind)
        )
        behind[place : place + 4] = moved.to_bytes(4)
    return picture[:8] + brand + picture[12:] + behind


@cache
def other_film() -> bytes:
    """Another one, of which nothing is known."""
    return film(_noise())


def altered(picture: Image.Image) -> Image.Image:
    return ImageOps.mirror(picture).resize((256, 192))


def _noise() -> Iterator[Image.Image]:
    """Soft blobs that wander: no picture, and not flat."""
    bits = np.random.default_rng(7)
    for _ in range(3):
        small = Image.fromarray(bits.integers(0, 256, (15, 20, 3), np.uint8)).resize((640, 480))
        for at in range(3 * RATE):
            yield small.crop((at * 2, at, at * 2 + 320, at + 240))
