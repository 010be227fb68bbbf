"""What can be done to a GIF by someone who knows its blocks.

In: a file. Out: the file with one thing changed, or as it was. Next: `recipe`.
"""

import random
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from PIL import Image

from drills.viewers import scenes
from drills.viewers.files import Mutation, saved


@dataclass
class Block:
    """`head`: the screen, an extension's two bytes, or an image's descriptor and palette; `data`: what
    follows in sub-blocks, as it stands."""

    kind: str
    head: bytes
    data: bytes = b""


def blocks_of(data: bytes) -> tuple[list[Block], bytes]:
    """The blocks, and what follows the last one that could be read."""
    if len(data) < 13 or data[:3] != b"GIF":
        return [], data
    at = 13 + (3 << (data[10] & 7) + 1 if data[10] & 0x80 else 0)
    blocks = [Block("screen", data[:at])]
    while at < len(data):
        if data[at : at + 1] == b"!":
            end = _after(data, at + 2)
            blocks.append(
                Block(f"extension-{data[at + 1 : at + 2].hex()}", data[at : at + 2], data[at + 2 : end])
            )
        elif data[at : at + 1] == b"," and at + 10 <= len(data):
            flags = data[at + 9]
            start = at + 10 + (3 << (flags & 7) + 1 if flags & 0x80 else 0)
            end = _after(data, start + 1)
            blocks.append(Block("image", data[at:start], data[start:end]))
        else:
            break
        at = end
    return blocks, data[at:]


def _after(data: bytes, at: int) -> int:
    while at < len(data) and data[at]:
        at += data[at] + 1
    return min(at + 1, len(data))


def _inner(change: Callable[[list[Block], random.Random], None]) -> Mutation:
    def mutate(data: bytes, dice: random.Random) -> bytes:
        blocks, rest = blocks_of(data)
        if len(blocks) < 2:
            return data
        change(blocks, dice)
        return b"".join(block.head + block.data for block in blocks) + rest

    return mutate


def _some(blocks: list[Block], dice: random.Random) -> int:
    return dice.randrange(1, len(blocks))


def _drop(blocks: list[Block], dice: random.Random) -> None:
    del blocks[_some(blocks, dice)]


def _double(blocks: list[Block], dice: random.Random) -> None:
    place = _some(blocks, dice)
    blocks.insert(place, blocks[place])


def _swap(blocks: list[Block], dice: random.Random) -> None:
    first, other = _some(blocks, dice), _some(blocks, dice)
    blocks[first], blocks[other] = blocks[other], blocks[first]


