"""What can be done to a WebP by someone who knows its chunks.

In: a file. Out: the file with one thing changed, or as it was. Next: `recipe`.
"""

import random
import struct
from collections.abc import Callable
from typing import Final

from drills.viewers import scenes
from drills.viewers.files import Mutation, saved
from drills.viewers.formats import exif, riff
from drills.viewers.formats.riff import Chunk
from drills.viewers.profiles import profile

_PIXELS: Final = (b"VP8 ", b"VP8L", b"ALPH", b"ANMF")


def _inner(change: Callable[[list[Chunk], random.Random], None]) -> Mutation:
    def mutate(data: bytes, dice: random.Random) -> bytes:
        if data[8:12] != b"WEBP":
            return data
        chunks, rest = riff.chunks_of(data)
        if not chunks:
            return data
        change(chunks, dice)
        return riff.file_of(chunks, rest)

    return mutate


def _some(chunks: list[Chunk], dice: random.Random) -> int:
    return dice.randrange(len(chunks))


def _drop(chunks: list[Chunk], dice: random.Random) -> None:
    del chunks[_some(chunks, dice)]


def _double(chunks: list[Chunk], dice: random.Random) -> None:
    place = _some(chunks, dice)
    chunks.insert(place, chunks[place])


def _swap(chunks: list[Chunk], dice: random.Random) -> None:
    first, other = _some(chunks, dice), _some(chunks, dice)
    chunks[first], chunks[other] = chunks[other], chunks[first]


def _size(chunks: list[Chunk], dice: random.Random) -> None:
    chunk = chunks[_some(chunks, dice)]
    chunk.size = max(0, len(chunk.body) + dice.choice((-2, -1, 1, 2, 100)))


def _padding(chunks: list[Chunk], dice: random.Random) -> None:
    chunk = chunks[_some(chunks, dice)]
    chunk.padding = b"" if len(chunk.body) % 2 else b"\0\0"


