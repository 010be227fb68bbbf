"""What can be done to a PNG by someone who knows its chunks.

In: a file. Out: the file with one thing changed, or as it was. Next: `recipe`.
"""

import random
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from drills.viewers import scenes
from drills.viewers.files import Mutation, saved
from drills.viewers.formats import exif
from drills.viewers.formats.colours import colour_chunk
from drills.viewers.formats.png_write import SIGNATURE


@dataclass
class Chunk:
    """One chunk; `check` and `length` only where they are not what they should be."""

    kind: bytes
    body: bytes
    check: int | None = None
    length: int | None = None

    def packed(self) -> bytes:
        check = zlib.crc32(self.kind + self.body) if self.check is None else self.check
        length = len(self.body) if self.length is None else self.length
        return struct.pack(">I", length & 0xFFFFFFFF) + self.kind + self.body + struct.pack(">I", check)


def chunks_of(data: bytes) -> tuple[list[Chunk], bytes]:
    """The chunks, and what follows the last whole one. Wrong checksums stay wrong."""
    chunks, at = [], 8
    while at + 12 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        if at + 12 + length > len(data):
            break
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        check = int.from_bytes(data[at + 8 + length : at + 12 + length], "big")
        chunks.append(Chunk(kind, body, None if check == zlib.crc32(kind + body) else check))
        at += 12 + length
    return chunks, data[at:]


def _inner(change: Callable[[list[Chunk], random.Random], None]) -> Mutation:
    def mutate(data: bytes, dice: random.Random) -> bytes:
        if not data.startswith(SIGNATURE):
            return data
        chunks, rest = chunks_of(data)
        if len(chunks) < 3:
            return data
        change(chunks, dice)
        return SIGNATURE + b"".join(chunk.packed() for chunk in chunks) + rest

    return mutate


def _some(chunks: list[Chunk], dice: random.Random) -> int:
    return dice.randrange(len(chunks))


def _of(chunks: list[Chunk], *kinds: bytes) -> list[int]:
    return [place for place, chunk in enumerate(chunks) if chunk.kind in kinds]


def _before_data(chunks: list[Chunk], dice: random.Random) -> int:
    data = _of(chunks, b"IDAT")
    return dice.randrange(1, max(2, data[0] + 1)) if data else 1


def _drop(chunks: list[Chunk], dice: random.Random) -> None:
    del chunks[_some(chunks, dice)]


def _double(chunks: list[Chunk], dice: random.Random) -> None:
    place = _some(chunks, dice)
    chunks.insert(place, chunks[place])


def _swap(chunks: list[Chunk], dice: random.Random) -> None:
    first, other = _some(chunks, dice), _some(chunks, dice)
    chunks[first], chunks[other] = chunks[other], chunks[first]


def _shorten(chunks: list[Chunk], dice: random.Random) -> None:
    chunk = chunks[_some(chunks, dice)]
    chunk.body = chunk.body[: dice.randrange(len(chunk.body) + 1)]


def _check(chunks: list[Chunk], dice: random.Random) -> None:
    chunks[_some(chunks, dice)].check = dice.getrandbits(32)


def _length(chunks: list[Chunk], dice: random.Random) -> None:
    chunk = chunks[_some(chunks, dice)]
    chunk.length = dice.choice((len(chunk.body) - 1, len(chunk.body) + 1, 0, 0x7FFFFFFF, 0x80000000))


