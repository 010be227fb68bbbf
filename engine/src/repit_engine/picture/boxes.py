"""The boxes of an ISO media file that say how its picture is stored and shown.

In: the bytes of a file that begins with `ftyp`. Out: `Container`. Next: `formats` tells pictures from films,
`heif` decodes.

Brands are names that a file gives itself. What it holds is read from its items: browsers show an AVIF
whatever its major brand is. ISO/IEC 14496-12, 23008-12. Nothing here is trusted: lengths are cut to what is
there, counts are bounded.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_MOST_BOXES: Final = 4096
_MOST_ITEMS: Final = 2048
_MOST_BRANDS: Final = 1024
"""Bytes of brands."""
_REACH: Final = 1 << 20
_TRACKS: Final = (b"moov", b"moof")


@dataclass(frozen=True, slots=True)
class Container:
    """`brands`, `major` among them; `has_all_brands`: none was beyond what is read. `items`: the kinds of its
    pictures. `properties`: those of its primary
    picture, in order. `has_items`, `has_tracks`: whether it holds pictures, or films and sequences; the
    latter also where there are more boxes than are read.
    `is_premultiplied`: its colours are stored as they are added to the ground.
    """

    major: bytes
    brands: frozenset[bytes]
    has_all_brands: bool
    items: frozenset[bytes]
    properties: tuple[tuple[bytes, bytes], ...]
    has_items: bool
    has_tracks: bool
    is_premultiplied: bool


def read_container(content: bytes) -> Container:
    """Whatever can be read of it."""
    boxes = _boxes(content)
    top = dict(boxes)
    named = top.get(b"ftyp", content[8:256])
    meta = dict(_boxes(top.get(b"meta", b"")[4:]))
    return Container(
        major=named[:4],
        brands=frozenset([named[:4], *(named[at : at + 4] for at in range(8, _MOST_BRANDS - 3, 4))]),
        has_all_brands=len(named) <= _MOST_BRANDS,
        items=frozenset(_item_kinds(meta.get(b"iinf", b""))),
        properties=tuple(_properties(meta)),
        has_items=bool(meta),
        has_tracks=len(boxes) == _MOST_BOXES or any(name in _TRACKS for name, _ in boxes),
        is_premultiplied=b"prem" in meta.get(b"iref", b""),
    )


def renamed(content: bytes, holder: bytes, names: tuple[bytes, ...]) -> bytes:
    """The same file with these boxes inside of the first `holder` made ones that everybody passes over."""
    at = content.find(holder, 0, _REACH)
    if at < 4:
        return content
    end = min(at - 4 + int.from_bytes(content[at - 4 : at]), len(content))
    inside = content[at:end]
    for name in names:
        inside = inside.replace(name, b"free")
    return content[:at] + inside + content[end:]


def _boxes(body: bytes) -> list[tuple[bytes, bytes]]:
    """Name and content of each box, the last first: of equal names `dict` then keeps the first."""
    found: list[tuple[bytes, bytes]] = []
    at = 0
    while at + 8 <= len(body) and len(found) < _MOST_BOXES:
        size, name, head = int.from_bytes(body[at : at + 4]), body[at + 4 : at + 8], 8
        if size == 1:
            size, head = int.from_bytes(body[at + 8 : at + 16]), 16
        elif size == 0:
            size = len(body) - at
        if size < head:
            break
        found.append((name, body[at + head : at + size]))
        at += size
    return found[::-1]


def _item_kinds(body: bytes) -> Iterator[bytes]:
    """`infe` of versions 2 and 3: ID (2 or 4 bytes), protection, kind."""
    after = 6 if body[:1] == b"\0" else 8
    for name, entry in _boxes(body[after:])[:_MOST_ITEMS]:
        if name == b"infe" and entry[:1] in (b"\2", b"\3"):
            at = 8 if entry[0] == 2 else 10
            yield entry[at : at + 4]


def _properties(meta: dict[bytes, bytes]) -> Iterator[tuple[bytes, bytes]]:
    """The properties that `ipma` gives to the primary item."""
    primary = _primary(meta.get(b"pitm", b""))
    parts = _boxes(meta.get(b"iprp", b""))[::-1]
    known = [box for name, body in parts if name == b"ipco" for box in _boxes(body)[::-1]]
    for name, body in parts:
        if name != b"ipma" or len(body) < 8:
            continue
        wide_ids, wide_places = body[0] >= 1, body[3] & 1
        at, entries = 8, int.from_bytes(body[4:8])
        for _ in range(min(entries, _MOST_ITEMS)):
            length = 4 if wide_ids else 2
            item, count = int.from_bytes(body[at : at + length]), body[at + length : at + length + 1]
            at += length + 1
            for _ in range(count[0] if count else 0):
                size = 2 if wide_places else 1
                place = int.from_bytes(body[at : at + size]) & (0x7FFF if wide_places else 0x7F)
                at += size
                if item == primary and 1 <= place <= len(known):
                    yield known[place - 1]


def _primary(body: bytes) -> int:
    return int.from_bytes(body[4:6] if body[:1] == b"\0" else body[4:8])
