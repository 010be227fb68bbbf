"""Which files make up an index, and which of their rows are removed: one small file, atomically replaced.

In: the segments of a moment. Out: `manifest`, and the same from it. Next: `folder`.

Layout: ``REPITLIV``, version uint32, length of the JSON uint32, the JSON, for each segment its removed rows
as uint32, and BLAKE2b-256 of all before. Little-endian.
"""

import json
import os
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from repit_engine.errors import SnapshotCorrupt, SnapshotForeign, SnapshotOutdated
from repit_engine.snapshot.files import replace_file
from repit_engine.snapshot.format import CHECKSUM_BYTES, checksum

NAME: Final = "manifest"
MAGIC: Final = b"REPITLIV"
VERSION: Final = 1
_START = struct.Struct("<8sII")
_AGAIN = "Build the index again from the bank."


@dataclass(frozen=True, slots=True)
class Entry:
    """One segment: its file, the first log whose removals concern it, its removed rows."""

    name: str
    after_log: int
    removed: NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Manifest:
    """`first_log` is the oldest log that still counts."""

    first_log: int
    entries: tuple[Entry, ...]


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Replace the folder's manifest, durably."""
    listed = [
        {"name": entry.name, "after_log": entry.after_log, "removed": len(entry.removed)}
        for entry in manifest.entries
    ]
    text = json.dumps({"first_log": manifest.first_log, "segments": listed}).encode()
    parts = [_START.pack(MAGIC, VERSION, len(text)), text]
    parts += [entry.removed.astype("<u4").tobytes() for entry in manifest.entries]
    body = b"".join(parts)

    def write(file: BinaryIO) -> None:
        file.write(body + checksum(body))

    replace_file(folder / NAME, write)


def manifest_mark(folder: Path) -> bytes | None:
    """What tells one manifest from another, for a look at little cost: its checksum; None where there is
    none. Inode and time do not: two replacements within a tick of the clock may bring both back."""
    try:
        with (folder / NAME).open("rb", buffering=0) as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - CHECKSUM_BYTES))
            return file.read(CHECKSUM_BYTES)
    except FileNotFoundError:
        return None


def read_manifest(folder: Path) -> Manifest:
    """The folder's manifest; an empty one where there is none yet.

    Raises `SnapshotForeign`, `SnapshotOutdated`, `SnapshotCorrupt`.
    """
    path = folder / NAME
    if not path.exists():
        return Manifest(1, ())
    data = path.read_bytes()
    if data[: len(MAGIC)] != MAGIC:
        raise SnapshotForeign("This folder's manifest is not an index's.", "Check which folder was given.")
    if len(data) < _START.size + CHECKSUM_BYTES or checksum(data[:-CHECKSUM_BYTES]) != data[-CHECKSUM_BYTES:]:
        raise SnapshotCorrupt("The index's manifest does not agree with its checksum.", _AGAIN)
    _, version, length = _START.unpack_from(data)
    if version != VERSION:
        raise SnapshotOutdated(f"The index is of version {version}; this program reads {VERSION}.", _AGAIN)
    at = _START.size + length
    fields = json.loads(data[_START.size : at])
    entries = []
    for listed in fields["segments"]:
        removed = np.frombuffer(data, "<u4", listed["removed"], at).astype(np.uint32)
        at += removed.nbytes
        entries.append(Entry(listed["name"], listed["after_log"], removed))
    return Manifest(fields["first_log"], tuple(entries))