def _ancillary(chunks: list[Chunk], dice: random.Random) -> None:
    """A chunk that says nothing of the pixels: sound, with a wrong checksum, huge when unpacked, unknown."""
    bomb = zlib.compress(bytes(dice.choice((100, 1 << 20, 3 << 20))), 9)
    bodies = {
        b"tEXt": b"Comment\0" + dice.randbytes(40),
        b"zTXt": b"Comment\0\0" + bomb,
        b"iTXt": b"Comment\0\1\0\0\0" + bomb,
        b"iCCP": b"made\0\0" + bomb,
        b"pHYs": struct.pack(">IIB", 2835, dice.choice((2835, 9000, 0)), 1),
        b"sBIT": bytes([dice.choice((1, 5, 8, 99))]) * 3,
        b"bKGD": bytes(6),
        b"hIST": bytes(8),
        b"tIME": bytes(7),
        b"sPLT": b"made\0\x08" + bytes(12),
        b"oFFs": bytes(9),
        b"vpAg": bytes(9),
        b"CgBI": bytes(4),
        b"ABCD": dice.randbytes(9),
        b"abCd": dice.randbytes(9),
        b"mDCV": bytes(24),
        b"cLLI": bytes(8),
        b"\0\0\0\0": b"",
    }
    kind = dice.choice(sorted(bodies))
    place = _before_data(chunks, dice) if dice.random() < 0.7 else _some(chunks, dice)
    check = dice.getrandbits(32) if dice.random() < 0.3 else None
    chunks.insert(place, Chunk(kind, bodies[kind], check))


def _colours(chunks: list[Chunk], dice: random.Random) -> None:
    grey = bool(chunks[0].body[9:10]) and chunks[0].body[9] in (0, 4)
    (kind, body), _ = colour_chunk(dice, b"GRAY" if grey else b"RGB ")
    place = _before_data(chunks, dice) if dice.random() < 0.85 else _some(chunks, dice)
    chunks.insert(place, Chunk(kind, body, dice.getrandbits(32) if dice.random() < 0.1 else None))


def _orientation(chunks: list[Chunk], dice: random.Random) -> None:
    kind, body = dice.choice(
        (
            (b"eXIf", exif.any_block(dice)),
            (b"eXIf", exif.any_block(dice)),
            (b"eXIf", b"Exif\0\0" + exif.block(6)),
            (b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(_raw_profile(exif.block(6)))),
            (b"tEXt", b"Raw profile type exif\0" + _raw_profile(exif.block(3))),
            (b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + exif.xmp(8)),
        )
    )
    place = _before_data(chunks, dice) if dice.random() < 0.7 else len(chunks) - 1
    chunks.insert(place, Chunk(kind, body))


def _raw_profile(block: bytes) -> bytes:
    """As ImageMagick writes it: a name, a length, hexadecimal digits."""
    held = b"Exif\0\0" + block
    return b"\nexif\n%8d\n" % len(held) + held.hex().encode() + b"\n"


