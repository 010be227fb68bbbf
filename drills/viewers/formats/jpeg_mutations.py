"""What can be done to a JPEG by someone who knows its segments.

In: a file. Out: the file with one thing changed, or as it was. Next: `recipe`.
"""

import random
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from drills.viewers import scenes
from drills.viewers.files import Mutation, saved
from drills.viewers.formats import exif
from drills.viewers.profiles import profile

_BARE: Final = {0x01, *range(0xD0, 0xDA)}
_WITHIN: Final = {b"\0", *(bytes([marker]) for marker in range(0xD0, 0xD8))}
"""What stands behind 0xFF within a scan."""
_FRAMES: Final = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}


@dataclass
class Part:
    """One segment: its marker and body; after SOS, `coded` is the entropy-coded data that follows."""

    marker: int
    body: bytes
    coded: bytes = b""

    def packed(self) -> bytes:
        head = bytes((0xFF, self.marker))
        if self.marker not in _BARE:
            head += struct.pack(">H", (len(self.body) + 2) & 0xFFFF) + self.body
        return head + self.coded


def parts_of(data: bytes) -> list[Part]:
    """The segments as far as they can be read; what cannot stays in the last one's `coded`."""
    parts, at = [], 0
    while at + 2 <= len(data) and data[at] == 0xFF and data[at + 1] != 0xFF:
        marker = data[at + 1]
        at += 2
        body = b""
        if marker not in _BARE:
            length = int.from_bytes(data[at : at + 2], "big")
            body = data[at + 2 : at + max(2, length)]
            at += max(2, length)
        end = at
        if marker == 0xDA:
            while (end := data.find(b"\xff", end)) >= 0:
                if data[end + 1 : end + 2] not in _WITHIN:
                    break
                end += 2
            end = len(data) if end < 0 else end
        parts.append(Part(marker, body, data[at:end]))
        at = end
    if parts:
        parts[-1].coded += data[at:]
    return parts


def packed(parts: list[Part]) -> bytes:
    return b"".join(part.packed() for part in parts)


def _inner(change: Callable[[list[Part], random.Random], None]) -> Mutation:
    """A mutation that works on the list of segments."""

    def mutate(data: bytes, dice: random.Random) -> bytes:
        parts = parts_of(data)
        if len(parts) < 3:
            return data
        change(parts, dice)
        return packed(parts)

    return mutate


def _at(parts: list[Part], *markers: int) -> list[int]:
    return [place for place, part in enumerate(parts) if part.marker in markers]


def _some(parts: list[Part], dice: random.Random) -> int:
    return dice.randrange(1, len(parts))


def _drop(parts: list[Part], dice: random.Random) -> None:
    del parts[_some(parts, dice)]


def _double(parts: list[Part], dice: random.Random) -> None:
    place = _some(parts, dice)
    parts.insert(place, parts[place])


def _swap(parts: list[Part], dice: random.Random) -> None:
    first, other = _some(parts, dice), _some(parts, dice)
    parts[first], parts[other] = parts[other], parts[first]


def _shorten(parts: list[Part], dice: random.Random) -> None:
    part = parts[_some(parts, dice)]
    part.body = part.body[: dice.randrange(len(part.body) + 1)]


def _lengthen(parts: list[Part], dice: random.Random) -> None:
    parts[_some(parts, dice)].body += dice.randbytes(dice.choice((1, 2, 17)))


def _wrong_length(data: bytes, dice: random.Random) -> bytes:
    parts = parts_of(data)
    places = [place for place, part in enumerate(parts) if part.body]
    if not places:
        return data
    place = dice.choice(places)
    at = len(packed(parts[:place])) + 2
    length = int.from_bytes(data[at : at + 2], "big") + dice.choice((-2, -1, 1, 2, 30, 3000))
    return data[:at] + struct.pack(">H", length & 0xFFFF) + data[at + 2 :]


def _stray(parts: list[Part], dice: random.Random) -> None:
    """Bytes between two segments, where libjpeg skips to the next marker."""
    place = dice.randrange(len(parts) - 1)
    parts[place].coded += dice.choice((b"\0", b"\0" * 5, b"\xff", b"\xff" * 9, b"ab", dice.randbytes(3)))


def _unknown(parts: list[Part], dice: random.Random) -> None:
    marker = dice.choice((0xE1, 0xE2, 0xE5, 0xED, 0xEF, 0xFE, 0xF0, 0xF7, 0xDE, 0xDF, 0x02, 0xBF, 0xC8))
    parts.insert(_some(parts, dice), Part(marker, dice.randbytes(dice.choice((0, 6, 400)))))


def _bare(parts: list[Part], dice: random.Random) -> None:
    parts.insert(_some(parts, dice), Part(dice.choice((0xD8, 0xD9, 0xD0, 0xD7, 0x01)), b""))


