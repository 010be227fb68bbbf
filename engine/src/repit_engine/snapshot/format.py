"""The header page of a snapshot file, packed and unpacked.

In: a segment's sizes, or a file's first 4,096 bytes. Out: those bytes, or a checked `Header`. Next:
`write`, `read`.

All integers are little-endian; docs/en/snapshot-format.md has the table.
"""

import hashlib
import struct
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import DTypeLike

from repit_engine.errors import SnapshotCorrupt, SnapshotForeign, SnapshotOutdated, SnapshotTruncated

MAGIC: Final = b"REPITSEG"
VERSION: Final = 2
PAGE: Final = 4096
CHECKSUM_BYTES: Final = 32
FLAG_RUNS: Final = 1

_START = struct.Struct("<8sIIQQQII")
_SECTION = struct.Struct("<8sQQII32s")
_FETCH = "Fetch or build it again; the last good one is kept."

# The order of the sections in the file, and what their items are.
SECTIONS: Final[dict[str, DTypeLike]] = {
    "head": np.dtype("<u8"),
    "tail": np.dtype("<u8"),
    "id_low": np.dtype("u1"),
    "id_high": np.dtype("<u4"),
    "offsets": np.dtype("<u4"),
    "cuts": np.dtype("<u4"),
    "tables": np.dtype("u1"),
}


@dataclass(frozen=True, slots=True)
class Section:
    """Where one array stands in the file: bytes from the start, length, bytes of an item, BLAKE2b-256."""

    name: str
    start: int
    size: int
    item: int
    checksum: bytes


@dataclass(frozen=True, slots=True)
class Header:
    """What the first page says."""

    file_bytes: int
    rows: int
    first_id: int
    runs: bool
    sections: dict[str, Section]


def checksum(data: bytes | memoryview) -> bytes:
    """BLAKE2b-256 (RFC 7693)."""
    return hashlib.blake2b(data, digest_size=CHECKSUM_BYTES).digest()


def pack(header: Header) -> bytes:
    """One page: fields, sections, zeros, and the checksum of all that before it."""
    flags = FLAG_RUNS if header.runs else 0
    count = len(header.sections)
    page = bytearray(
        _START.pack(MAGIC, VERSION, PAGE, header.file_bytes, header.rows, header.first_id, flags, count)
    )
    for section in header.sections.values():
        name = section.name.encode("ascii")
        page += _SECTION.pack(name, section.start, section.size, section.item, 0, section.checksum)
    page += bytes(PAGE - CHECKSUM_BYTES - len(page))
    return bytes(page) + checksum(bytes(page))


def unpack(page: bytes, actual_bytes: int) -> Header:
    """Read and check the first page of a file of `actual_bytes`.

    Raises `SnapshotForeign`, `SnapshotOutdated`, `SnapshotTruncated`, `SnapshotCorrupt`.
    """
    if page[: len(MAGIC)] != MAGIC[: len(page)]:
        raise SnapshotForeign("This file is not a snapshot.", "Check which file was given.")
    if len(page) < PAGE:
        raise SnapshotTruncated("The snapshot ends within its first page.", _FETCH)
    _, version, _, file_bytes, rows, first_id, flags, count = _START.unpack_from(page)
    if version != VERSION:
        raise SnapshotOutdated(
            f"The snapshot is of version {version}; this program reads version {VERSION}.",
            "Build it again with this version.",
        )
    if checksum(page[:-CHECKSUM_BYTES]) != page[-CHECKSUM_BYTES:]:
        raise SnapshotCorrupt("The snapshot's first page does not agree with its checksum.", _FETCH)
    if actual_bytes < file_bytes:
        raise SnapshotTruncated(f"The snapshot has {actual_bytes} of its {file_bytes} bytes.", _FETCH)
    sections = {}
    for number in range(count):
        fields = _SECTION.unpack_from(page, _START.size + number * _SECTION.size)
        name = fields[0].rstrip(b"\0").decode("ascii")
        sections[name] = Section(name, fields[1], fields[2], fields[3], fields[5])
    return Header(file_bytes, rows, first_id, bool(flags & FLAG_RUNS), sections)


def refuse_corrupt(name: str) -> SnapshotCorrupt:
    """The refusal of a section that does not agree with its checksum or its size."""
    return SnapshotCorrupt(f"The snapshot's section “{name}” does not agree with its checksum.", _FETCH)