def _header(chunks: list[Chunk], dice: random.Random) -> None:
    body = bytearray(chunks[0].body)
    if len(body) != 13:
        return
    width, height = struct.unpack(">II", body[:8])
    what = dice.choice(("width", "height", "depth", "colour", "interlace", "method"))
    if what == "width":
        body[:4] = struct.pack(">I", dice.choice((width - 1, width + 1, width * 2, 0, 1)))
    elif what == "height":
        body[4:8] = struct.pack(">I", dice.choice((height - 7, height + 1, height * 2, 0, height // 2)))
    elif what == "depth":
        body[8] = dice.choice((1, 2, 4, 8, 16, 3))
    elif what == "colour":
        body[9] = dice.choice((0, 2, 3, 4, 6, 5))
    elif what == "interlace":
        body[12] = dice.choice((0, 1, 2))
    else:
        body[dice.choice((10, 11))] = dice.choice((1, 64))
    chunks[0].body = bytes(body)


def _data(chunks: list[Chunk], dice: random.Random) -> None:
    """The deflated rows: cut, a wrong sum, a wrong header, more behind, another block type, zlib's window."""
    places = _of(chunks, b"IDAT", b"fdAT")
    if not places:
        return
    chunk = chunks[dice.choice(places)]
    body = bytearray(chunk.body)
    what = dice.choice(("cut", "sum", "more", "flip", "window", "empty", "again"))
    if len(body) < 40:
        return
    if what == "cut":
        del body[dice.randrange(len(body) // 2, len(body)) :]
    elif what == "sum":
        body[-4:] = dice.randbytes(4)
    elif what == "more":
        body += dice.randbytes(dice.choice((1, 30)))
    elif what == "flip":
        body[dice.randrange(len(body) // 2, len(body))] ^= 1 << dice.randrange(8)
    elif what == "window" and chunk.kind == b"IDAT":
        body[0], body[1] = 0x08, 0x1D
    elif what == "empty":
        chunks.insert(dice.choice(places), Chunk(b"IDAT", b""))
    elif what == "again":
        chunks.insert(-1, Chunk(chunk.kind, bytes(body)))
    chunk.body = bytes(body)


def _palette(chunks: list[Chunk], dice: random.Random) -> None:
    places = _of(chunks, b"PLTE", b"tRNS")
    if not places:
        kind = dice.choice((b"PLTE", b"tRNS"))
        size = dice.choice((6, 2, 1, 256)) if kind == b"tRNS" else 3 * dice.choice((1, 16, 256, 257))
        chunks.insert(_before_data(chunks, dice), Chunk(kind, dice.randbytes(size)))
        return
    chunk = chunks[dice.choice(places)]
    change = dice.choice((-1, 1, -30, 30, 900))
    chunk.body = chunk.body[:change] if change < 0 else chunk.body + dice.randbytes(change)


def _animation(chunks: list[Chunk], dice: random.Random) -> None:
    """An animation's control: counts, order, places, delays; or control without an animation."""
    places = _of(chunks, b"acTL", b"fcTL")
    if not places:
        width, height = struct.unpack(">II", chunks[0].body[:8].rjust(8, b"\0"))
        control = struct.pack(">IIIIIHHBB", 0, width, height, 0, 0, 1, 10, 0, 0)
        new = [Chunk(b"acTL", struct.pack(">II", dice.choice((0, 1, 2, 99)), 0)), Chunk(b"fcTL", control)]
        chunks[1:1] = new[: dice.choice((1, 2, 2))]
        return
    chunk = chunks[dice.choice(places)]
    if chunk.kind == b"acTL":
        chunk.body = struct.pack(
            ">II", dice.choice((0, 1, 2, 50, 0x7FFFFFFF)), dice.choice((0, 1, 0x80000000))
        )
    elif len(chunk.body) == 26:
        fields = list(struct.unpack(">IIIIIHHBB", chunk.body))
        field = dice.randrange(9)
        fields[field] = dice.choice((0, 1, 2, 3, 100, 255) if field > 4 else (0, 1, 7, fields[field] + 1))
        chunk.body = struct.pack(">IIIIIHHBB", *fields)


def _behind(data: bytes, dice: random.Random) -> bytes:
    other = saved(scenes.picture(dice), dice.choice(("PNG", "JPEG")))
    end = data.rfind(b"IEND")
    cut = data if end < 0 or dice.random() < 0.5 else data[: end - 4]
    return cut + dice.choice((b"", other, dice.randbytes(60), b"\0"))


def _cut(data: bytes, dice: random.Random) -> bytes:
    return data[: int(len(data) * dice.choice((0.99, 0.95, 0.8, 0.6, 0.3)))]


MUTATIONS: Final[dict[str, Mutation]] = {
    "chunk-dropped": _inner(_drop),
    "chunk-doubled": _inner(_double),
    "chunks-swapped": _inner(_swap),
    "chunk-shortened": _inner(_shorten),
    "checksum-wrong": _inner(_check),
    "length-wrong": _inner(_length),
    "ancillary-chunk": _inner(_ancillary),
    "colours": _inner(_colours),
    "colours-again": _inner(_colours),
    "orientation": _inner(_orientation),
    "header": _inner(_header),
    "deflated-rows": _inner(_data),
    "palette": _inner(_palette),
    "animation": _inner(_animation),
    "end": _behind,
    "tail-cut": _cut,
}