def _orientation(parts: list[Part], dice: random.Random) -> None:
    prefix = dice.choice((b"Exif\0\0", b"Exif\0\0", b"Exif\0\0", b"Exif\0\xff", b"EXIF\0\0", b"Exif\0"))
    place = 1 if dice.random() < 0.7 else _some(parts, dice)
    parts.insert(place, Part(0xE1, prefix + exif.any_block(dice)))


def _orientation_twice(parts: list[Part], dice: random.Random) -> None:
    for value in dice.sample(range(1, 9), 2):
        parts.insert(1, Part(0xE1, b"Exif\0\0" + exif.block(value)))


def _orientation_elsewhere(parts: list[Part], dice: random.Random) -> None:
    body = b"http://ns.adobe.com/xap/1.0/\0" + exif.xmp(dice.choice((3, 6, 8)))
    parts.insert(1, Part(0xE1, body))


def _icc(parts: list[Part], dice: random.Random) -> None:
    """A profile in one, two or three pieces: whole, doubled, shuffled, one missing, misnumbered."""
    frames = _at(parts, *_FRAMES)
    count = parts[frames[0]].body[5] if frames and len(parts[frames[0]].body) > 5 else 3
    data, _ = profile(dice, {1: b"GRAY", 4: b"CMYK"}.get(count, b"RGB "))
    number = dice.choice((1, 1, 1, 2, 3))
    size = -(-len(data) // number)
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    first = dice.choice((1, 1, 1, 1, 0))
    total = len(pieces) + dice.choice((0, 0, 0, 0, 1, -1))
    bodies = [
        b"ICC_PROFILE\0" + bytes(((place + first) & 255, total & 255)) + piece
        for place, piece in enumerate(pieces)
    ]
    fault = dice.choice(("", "", "", "twice", "shuffled", "missing"))
    if fault == "twice":
        bodies *= 2
    elif fault == "shuffled":
        dice.shuffle(bodies)
    elif fault == "missing":
        del bodies[dice.randrange(len(bodies))]
    place = 1 if dice.random() < 0.8 else _some(parts, dice)
    parts[place:place] = [Part(0xE2, body) for body in bodies]


def _adobe(parts: list[Part], dice: random.Random) -> None:
    """What colours the samples stand for, said otherwise."""
    body = b"Adobe\0\x64\0\0\0\0" + bytes([dice.choice((0, 1, 2, 3, 255))])
    found = _at(parts, 0xEE)
    if found and dice.random() < 0.3:
        del parts[found[0]]
    elif found and dice.random() < 0.7:
        parts[found[0]].body = body
    else:
        parts.insert(dice.choice((1, 2)), Part(0xEE, body[: dice.choice((12, 12, 11, 5))]))


def _jfif(parts: list[Part], dice: random.Random) -> None:
    found = _at(parts, 0xE0)
    if found and dice.random() < 0.5:
        del parts[found[0]]
        return
    thumb = scenes.picture(dice).resize((16, 16))
    body = b"JFIF\0\1" + bytes((dice.choice((0, 2, 9)), 0)) + bytes((0, 1, 0, 1, 16, 16)) + thumb.tobytes()
    parts.insert(1, Part(0xE0, body))


def _frame(parts: list[Part], dice: random.Random) -> None:
    """The frame header: size, precision, names, factors, tables."""
    found = _at(parts, *_FRAMES)
    if not found:
        return
    part = parts[found[0]]
    body = bytearray(part.body)
    if len(body) < 9:
        return
    what = dice.choice(("height", "width", "precision", "factor", "name", "table", "marker", "count"))
    height, width = struct.unpack(">HH", body[1:5])
    component = 6 + 3 * dice.randrange(max(1, (len(body) - 6) // 3))
    if what == "height":
        body[1:3] = struct.pack(
            ">H", max(0, dice.choice((0, height - 8, height + 8, height * 2, height // 2)))
        )
    elif what == "width":
        body[3:5] = struct.pack(">H", max(0, dice.choice((width - 8, width + 16, width * 2, width // 2))))
    elif what == "precision":
        body[0] = dice.choice((7, 9, 12, 16, 0))
    elif what == "factor":
        body[component + 1] = dice.choice((0x11, 0x12, 0x21, 0x22, 0x41, 0x14, 0x31, 0x33, 0x44, 0x00))
    elif what == "name":
        body[component] = dice.choice((0, 1, 2, 3, 4, 0x52, 0x47, 0x42, 200))
    elif what == "table":
        body[component + 2] = dice.choice((0, 1, 2, 3, 4))
    elif what == "count":
        body[5] = dice.choice((0, 1, 2, 3, 4, 5))
    else:
        part.marker = dice.choice((0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC9, 0xCA))
    part.body = bytes(body)


def _scan(parts: list[Part], dice: random.Random) -> None:
    """A scan's header, its restart interval, its restart markers, or the scan itself."""
    found = _at(parts, 0xDA)
    if not found:
        return
    part = parts[dice.choice(found)]
    what = dice.choice(("header", "interval", "markers", "drop", "fill", "flip", "double", "cut"))
    if what == "header" and part.body:
        body = bytearray(part.body)
        body[dice.randrange(len(body))] = dice.choice((0, 1, 2, 3, 5, 63, 0x10, 0x11, 255))
        part.body = bytes(body)
    elif what == "interval":
        parts.insert(found[0], Part(0xDD, struct.pack(">H", dice.choice((0, 1, 3, 1000)))))
    elif what == "markers":
        old = bytes((0xFF, dice.randrange(0xD0, 0xD8)))
        part.coded = part.coded.replace(old, dice.choice((b"", b"\xff\xd3", b"\0\0")), dice.choice((1, -1)))
    elif what == "drop":
        parts.remove(part)
    elif what == "double":
        parts.insert(found[0], part)
    elif what == "cut":
        part.coded = part.coded[: dice.randrange(len(part.coded) // 2, len(part.coded) + 1)]
    elif len(part.coded) > 20:
        at = dice.randrange(len(part.coded) // 2, len(part.coded))
        noise = b"\xff" * dice.choice((1, 5)) if what == "fill" else dice.randbytes(2)
        part.coded = part.coded[:at] + noise + part.coded[at + (0 if what == "fill" else 2) :]


def _tables(parts: list[Part], dice: random.Random) -> None:
    found = _at(parts, 0xDB, 0xC4)
    if not found:
        return
    place = dice.choice(found)
    what = dice.choice(("drop", "double", "late", "change"))
    if what == "drop":
        del parts[place]
    elif what == "double":
        parts.insert(place, Part(parts[place].marker, parts[place].body[:1] + bytes([9]) * 64))
    elif what == "late":
        parts.append(parts.pop(place))
    elif len(parts[place].body) > 20:
        body = bytearray(parts[place].body)
        body[dice.randrange(len(body))] = dice.choice((0, 1, 16, 255))
        parts[place].body = bytes(body)


def _no_end(data: bytes, dice: random.Random) -> bytes:
    data = data[:-2] if data.endswith(b"\xff\xd9") else data
    tail = dice.choice((b"", b"\0", b"SEFT", dice.randbytes(300), b"\xff", b"\xff\xd8\xff", bytes(4096)))
    return data[: len(data) - dice.choice((0, 0, 1, 2, 5))] + tail


def _cut(data: bytes, dice: random.Random) -> bytes:
    return data[: int(len(data) * dice.choice((0.995, 0.97, 0.9, 0.8, 0.6, 0.4)))]


def _more(data: bytes, dice: random.Random) -> bytes:
    """A second picture behind the first, as phones write it, or bytes of any kind."""
    other = saved(scenes.picture(dice), "JPEG")
    return data + dice.choice((other, b"\0" * 50 + other, dice.randbytes(900), b"PK\3\4" + bytes(90)))


def _thumbnail(parts: list[Part], dice: random.Random) -> None:
    """A picture within the EXIF block, another one than the file's."""
    small = saved(scenes.picture(dice).resize((64, 64)), "JPEG")
    block = struct.pack("<2sHIHI", b"II", 42, 8, 0, 14)
    block += struct.pack("<HHHIIHHIII", 2, 0x0201, 4, 1, 44, 0x0202, 4, 1, len(small), 0)
    parts.insert(1, Part(0xE1, b"Exif\0\0" + block + small))


MUTATIONS: Final[dict[str, Mutation]] = {
    "segment-dropped": _inner(_drop),
    "segment-doubled": _inner(_double),
    "segments-swapped": _inner(_swap),
    "segment-shortened": _inner(_shorten),
    "segment-lengthened": _inner(_lengthen),
    "segment-length-wrong": _wrong_length,
    "stray-bytes": _inner(_stray),
    "unknown-segment": _inner(_unknown),
    "bare-marker": _inner(_bare),
    "orientation": _inner(_orientation),
    "orientation-twice": _inner(_orientation_twice),
    "orientation-in-xmp": _inner(_orientation_elsewhere),
    "icc": _inner(_icc),
    "icc-again": _inner(_icc),
    "adobe": _inner(_adobe),
    "jfif": _inner(_jfif),
    "frame-header": _inner(_frame),
    "scan": _inner(_scan),
    "tables": _inner(_tables),
    "no-end": _no_end,
    "tail-cut": _cut,
    "more-behind": _more,
    "thumbnail": _inner(_thumbnail),
}