def _header(data: bytes, dice: random.Random) -> bytes:
    if data[8:12] != b"WEBP":
        return data
    size = dice.choice((len(data) - 8 - 2, len(data) - 8 + 2, 0, 0xFFFFFFFF, len(data) * 2, len(data) // 2))
    return data[:4] + struct.pack("<I", size) + data[8:]


def _extended(chunks: list[Chunk], dice: random.Random) -> None:
    """VP8X: flags and canvas; a new one where there is none."""
    if chunks[0].kind != b"VP8X":
        chunks.insert(0, riff.extended(dice.choice((0, 0x02, 0x10, 0x20, 0x08, 0x3E)), 100, 80))
        return
    body = bytearray(chunks[0].body.ljust(10, b"\0"))
    if dice.random() < 0.6:
        body[0] ^= dice.choice((0x02, 0x10, 0x20, 0x08, 0x80))
    else:
        at = dice.choice((4, 7))
        side = int.from_bytes(body[at : at + 3], "little")
        body[at : at + 3] = (
            dice.choice((0, side - 1, side + 1, side * 2, side // 2)).to_bytes(3, "little")
            if side
            else b"\1\0\0"
        )
    chunks[0].body = bytes(body)


def _marked(chunks: list[Chunk], flag: int) -> None:
    if chunks and chunks[0].kind == b"VP8X" and chunks[0].body:
        chunks[0].body = bytes([chunks[0].body[0] | flag]) + chunks[0].body[1:]
        return
    frame = next((chunk for chunk in chunks if chunk.kind in (b"VP8 ", b"VP8L")), None)
    if frame is None or len(frame.body) < 10:
        return
    if frame.kind == b"VP8 ":
        width, height = (value & 0x3FFF for value in struct.unpack("<HH", frame.body[6:10]))
    else:
        bits = int.from_bytes(frame.body[1:5], "little")
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    chunks.insert(0, riff.extended(flag, max(1, width), max(1, height)))


def _orientation(chunks: list[Chunk], dice: random.Random) -> None:
    if dice.random() < 0.85:
        _marked(chunks, 0x08)
    body = dice.choice((b"", b"Exif\0\0")) + exif.any_block(dice)
    place = len(chunks) if dice.random() < 0.7 else dice.randrange(len(chunks) + 1)
    chunks.insert(place, Chunk(b"EXIF", body))


def _xmp(chunks: list[Chunk], dice: random.Random) -> None:
    _marked(chunks, 0x04)
    chunks.append(Chunk(b"XMP ", exif.xmp(dice.choice((3, 6)))))


def _icc(chunks: list[Chunk], dice: random.Random) -> None:
    if dice.random() < 0.85:
        _marked(chunks, 0x20)
    data, _ = profile(dice)
    place = min(1, len(chunks)) if dice.random() < 0.8 else dice.randrange(len(chunks) + 1)
    chunks.insert(place, Chunk(b"ICCP", data))


def _unknown(chunks: list[Chunk], dice: random.Random) -> None:
    chunks.insert(
        dice.randrange(len(chunks) + 1),
        Chunk(dice.choice((b"ABCD", b"JUNK", b"\0\0\0\0")), dice.randbytes(dice.choice((0, 7, 300)))),
    )


def _frame(chunks: list[Chunk], dice: random.Random) -> None:
    """An animation's loop, background, or a frame's place, size, wait, flags."""
    found = [chunk for chunk in chunks if chunk.kind in (b"ANMF", b"ANIM") and len(chunk.body) >= 6]
    if not found:
        return
    chunk = dice.choice(found)
    body = bytearray(chunk.body)
    if chunk.kind == b"ANIM":
        body[dice.randrange(6)] = dice.choice((0, 1, 255))
    elif dice.random() < 0.3:
        body[15] = dice.choice((0, 1, 2, 3, 255))
    else:
        at = 3 * dice.randrange(5)
        value = int.from_bytes(body[at : at + 3], "little")
        body[at : at + 3] = dice.choice((0, 1, value + 4, value // 2, 500)).to_bytes(3, "little")
    chunk.body = bytes(body)


def _samples(chunks: list[Chunk], dice: random.Random) -> None:
    """The coded samples: cut, flipped, doubled, those of another picture."""
    found = [chunk for chunk in chunks if chunk.kind in _PIXELS and len(chunk.body) > 60]
    if not found:
        return
    chunk = dice.choice(found)
    body = bytearray(chunk.body)
    at = dice.randrange(len(body) // 2, len(body))
    what = dice.choice(("cut", "flip", "more", "other"))
    if what == "cut":
        del body[at:]
    elif what == "flip":
        body[at] ^= 1 << dice.randrange(8)
    elif what == "more":
        body += dice.randbytes(dice.choice((1, 2, 60)))
    elif chunk.kind != b"ANMF":
        other, _ = riff.chunks_of(saved(scenes.picture(dice), "WEBP", method=0))
        chunks.insert(chunks.index(chunk) + dice.choice((0, 1)), other[0])
        return
    chunk.body = bytes(body)


def _behind(data: bytes, dice: random.Random) -> bytes:
    other = saved(scenes.picture(dice), dice.choice(("WEBP", "JPEG")))
    return data + dice.choice((other, dice.randbytes(61), b"\0"))


def _cut(data: bytes, dice: random.Random) -> bytes:
    return data[: int(len(data) * dice.choice((0.995, 0.95, 0.8, 0.5)))]


MUTATIONS: Final[dict[str, Mutation]] = {
    "chunk-dropped": _inner(_drop),
    "chunk-doubled": _inner(_double),
    "chunks-swapped": _inner(_swap),
    "chunk-size-wrong": _inner(_size),
    "padding": _inner(_padding),
    "file-size-wrong": _header,
    "extended": _inner(_extended),
    "orientation": _inner(_orientation),
    "orientation-in-xmp": _inner(_xmp),
    "icc": _inner(_icc),
    "unknown-chunk": _inner(_unknown),
    "frame": _inner(_frame),
    "samples": _inner(_samples),
    "more-behind": _behind,
    "tail-cut": _cut,
}
