"""Boxes of an MP4: found, exchanged, repeated, falsified.

In: bytes. Out: bytes. Next: `hostile`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

INSIDE: Final = frozenset(
    {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts", b"dinf", b"moof", b"traf", b"mvex"}
)


@dataclass(frozen=True)
class Box:
    """Where one lies: its first byte, the first behind it, its four letters."""

    begin: int
    end: int
    kind: bytes


def boxes(content: bytes, begin: int = 0, end: int | None = None) -> Iterator[Box]:
    """All of them, whole ones and those within."""
    end = len(content) if end is None else end
    while begin + 8 <= end:
        size = int.from_bytes(content[begin : begin + 4], "big")
        kind = content[begin + 4 : begin + 8]
        if size < 8 or begin + size > end:
            return
        yield Box(begin, begin + size, kind)
        if kind in INSIDE:
            yield from boxes(content, begin + 8, begin + size)
        begin += size


def exchanged(content: bytes, rng: np.random.Generator) -> bytes:
    """Two boxes in each other's place, where neither lies within the other."""
    found = list(boxes(content))
    for _ in range(50):
        former, other = sorted(
            (found[int(at)] for at in rng.integers(0, len(found), 2)), key=lambda box: box.begin
        )
        if former.end <= other.begin:
            between = content[former.end : other.begin]
            parts = content[other.begin : other.end], between, content[former.begin : former.end]
            return content[: former.begin] + b"".join(parts) + content[other.end :]
    return content[::-1]


def repeated(content: bytes, rng: np.random.Generator) -> bytes:
    """One box many times over."""
    box = _any(content, rng)
    return content[: box.begin] + content[box.begin : box.end] * int(rng.integers(2, 40)) + content[box.end :]


def dropped(content: bytes, rng: np.random.Generator) -> bytes:
    """Without one box."""
    box = _any(content, rng)
    return content[: box.begin] + content[box.end :]


def renamed(content: bytes, rng: np.random.Generator) -> bytes:
    """One box under the name of another."""
    box, other = _any(content, rng), _any(content, rng)
    return content[: box.begin + 4] + other.kind + content[box.begin + 8 :]


def resized(content: bytes, rng: np.random.Generator) -> bytes:
    """One box that says it is as large as no file is, or as small as no box."""
    box = _any(content, rng)
    size = int(rng.choice([0, 1, 7, 8, 9, 2**31 - 1, 2**31, 2**32 - 1, box.end - box.begin + 4]))
    return content[: box.begin] + size.to_bytes(4, "big") + content[box.begin + 4 :]


def counted(content: bytes, rng: np.random.Generator) -> bytes:
    """A table that says it has far more entries, or entries that say the absurd."""
    tables = [
        box
        for box in boxes(content)
        if box.kind in {b"stts", b"stsz", b"stsc", b"stco", b"ctts", b"stss", b"trun", b"elst", b"stsd"}
    ]
    box = tables[int(rng.integers(len(tables)))]
    at = box.begin + 12 + (4 if box.kind == b"stsz" else 0)
    if rng.random() < 0.5:
        at = min(at + 4 * int(rng.integers(1, 6)), box.end - 4)
    value = int(rng.choice([0, 2**16, 2**24, 2**28, 2**31 - 1, 2**31, 2**32 - 1]))
    return content[:at] + value.to_bytes(4, "big") + content[at + 4 :]


def sized(content: bytes, rng: np.random.Generator) -> bytes:
    """A sample entry with edges of absurd length."""
    at = content.index(b"stsd") + 4 + 8 + 8 + 24
    width, height = (int(value) for value in rng.choice([0, 1, 2, 16384, 32768, 65535], 2))
    return content[:at] + width.to_bytes(2, "big") + height.to_bytes(2, "big") + content[at + 4 :]


def put(content: bytes, kind: bytes, offset: int, value: bytes) -> bytes:
    """Other bytes so far behind the letters of the first box of a kind."""
    at = content.index(kind) + 4 + offset
    return content[:at] + value + content[at + len(value) :]


def box(kind: bytes, *inside: bytes) -> bytes:
    """A box."""
    body = b"".join(inside)
    return (8 + len(body)).to_bytes(4, "big") + kind + body


def _any(content: bytes, rng: np.random.Generator) -> Box:
    found = list(boxes(content))
    return found[int(rng.integers(len(found)))]
