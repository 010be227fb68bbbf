"""Damaged and hostile videos, made by code from a seed.

In: a seed, how many. Out: `Hostile`s. Next: `child` looks at each; the drill, and a test, count what came of
them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import cycle
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np

from drills.videos import boxes, honest
from drills.videos.disguised import DISGUISED

Rng: TypeAlias = np.random.Generator
Make: TypeAlias = Callable[[Rng], tuple[str, bytes]]
_MP4: Final = ("h264.mp4", "h264-fragmented.mp4", "av1.mp4", "hevc.mp4", "mjpeg.mov")


@dataclass(frozen=True)
class Hostile:
    """`kind`: its family; `name`: what was done; `refused`: whether nothing at all may be seen of it."""

    number: int
    kind: str
    name: str
    content: bytes
    refused: bool = False


def hostile(seed: int, count: int, decoy: Path) -> Iterator[Hostile]:
    """So many, the kinds in turns; `decoy`: a film that those in disguise name."""
    disguises = cycle(DISGUISED.items())

    def disguised(rng: Rng) -> tuple[str, bytes]:
        name, make = next(disguises)
        return name, make(rng, decoy)

    kinds: dict[str, Make] = {**KINDS, "disguised": disguised}
    for number, (kind, make) in zip(range(count), cycle(kinds.items()), strict=False):
        name, content = make(np.random.default_rng([seed, number]))
        yield Hostile(number, kind, name, content, kind == "disguised")


def _some(rng: Rng, names: tuple[str, ...] | None = None) -> tuple[str, bytes]:
    """An honest film or animation."""
    known = honest.films() | honest.animations()
    name = str(rng.choice(sorted(names or known)))
    return name, known[name]


def _flipped(rng: Rng) -> tuple[str, bytes]:
    name, content = _some(rng)
    changed = bytearray(content)
    begin = int(rng.choice([0, len(content) // 10]))
    flips = int(rng.choice([1, 8, 60, 400, 3000]))
    for at in rng.integers(begin, len(content), flips):
        changed[at] ^= 1 << int(rng.integers(8))
    return f"{name}, {flips} bits", bytes(changed)


def _cut(rng: Rng) -> tuple[str, bytes]:
    name, content = _some(rng)
    begin, end = 0, int(len(content) * rng.uniform(0.01, 0.99))
    if rng.random() < 0.3:
        begin, end = end, len(content)
    return f"{name}, a part", content[begin:end]


def _shuffled(rng: Rng) -> tuple[str, bytes]:
    """Parts of a file in another order, or of two in turns."""
    (name, content), (_, other) = _some(rng), _some(rng)
    edges = np.sort(rng.integers(0, len(content), 6))
    parts = [content[a:b] for a, b in zip([0, *edges], [*edges, len(content)], strict=True)]
    if rng.random() < 0.5:
        parts[int(rng.integers(len(parts)))] = other[: int(rng.integers(1, len(other)))]
    else:
        rng.shuffle(parts)  # type: ignore[arg-type]
    return f"{name}, parts exchanged", b"".join(parts)


def _boxed(rng: Rng) -> tuple[str, bytes]:
    name, content = _some(rng, _MP4)
    change = (boxes.exchanged, boxes.repeated, boxes.dropped, boxes.renamed, boxes.resized)[
        int(rng.integers(5))
    ]
    return f"{name}, boxes {change.__name__}", change(content, rng)


def _absurd(rng: Rng) -> tuple[str, bytes]:
    """Edges and counts that no film has."""
    if rng.random() < 0.3:
        at = honest.films()["mpeg4.avi"].index(b"strf") + 12
        edges = [int(value) for value in rng.choice([0, 1, 60_000, 2**31 - 1, 2**31], 2)]
        content = honest.films()["mpeg4.avi"]
        edge = b"".join(value.to_bytes(4, "little") for value in edges)
        return "mpeg4.avi, absurd edges", content[:at] + edge + content[at + 8 :]
    name, content = _some(rng, _MP4)
    change = boxes.sized if rng.random() < 0.35 else boxes.counted
    return f"{name}, {change.__name__}", change(content, rng)


@cache
def _bomb(codec: str, edge: int, frames: int) -> bytes:
    options = {"libx264": {"preset": "ultrafast", "crf": "51"}, "mjpeg": {}}[codec]
    container = "mp4" if codec == "libx264" else "avi"
    return honest.film(container, codec, options, width=edge, height=edge, frames=frames, flat=True)


def _exploding(rng: Rng) -> tuple[str, bytes]:
    """Few bytes that become many pixels."""
    kind = int(rng.integers(4))
    if kind == 0:
        return "h264, 4096 × 4096, 60 frames", _bomb("libx264", 4096, 60)
    if kind == 1:
        return "h264, 8192 × 8192", _bomb("libx264", 8192, 2)
    if kind == 2:
        return "mjpeg, 10000 × 10000", _bomb("mjpeg", 10_000, 2)
    content = honest.animations()["animation.gif"]
    edge = int(rng.choice([9_000, 30_000, 65_535])).to_bytes(2, "little")
    return "gif, a canvas that is too large", content[:6] + edge + edge + content[10:]


def _gapped(rng: Rng) -> tuple[str, bytes]:
    """Times that leap, go back, or say nothing."""
    kind = int(rng.integers(5))
    frames = 24
    if kind == 0:
        times = [40 * number for number in range(frames - 1)] + [int(rng.choice([10**9, 10**12, 2**40]))]
        return "mkv, a gap of years", honest.film(
            "matroska", "libx264", {"preset": "ultrafast"}, times=times, frames=frames
        )
    if kind == 1:
        gap = int(rng.choice([10**9, 2**31 - 1])).to_bytes(4, "big")
        return "mp4, a frame of years", boxes.put(honest.films()["h264.mp4"], b"stts", 12, gap)
    if kind == 2:
        scale = int(rng.choice([0, 1, 2**31 - 1, 2**32 - 1])).to_bytes(4, "big")
        return "mp4, an absurd clock", boxes.put(honest.films()["h264.mp4"], b"mdhd", 12, scale)
    if kind == 3:
        last = (2**33 - 40) * 1000 // 90_000
        times = [last + 40 * number for number in range(frames)]
        return "ts, a clock that wraps", honest.film(
            "mpegts", "libx264", {"preset": "ultrafast"}, times=times, frames=frames
        )
    spread = np.sort(rng.integers(0, 10**9, frames)).tolist()
    return "mkv, frames days apart", honest.film(
        "matroska", "libx264", {"preset": "ultrafast"}, times=spread, frames=frames
    )


def _nested(rng: Rng) -> tuple[str, bytes]:
    """Boxes in boxes, files in files."""
    kind, film = int(rng.integers(5)), honest.films()["h264.mp4"]
    if kind == 0:
        content = b""
        for _ in range(int(rng.choice([500, 5_000, 50_000]))):
            content = (len(content) + 8).to_bytes(4, "big") + b"moov" + content
            if len(content) > 400_000:
                break
        return "boxes within boxes", boxes.box(b"ftyp", b"isom", b"\0\0\2\0isom") + content
    if kind == 1:
        return "a film within a box of a film", film + boxes.box(b"udta", boxes.box(b"meta", film))
    if kind == 2:
        other_name, other = _some(rng)
        return f"a film, then {other_name}", film + other
    if kind == 3:
        return "an animation, then a film", honest.animations()["animation.gif"] + film
    depth = int(rng.choice([200, 20_000]))
    return "matroska, masters within masters", honest.films()["h264-uneven.mkv"][
        :60
    ] + b"\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff" * depth


def _endless(rng: Rng) -> tuple[str, bytes]:
    """What goes on and on."""
    kind = int(rng.integers(6))
    if kind == 0:
        content = honest.films()["h264-fragmented.mp4"]
        at = content.index(b"moof") - 4
        return "a fragment again and again", content[:at] + content[at:] * (
            1_000_000 // max(1, len(content) - at)
        )
    if kind == 1:
        content = honest.films()["h264.ts"]
        return "one packet of a stream again and again", content[: 188 * 3] + content[
            188 * 3 : 188 * 4
        ] * 20_000
    if kind == 2:
        unit = honest.films()["raw.h264"][:40]
        return "parameters without a picture", unit * 40_000
    if kind == 3:
        content = honest.films()["vp8.ivf"]
        empty = b"\0\0\0\0" + b"\1" * 8
        return "frames without a byte", content[:32] + empty * 100_000
    if kind == 4:
        content = honest.animations()["animation.gif"]
        frame = b"\x21\xf9\x04\x00\x00\x00\x00\x00\x2c\0\0\0\0\1\0\1\0\0\x02\x02\x44\x01\x00"
        return "an animation of specks", content[: 13 + 768] + frame * 60_000 + b";"
    content = honest.films()["h264.mp4"]
    count = 2_000_000
    table = boxes.box(
        b"stts", b"\0" * 4, (1).to_bytes(4, "big"), count.to_bytes(4, "big"), (1).to_bytes(4, "big")
    )
    sizes = boxes.box(b"stsz", b"\0" * 4, (1).to_bytes(4, "big"), count.to_bytes(4, "big"))
    for kind_of, made in ((b"stts", table), (b"stsz", sizes)):
        found = next(each for each in boxes.boxes(content) if each.kind == kind_of)
        grown = content[found.begin : found.end]
        content = content.replace(grown, made.ljust(len(grown), b"\0")[: max(len(grown), len(made))], 1)
    return "millions of frames of one byte", content


def _odd(rng: Rng) -> tuple[str, bytes]:
    """No film at all."""
    kind = int(rng.integers(6))
    noise = rng.integers(0, 256, int(rng.choice([1, 40, 20_000])), np.uint8).tobytes()
    heads = (
        b"\x1aE\xdf\xa3",
        b"\0\0\1\xba",
        b"OggS",
        b"FLV\1",
        b"DKIF",
        b"RIFF\xff\xff\xff\xffAVI ",
        b"\0\0\0\x18ftypisom",
    )
    if kind == 0:
        return "nothing", b""
    if kind == 1:
        return "noise", noise
    if kind == 2:
        return "words", b"hello world, this is only text\n" * int(rng.integers(1, 500))
    return "a head, then noise", heads[int(rng.integers(len(heads)))] + noise


KINDS: Final[dict[str, Make]] = {
    "bits flipped": _flipped,
    "cut off": _cut,
    "parts exchanged": _shuffled,
    "boxes": _boxed,
    "absurd counts": _absurd,
    "bombs of pixels": _exploding,
    "gaps in time": _gapped,
    "nested": _nested,
    "endless": _endless,
    "no film": _odd,
}
