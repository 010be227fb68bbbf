"""Videos for the device: the conformance files with what must come out of them, and others made by code.

In: `conformance/`. Out: names, paths, the engine's moments, files with something amiss. Next: the tests.
"""

import io
import json
import sys
from base64 import b64decode
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

CONFORMANCE = Path(__file__).resolve().parents[4] / "conformance"
sys.path.append(str(CONFORMANCE))

from films import Recipe, film, framed, prepared  # noqa: E402 (it lies there)

from repit_engine.moments import Moments, from_bytes  # noqa: E402

VIDEOS = CONFORMANCE / "videos"
NAMES = sorted(path.name for path in VIDEOS.iterdir())
NOT_IN_CHROMIUM = {"hevc-hlg.mp4"}
"""Debian's Chromium decodes no HEVC."""
PHONE = {"preset": "fast", "crf": "30", "bf": "0"}


@cache
def published(name: str) -> dict[str, Any]:
    """`videos` or `moments`: by the file's name, what must come out."""
    found: dict[str, Any] = json.loads((CONFORMANCE / f"{name}.json").read_text(encoding="utf-8"))["videos"]
    return found


def carried(item: dict[str, Any]) -> Moments:
    """The moments that an item brings; whatever is amiss with them raises."""
    return from_bytes(b64decode(item["moments"], validate=True))


def given(name: str, content: bytes) -> dict[str, Any]:
    """As a browser's file field takes it."""
    return {"name": name, "mimeType": "video/mp4", "buffer": content}


@cache
def hand_held(seconds: int, seed: int = 3, bframes: bool = False) -> bytes:
    """As a phone records: a group each second."""
    options = {"preset": "medium", "crf": "30", "x264-params": "bframes=2"} if bframes else PHONE
    return film(Recipe(frames=30 * seconds, group=30, seed=seed, options=options))


def film_of(planes: list[NDArray[np.uint8]], recipe: Recipe) -> bytes:
    """A film of these planes."""
    out = io.BytesIO()
    with av.open(out, "w", format=recipe.container) as container:
        stream = container.add_stream(recipe.codec, rate=recipe.rate, options=recipe.options)
        prepared(stream, recipe)
        for number, plane in enumerate(planes):
            frame = framed(plane, recipe.pixels)
            frame.pts, frame.time_base = number, Fraction(1, recipe.rate)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return out.getvalue()


def damaged(content: bytes) -> bytes:
    """The same with the third of its groups spoilt, so that no decoder makes anything of it."""
    from_, to = _samples(content, 66), _samples(content, 84)
    return content[:from_] + bytes(to - from_) + content[to:]


def cut_off(content: bytes, number: int) -> bytes:
    """The same with its header first, as a download leaves it that broke off before that sample."""
    media, header = content.index(b"mdat") - 4, content.index(b"moov") - 4
    assert media < header
    boxes = bytearray(content[header:])
    at = boxes.index(b"stco") + 4 + 4
    for place in range(at + 4, at + 4 + 4 * int.from_bytes(boxes[at : at + 4], "big"), 4):
        moved = int.from_bytes(boxes[place : place + 4], "big") + len(boxes)
        boxes[place : place + 4] = moved.to_bytes(4, "big")
    whole = content[:media] + bytes(boxes) + content[media:header]
    return whole[: _samples(whole, number)]


def _samples(content: bytes, number: int) -> int:
    """Where that sample begins, of an MP4 whose samples lie one behind the other."""
    at = content.index(b"stsz") + 4 + 8
    count = int.from_bytes(content[at : at + 4], "big")
    sizes = [int.from_bytes(content[at + 4 + 4 * k : at + 8 + 4 * k], "big") for k in range(count)]
    return content.index(b"mdat") + 4 + sum(sizes[:number])


def without_composition(content: bytes) -> bytes:
    """The same MP4 without its box of composition times, nor the edit list that goes with it: what is left
    are times of decoding."""
    return content.replace(b"ctts", b"free").replace(b"edts", b"free")
