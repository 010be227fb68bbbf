"""What can be done to an AVIF by someone who knows its boxes.

In: a file. Out: the file with one thing changed, or as it was. Next: `recipe`.
"""

import random
import struct
from collections.abc import Callable
from typing import Final

from drills.viewers import scenes
from drills.viewers.files import Mutation, saved
from drills.viewers.formats import avif
from drills.viewers.formats.boxes import Box, File, read
from drills.viewers.formats.heif_write import clean_aperture, colours
from drills.viewers.profiles import profile


def _inner(change: Callable[[File, random.Random], None]) -> Mutation:
    def mutate(data: bytes, dice: random.Random) -> bytes:
        if data[4:8] != b"ftyp":
            return data
        file = read(data)
        if not file.top.boxes or len(file.top.boxes) < 2:
            return data
        try:
            change(file, dice)
            return file.packed()
        except (IndexError, struct.error, OverflowError):
            # Too broken already to be changed knowingly.
            return data

    return mutate


def _parents(file: File) -> list[list[Box]]:
    return [file.top.boxes or [], *(box.boxes for box in file.top.walk() if box.boxes)]


def _drop(file: File, dice: random.Random) -> None:
    boxes = dice.choice(_parents(file))
    del boxes[dice.randrange(len(boxes))]


def _double(file: File, dice: random.Random) -> None:
    boxes = dice.choice(_parents(file))
    place = dice.randrange(len(boxes))
    boxes.insert(place, boxes[place])


def _swap(file: File, dice: random.Random) -> None:
    boxes = dice.choice(_parents(file))
    first, other = dice.randrange(len(boxes)), dice.randrange(len(boxes))
    boxes[first], boxes[other] = boxes[other], boxes[first]


def _brands(file: File, dice: random.Random) -> None:
    box = file.top.inside(b"ftyp")
    if box is None:
        return
    brands = [box.body[at : at + 4] for at in range(8, len(box.body) - 3, 4)]
    what = dice.choice(("major", "major", "drop", "more", "shuffle", "far", "size"))
    major = box.body[:4]
    if what == "major":
        major = dice.choice(avif.MAJORS)
    elif what == "drop" and brands:
        del brands[dice.randrange(len(brands))]
    elif what == "more":
        brands.insert(0, dice.choice((b"heic", b"isom", b"mp42", b"qt  ", b"crx ")))
    elif what == "shuffle":
        dice.shuffle(brands)
    elif what == "far":
        brands = [b"zzzz"] * dice.choice((10, 70, 300)) + brands
    else:
        box.size = dice.choice((0, 8, 12, 16, 20, 4000))
    box.body = major + box.body[4:8] + b"".join(brands)


