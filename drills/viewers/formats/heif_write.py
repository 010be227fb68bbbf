"""A picture container of any items, properties and references, written from its parts.

In: coded items. Out: a file. Next: `avif`.

ISO/IEC 23008-12 and the AV1 Image File Format.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

from drills.viewers.formats.boxes import Box, full, read


@dataclass(frozen=True)
class Item:
    """`properties`: (box, essential). `refers`: (kind, to whom)."""

    number: int
    kind: bytes
    data: bytes
    properties: tuple[tuple[Box, bool], ...]
    refers: tuple[tuple[bytes, tuple[int, ...]], ...] = ()
    hidden: bool = False


@dataclass(frozen=True)
class Container:
    """`meta_last`: the samples stand before what describes them."""

    items: Sequence[Item]
    primary: int
    major: bytes = b"avif"
    brands: tuple[bytes, ...] = (b"avif", b"mif1", b"miaf")
    meta_last: bool = False
    in_idat: bool = False
    more: tuple[Box, ...] = field(default=())

    def packed(self) -> bytes:
        head = Box(b"ftyp", self.major + bytes(4) + b"".join(self.brands)).packed()
        head += b"".join(box.packed() for box in self.more)
        samples = Box(b"mdat", b"".join(item.data for item in self.items)).packed()
        if self.in_idat:
            return head + self._meta(0).packed()
        if self.meta_last:
            return head + samples + self._meta(len(head) + 8).packed()
        size = len(self._meta(0).packed())
        return head + self._meta(len(head) + size + 8).packed() + samples

    def _meta(self, at: int) -> Box:
        located, infos, references = b"", b"", []
        held: list[Box] = []
        associated: dict[int, bytes] = {}
        for item in self.items:
            located += struct.pack(">HHHHII", item.number, int(self.in_idat), 0, 1, at, len(item.data))
            at += len(item.data)
            infos += full(
                b"infe", struct.pack(">HH4s", item.number, 0, item.kind) + b"\0", 2, int(item.hidden)
            ).packed()
            for kind, others in item.refers:
                body = struct.pack(f">HH{len(others)}H", item.number, len(others), *others)
                references.append(Box(kind, body))
            entry = struct.pack(">HB", item.number, len(item.properties))
            for box, essential in item.properties:
                held.append(box)
                entry += bytes([len(held) | (0x80 if essential else 0)])
            associated[item.number] = entry
        count = struct.pack(">H", len(self.items))
        # In the order of their numbers, or libavif refuses the file.
        entries = struct.pack(">I", len(associated)) + b"".join(associated[key] for key in sorted(associated))
        boxes = [
            full(b"hdlr", bytes(4) + b"pict" + bytes(12) + b"\0"),
            full(b"pitm", struct.pack(">H", self.primary)),
            full(b"iloc", b"\x44\0" + count + located, 1),
            full(b"iinf", count + infos),
            Box(b"iprp", b"", [Box(b"ipco", b"", held), full(b"ipma", entries)]),
        ]
        if references:
            boxes.append(Box(b"iref", bytes(4), references))
        if self.in_idat:
            boxes.append(Box(b"idat", b"".join(item.data for item in self.items)))
        return Box(b"meta", bytes(4), boxes)


def parts_of(data: bytes) -> tuple[bytes, dict[bytes, Box]]:
    """The samples of a file that holds one item, and its properties by kind."""
    found = read(data)
    meta = next(box for box in found.top.boxes or () if box.kind == b"meta")
    samples = next(box for box in found.top.boxes or () if box.kind == b"mdat").body
    held = meta.inside(b"iprp", b"ipco")
    return samples, {box.kind: box for box in (held.boxes if held and held.boxes else ())}


def extent(width: int, height: int) -> Box:
    return full(b"ispe", struct.pack(">II", width, height))


def clean_aperture(width: int, height: int, across: tuple[int, int], down: tuple[int, int]) -> Box:
    """Its size, and by how much its middle lies off the picture's middle (numerator, denominator)."""
    return Box(b"clap", struct.pack(">IIIIiIiI", width, 1, height, 1, *across, *down))


def colours(primaries: int, transfer: int, matrix: int, full_range: bool) -> Box:
    return Box(
        b"colr", b"nclx" + struct.pack(">HHHB", primaries, transfer, matrix, 0x80 if full_range else 0)
    )