def _screen(blocks: list[Block], dice: random.Random) -> None:
    """Version, size, flags, background, aspect."""
    head = bytearray(blocks[0].head)
    width, height = struct.unpack("<HH", head[6:10])
    what = dice.choice(("version", "size", "flags", "background", "aspect"))
    if what == "version":
        head[:6] = dice.choice((b"GIF87a", b"GIF89b", b"GIF90a"))
    elif what == "size":
        sizes = (
            (0, 0),
            (width // 2, height // 2),
            (width + 50, height + 50),
            (1, 1),
            (4000, 4000),
            (width, 0),
        )
        head[6:10] = struct.pack("<HH", *dice.choice(sizes))
    elif what == "flags":
        head[10] ^= dice.choice((0x80, 0x01, 0x08, 0x70))
    elif what == "background":
        head[11] = dice.randrange(256)
    else:
        head[12] = dice.choice((1, 49, 255))
    blocks[0].head = bytes(head)


def _image(blocks: list[Block], dice: random.Random) -> None:
    """A frame's place, size, flags or least code size."""
    images = [block for block in blocks if block.kind == "image" and len(block.head) >= 10 and block.data]
    if not images:
        return
    block = dice.choice(images)
    head = bytearray(block.head)
    if dice.random() < 0.2:
        block.data = bytes([dice.choice((2, 7, 9, 11, 12, 0))]) + block.data[1:]
        return
    fields = list(struct.unpack("<HHHH", head[1:9]))
    if dice.random() < 0.25:
        head[9] ^= dice.choice((0x40, 0x80, 0x01, 0x20))
    else:
        field = dice.randrange(4)
        fields[field] = dice.choice((0, 1, 9, fields[field] + 10, fields[field] // 2, 65535))
    head[1:9] = struct.pack("<HHHH", *fields)
    block.head = bytes(head)


def _control(blocks: list[Block], dice: random.Random) -> None:
    """A graphic control: disposal, wait, transparency; a new one, or one before something else."""
    found = [block for block in blocks if block.kind == "extension-f9" and len(block.data) >= 6]
    if not found or dice.random() < 0.2:
        body = struct.pack(
            "<BHBB", dice.choice((0, 1, 9, 12)), dice.choice((0, 10, 500)), dice.randrange(256), 0
        )
        blocks.insert(_some(blocks, dice), Block("extension-f9", b"!\xf9", b"\4" + body))
        return
    block = dice.choice(found)
    data = bytearray(block.data)
    what = dice.choice(("disposal", "wait", "key", "clear", "size"))
    if what == "disposal":
        data[1] = data[1] & 0xE3 | dice.randrange(8) << 2
    elif what == "wait":
        data[2:4] = struct.pack("<H", dice.choice((0, 1, 2, 100, 65535)))
    elif what == "key":
        data[4] = dice.randrange(256)
    elif what == "clear":
        data[1] ^= 1
    else:
        data[0] = dice.choice((3, 5, 0))
    block.data = bytes(data)


def _extension(blocks: list[Block], dice: random.Random) -> None:
    kind = dice.choice((0xFE, 0xFF, 0x01, 0x00, 0xCE))
    body = dice.choice(
        (
            b"\x05hello\0",
            b"\x0bANIMEXTS1.0\3\1\0\0\0",
            b"\x0bXMP DataXMP<a/>\0",
            b"\0",
            b"\x0c" + bytes(12) + b"\0",
        )
    )
    blocks.insert(_some(blocks, dice), Block("extension", bytes((0x21, kind)), body))


def _frame_more(blocks: list[Block], dice: random.Random) -> None:
    """A decoy before or behind, with a control of its own."""
    width, height = struct.unpack("<HH", blocks[0].head[6:10])
    other = saved(
        scenes.resized(dice, (max(1, min(width, 300)), max(1, min(height, 300)))).quantize(
            32, Image.Quantize.FASTOCTREE
        ),
        "GIF",
    )
    more, _ = blocks_of(other)
    image = next((block for block in more if block.kind == "image"), None)
    if image is None:
        return
    if not image.head[9] & 0x80:
        image.head = image.head[:9] + bytes([more[0].head[10] & 0x87]) + more[0].head[13:]
    wait = struct.pack("<BHBB", dice.choice((4, 8, 12)), dice.choice((0, 1, 50)), 0, 0)
    place = dice.choice((1, len(blocks)))
    blocks[place:place] = [Block("extension-f9", b"!\xf9", b"\4" + wait + b"\0"), image]


def _data(blocks: list[Block], dice: random.Random) -> None:
    """A frame's codes: cut, flipped, ended early, a sub-block's length wrong."""
    images = [block for block in blocks if block.kind == "image" and len(block.data) > 300]
    if not images:
        return
    block = dice.choice(images)
    data = bytearray(block.data)
    at = dice.randrange(len(data) // 2, len(data))
    what = dice.choice(("cut", "flip", "length", "no-end"))
    if what == "cut":
        del data[at:]
        data += b"\0"
    elif what == "flip":
        data[at] ^= 1 << dice.randrange(8)
    elif what == "length":
        data[1] = dice.choice((1, 100, 255))
    else:
        del data[-1:]
    block.data = bytes(data)


def _end(data: bytes, dice: random.Random) -> bytes:
    data = data[:-1] if data.endswith(b";") and dice.random() < 0.6 else data
    other = saved(scenes.picture(dice), dice.choice(("GIF", "JPEG")))
    return data + dice.choice((b"", b"\0", b";;", dice.randbytes(50), other))


def _cut(data: bytes, dice: random.Random) -> bytes:
    return data[: int(len(data) * dice.choice((0.99, 0.9, 0.7, 0.4)))]


MUTATIONS: Final[dict[str, Mutation]] = {
    "block-dropped": _inner(_drop),
    "block-doubled": _inner(_double),
    "blocks-swapped": _inner(_swap),
    "screen": _inner(_screen),
    "frame-place": _inner(_image),
    "control": _inner(_control),
    "extension": _inner(_extension),
    "frame-more": _inner(_frame_more),
    "codes": _inner(_data),
    "end": _end,
    "tail-cut": _cut,
}
