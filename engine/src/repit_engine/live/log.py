"""The log: what was added and removed since the last segment, so that a crash loses none of it.

In: additions and removals in order. Out: bytes at the end of a file; the same records from it. Next:
`folder` replays them, `reader` follows them.

A record is one write: kind, count, CRC-32 of all but itself, then ids and, for additions, hashes. A record
that is cut short or does not agree with its CRC ends the log: it was never acknowledged.
"""

import os
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from repit_engine.snapshot.files import PRIVATE
from repit_engine.types import IdArray

ADD: Final = 1
REMOVE: Final = 2
_HEAD = struct.Struct("<BxxxII")
_MOST = 1 << 16


class Record(NamedTuple):
    """`words` is ``(n, 4) uint64`` for an addition, ``(0, 4)`` for a removal."""

    kind: int
    ids: IdArray
    words: NDArray[np.uint64]


class Log:
    """One log file, being written."""

    def __init__(self, path: Path, *, durable: bool) -> None:
        self._file = os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, PRIVATE)
        self._durable = durable

    def add(self, ids: IdArray, words: NDArray[np.uint64]) -> None:
        """Record an addition."""
        self._write(ADD, ids.tobytes() + words.tobytes(), len(ids))

    def remove(self, ids: IdArray) -> None:
        """Record a removal."""
        for start in range(0, len(ids), _MOST):
            part = ids[start : start + _MOST]
            self._write(REMOVE, part.tobytes(), len(part))

    def sync(self) -> None:
        """Make everything recorded survive a loss of power."""
        os.fsync(self._file)

    def close(self) -> None:
        """Close the file; what was recorded stays."""
        os.close(self._file)

    def _write(self, kind: int, body: bytes, count: int) -> None:
        crc = zlib.crc32(body, zlib.crc32(struct.pack("<BI", kind, count)))
        record = _HEAD.pack(kind, count, crc) + body
        if os.write(self._file, record) != len(record):
            raise OSError("The disk is full: an addition was not recorded.")
        if self._durable:
            os.fsync(self._file)


def records(data: bytes, start: int = 0) -> Iterator[tuple[Record, int]]:
    """Each whole record from byte `start`, and where it ends."""
    while start + _HEAD.size <= len(data):
        kind, count, crc = _HEAD.unpack_from(data, start)
        ids_end = start + _HEAD.size + 8 * count
        end = ids_end + (32 * count if kind == ADD else 0)
        if kind not in {ADD, REMOVE} or end > len(data):
            return
        body = data[start + _HEAD.size : end]
        if zlib.crc32(body, zlib.crc32(struct.pack("<BI", kind, count))) != crc:
            return
        ids = np.frombuffer(body, np.uint64, count)
        words = np.frombuffer(body, np.uint64, offset=8 * count).reshape(-1, 4)
        yield Record(kind, ids, words), end
        start = end