def _property(file: File, dice: random.Random) -> None:
    """A property more, given to one of the items."""
    held, associated = file.top.inside(b"meta", b"iprp", b"ipco"), file.top.inside(b"meta", b"iprp", b"ipma")
    if held is None or held.boxes is None or associated is None or len(associated.body) < 8:
        return
    size = next((box.body for box in held.boxes if box.kind == b"ispe" and len(box.body) >= 12), bytes(12))
    width, height = struct.unpack(">II", size[4:12])
    width, height = max(4, min(width, 60000)), max(4, min(height, 60000))
    data, _ = profile(dice)
    choices = (
        clean_aperture(width // 2, height, (-width // 4, 1), (0, 1)),
        clean_aperture(width - 3, height - 5, (dice.choice((0, 1, 50)), 2), (0, 1)),
        Box(b"irot", bytes([dice.randrange(5)])),
        Box(b"imir", bytes([dice.randrange(3)])),
        Box(b"colr", b"prof" + data),
        colours(
            dice.choice((1, 9, 12, 2)), dice.choice((1, 4, 8, 13, 16, 18)), dice.choice((0, 1, 2, 6, 9)), True
        ),
        Box(b"pasp", struct.pack(">II", dice.choice((1, 2, 5)), dice.choice((1, 2, 0)))),
        Box(b"abcd", bytes(8)),
    )
    held.boxes.append(dice.choice(choices))
    body = bytearray(associated.body)
    at = 8
    for _ in range(dice.randrange(max(1, int.from_bytes(body[4:8], "big")))):
        at += 3 + body[at + 2]
    essential = 0x80 if dice.random() < 0.6 else 0
    place = at + 3 + (body[at + 2] if dice.random() < 0.8 else 0)
    body.insert(place, len(held.boxes) & 0x7F | essential)
    body[at + 2] += 1
    associated.body = bytes(body)


def _leaf(*kinds: bytes) -> Callable[[File, random.Random], None]:
    """A byte of one of these boxes, changed."""

    def change(file: File, dice: random.Random) -> None:
        found = [box for box in file.top.walk() if box.kind in kinds and box.body]
        if not found:
            return
        box = dice.choice(found)
        body = bytearray(box.body)
        at = dice.randrange(len(body))
        body[at] = dice.choice((0, 1, 2, 4, 9, 16, 128, 255, body[at] ^ 1, body[at] + 1 & 255))
        box.body = bytes(body)

    return change


def _size(file: File, dice: random.Random) -> None:
    boxes = dice.choice(_parents(file))
    box = dice.choice(boxes)
    size = len(box.packed())
    box.size = dice.choice((0, 7, size - 1, size + 1, size + 90, 0x7FFFFFFF))


def _wide(file: File, dice: random.Random) -> None:
    dice.choice(dice.choice(_parents(file))).wide = True


def _last(file: File, dice: random.Random) -> None:
    """The last box to the end of the file, whatever follows."""
    if file.top.boxes:
        file.top.boxes[-1].size = 0
        file.rest = dice.choice((b"", bytes(40)))


def _free(file: File, dice: random.Random) -> None:
    boxes = dice.choice(_parents(file))
    boxes.insert(
        dice.randrange(len(boxes) + 1),
        Box(dice.choice((b"free", b"skip", b"uuid", b"abcd", b"mdat")), bytes(dice.choice((0, 16, 3000)))),
    )


def _samples(file: File, dice: random.Random) -> None:
    box = file.top.inside(b"mdat")
    if box is None or len(box.body) < 100:
        return
    at = dice.randrange(len(box.body) // 2, len(box.body))
    if dice.random() < 0.5:
        box.body = box.body[:at] + bytes([box.body[at] ^ 1 << dice.randrange(8)]) + box.body[at + 1 :]
    else:
        box.body = box.body[:at]


def _behind(data: bytes, dice: random.Random) -> bytes:
    other = saved(scenes.picture(dice), "JPEG")
    return data + dice.choice((other, dice.randbytes(61), b"\0", bytes(8)))


def _cut(data: bytes, dice: random.Random) -> bytes:
    return data[: int(len(data) * dice.choice((0.995, 0.95, 0.8, 0.5)))]


MUTATIONS: Final[dict[str, Mutation]] = {
    "box-dropped": _inner(_drop),
    "box-doubled": _inner(_double),
    "boxes-swapped": _inner(_swap),
    "brands": _inner(_brands),
    "brands-again": _inner(_brands),
    "property-more": _inner(_property),
    "property-more-again": _inner(_property),
    "property-changed": _inner(
        _leaf(b"clap", b"irot", b"imir", b"colr", b"pasp", b"ispe", b"pixi", b"auxC", b"av1C")
    ),
    "association-changed": _inner(_leaf(b"ipma", b"iinf", b"pitm", b"auxl", b"dimg", b"thmb", b"prem")),
    "location-changed": _inner(_leaf(b"iloc", b"stco", b"stsz", b"stsc")),
    "track-changed": _inner(_leaf(b"tkhd", b"mdhd", b"mvhd", b"elst", b"stts", b"stsd", b"stss", b"hdlr")),
    "box-size-wrong": _inner(_size),
    "box-wide": _inner(_wide),
    "box-to-the-end": _inner(_last),
    "free-box": _inner(_free),
    "samples": _inner(_samples),
    "more-behind": _behind,
    "tail-cut": _cut,
}
