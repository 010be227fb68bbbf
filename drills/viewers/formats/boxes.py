"""Boxes of the ISO base media file format, as AVIF and HEIC have them.

In: bytes. Out: a tree of boxes, and bytes again whose offsets still point at the samples. Next: `avif`,
`avif_mutations`.

ISO/IEC 14496-12 (boxes, `iloc`, `stco`), 23008-12 (`ipco`, `ipma`).
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

_CONTAINERS: Final = {
    b"moov": 0,
    b"trak": 0,
    b"mdia": 0,
    b"minf": 0,
    b"stbl": 0,
    b"edts": 0,
    b"iprp": 0,
    b"ipco": 0,
    b"meta": 4,
    b"iref": 4,
}
"""Boxes that hold boxes, and how many bytes stand before those."""


@dataclass
class Box:
    """`body` holds what is not boxes; `size` and `wide` only where the size is to be written otherwise."""

    kind: bytes
    body: bytes
    boxes: list["Box"] | None = None
    size: int | None = None
    wide: bool = False

    def packed(self) -> bytes:
        held = self.body + b"".join(box.packed() for box in self.boxes or ())
        if self.wide:
            return struct.pack(">I4sQ", 1, self.kind, len(held) + 16) + held
        size = len(held) + 8 if self.size is None else self.size
        return struct.pack(">I", size & 0xFFFFFFFF) + self.kind + held

    def inside(self, *kinds: bytes) -> "Box | None":
        """The first box of this path below this one."""
        here: Box | None = self
        for kind in kinds:
            here = next((box for box in (here.boxes or ()) if box.kind == kind), None) if here else None
        return here

    def walk(self) -> Iterator["Box"]:
        for box in self.boxes or ():
            yield box
            yield from box.walk()


@dataclass
class File:
    """The top boxes, what follows them, and where each `mdat` began when it was read."""

    top: Box
    rest: bytes = b""
    began: list[int] = field(default_factory=list)

    def packed(self) -> bytes:
        """With offsets moved by as much as the first `mdat` has moved."""
        shift = self._shift()
        if shift:
            for box in self.top.walk():
                if box.kind == b"iloc":
                    box.body = _moved(box.body, shift)
                elif box.kind == b"stco":
                    box.body = _moved_chunks(box.body, shift)
        return b"".join(box.packed() for box in self.top.boxes or ()) + self.rest

    def _shift(self) -> int:
        at = 0
        for box in self.top.boxes or ():
            if box.kind == b"mdat":
                return at - self.began[0] if self.began else 0
            at += len(box.packed())
        return 0


def read(data: bytes) -> File:
    top = Box(b"", b"")
    top.boxes, end = _boxes(data, 0, len(data))
    began, at = [], 0
    for box in top.boxes:
        if box.kind == b"mdat":
            began.append(at)
        at += len(box.packed())
    return File(top, data[end:], began)


def timeless(data: bytes) -> bytes:
    """The same bytes at whatever hour the file was written: times of making and changing are naught.

    ISO/IEC 14496-12 8.2.2, 8.3.2 and 8.4.2: two times after version and flags, 8 bytes each in version 1.
    """
    file = read(data)
    for box in file.top.walk():
        if box.kind in (b"mvhd", b"tkhd", b"mdhd"):
            times = 16 if box.body[0] else 8
            box.body = box.body[:4] + bytes(times) + box.body[4 + times :]
    return file.packed()


def _boxes(data: bytes, at: int, end: int) -> tuple[list[Box], int]:
    boxes = []
    while at + 8 <= end:
        size, kind, head = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8], 8
        if size == 1 and at + 16 <= end:
            size, head = int.from_bytes(data[at + 8 : at + 16], "big"), 16
        if size == 0:
            size = end - at
        if size < head or at + size > end:
            break
        start = at + head
        if kind in _CONTAINERS:
            inner, stop = _boxes(data, start + _CONTAINERS[kind], at + size)
            tail = data[stop : at + size]
            box = Box(kind, data[start : start + _CONTAINERS[kind]], inner)
            if tail:
                box = Box(kind, data[start : at + size])
        else:
            box = Box(kind, data[start : at + size])
        box.wide = head == 16
        boxes.append(box)
        at += size
    return boxes, at


def _moved(body: bytes, shift: int) -> bytes:
    """`iloc` with every offset into the file moved."""
    out = bytearray(body)
    version = body[0]
    offset_size, length_size, base_size = body[4] >> 4, body[4] & 15, body[5] >> 4
    index_size = body[5] & 15 if version else 0
    wide = 4 if version == 2 else 2
    count = int.from_bytes(body[6 : 6 + wide], "big")
    at = 6 + wide
    for _ in range(count):
        at += wide
        method = body[at + 1] & 15 if version else 0
        at += 2 if version else 0
        at += 2
        base = int.from_bytes(body[at : at + base_size], "big")
        if base_size and base and method == 0:
            out[at : at + base_size] = (base + shift).to_bytes(base_size, "big")
        at += base_size
        extents = int.from_bytes(body[at : at + 2], "big")
        at += 2
        for _ in range(extents):
            at += index_size
            if method == 0 and not base:
                value = int.from_bytes(body[at : at + offset_size], "big") + shift
                out[at : at + offset_size] = max(0, value).to_bytes(offset_size, "big")
            at += offset_size + length_size
    return bytes(out)


def _moved_chunks(body: bytes, shift: int) -> bytes:
    values = struct.unpack(f">{(len(body) - 8) // 4}I", body[8 : 8 + (len(body) - 8) // 4 * 4])
    return body[:8] + b"".join(struct.pack(">I", max(0, value + shift)) for value in values)


def full(kind: bytes, body: bytes, version: int = 0, flags: int = 0) -> Box:
    """A box with version and flags."""
    return Box(kind, struct.pack(">I", version << 24 | flags) + body)
