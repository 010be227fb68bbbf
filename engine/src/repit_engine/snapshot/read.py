"""A segment out of a file, by memory map.

In: a path. Out: a `RingSegment` whose pages are the file's, shared by every process that opens it. Next:
searches.

Opening checks the first page, the size, and the small sections that say where everything else stands
(their checksums and their order), so that no search can read outside the file; the hashes and tables are
gigabytes, and `verify_snapshot` checks those, at leisure.
"""

import mmap
import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from repit_engine.search import RingSegment
from repit_engine.search.packed_ids import WIDEST, PackedIds
from repit_engine.search.segment import KEYS, TABLE_COUNT, table_starts
from repit_engine.snapshot.format import PAGE, SECTIONS, Header, checksum, refuse_corrupt, unpack


def open_snapshot(path: Path) -> RingSegment:
    """Open in milliseconds whatever the size; nothing is read that a search does not touch.

    Raises `SnapshotForeign`, `SnapshotOutdated`, `SnapshotTruncated`, `SnapshotCorrupt`; `OSError` if there
    is no such file.
    """
    data, header = _mapped(path)
    for name in ("id_high", "offsets", "cuts"):
        _verify(data, header, name)
    return _segment(data, header)


def verify_snapshot(path: Path) -> None:
    """Read every byte and compare every checksum. Raises as `open_snapshot` does."""
    data, header = _mapped(path)
    for name in SECTIONS:
        _verify(data, header, name)
    _segment(data, header)


def _mapped(path: Path) -> tuple[mmap.mmap | bytes, Header]:
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        header = unpack(file.read(PAGE), size)
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    for name in SECTIONS:
        section = header.sections.get(name)
        if section is None or section.start % PAGE or section.start + section.size > header.file_bytes:
            raise refuse_corrupt(name)
    return data, header


def _verify(data: mmap.mmap | bytes, header: Header, name: str) -> None:
    section = header.sections[name]
    with memoryview(data) as whole, whole[section.start : section.start + section.size] as part:
        if checksum(part) != section.checksum:
            raise refuse_corrupt(name)


def _segment(data: mmap.mmap | bytes, header: Header) -> RingSegment:
    def array(name: str, shape: tuple[int, ...]) -> NDArray[np.generic]:
        section, kind = header.sections[name], np.dtype(SECTIONS[name])
        count = section.size // kind.itemsize
        if count != int(np.prod(shape)) or section.size % kind.itemsize:
            raise refuse_corrupt(name)
        return np.frombuffer(data, kind, count, section.start).reshape(shape)

    rows = header.rows
    width = header.sections["id_low"].size // max(1, rows)
    begins = array("id_high", (header.sections["id_high"].size // 4,)).view(np.uint32)
    if not _in_order(begins, rows) or width > WIDEST or (len(begins) < 2) != (width == 0):
        raise refuse_corrupt("id_high")
    tables = TABLE_COUNT if header.sections["offsets"].size else 0
    offsets = array("offsets", (tables, KEYS + 1)).view(np.uint32)
    blocks = (rows - 1) >> 24 if tables else 0
    if not _in_order(offsets, rows):
        raise refuse_corrupt("offsets")
    return RingSegment(
        rows,
        header.runs,
        array("head", (rows, 2)).view(np.uint64),
        array("tail", (rows, 2)).view(np.uint64),
        PackedIds(header.first_id, array("id_low", (rows, width)).view(np.uint8), begins),
        offsets,
        array("cuts", (blocks, TABLE_COUNT, KEYS)).view(np.uint32),
        array("tables", (table_starts(offsets)[-1],)).view(np.uint8),
    )


def _in_order(begins: NDArray[np.uint32], rows: int) -> bool:
    """Whether each range ends where the next begins, none of them beyond the rows."""
    return not (np.any(begins[..., 1:] < begins[..., :-1]) or np.any(begins[..., -1:] > rows))
