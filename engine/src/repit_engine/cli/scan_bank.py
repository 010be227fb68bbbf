"""The hashes that a scan looks for.

In: a snapshot, or a text file of hexadecimal hashes. Out: an index. Next: `scan_batch.Against`.
"""

from pathlib import Path
from typing import Final

import numpy as np

from repit_engine.cli.scan_batch import Searchable
from repit_engine.errors import SnapshotForeign, SnapshotRefused
from repit_engine.search import FlatIndex, RingIndex
from repit_engine.snapshot import open_snapshot
from repit_engine.types import HASH_BYTES

_WORTH_A_RING: Final = 50_000
"""Below this many hashes, comparing them all is quick, and no tables need building."""


class BankRefused(Exception):
    """A file of hashes that cannot be read."""


def load_bank(path: Path) -> Searchable:
    """A snapshot, mapped into memory and shared by all threads, or else a list of hashes.

    In a list each line begins with 64 hexadecimal digits; what follows a space or comma is ignored, and so
    are lines that begin with ``#``. A match's id is then the number of its line, from 1. Raises
    `BankRefused`.
    """
    try:
        return RingIndex(open_snapshot(path))
    except SnapshotForeign:
        return _from_list(path)
    except SnapshotRefused as refusal:
        raise BankRefused(str(refusal)) from None
    except OSError:
        raise BankRefused(f"{path} cannot be read.") from None


def stamp(path: Path) -> list[int]:
    """What tells one bank from another in a journal: size and time of change. Raises `BankRefused`."""
    try:
        found = path.stat()
    except OSError:
        raise BankRefused(f"{path} cannot be read.") from None
    return [found.st_size, found.st_mtime_ns]


def _from_list(path: Path) -> Searchable:
    numbers: list[int] = []
    raw = bytearray()
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                words = line.replace(",", " ").split()
                if not words or words[0].startswith("#"):
                    continue
                hashed = bytes.fromhex(words[0])
                if len(hashed) != HASH_BYTES:
                    raise BankRefused(f"Line {number} of {path} does not begin with 64 hexadecimal digits.")
                raw += hashed
                numbers.append(number)
    except (OSError, ValueError):
        raise BankRefused(f"{path} is neither a snapshot nor a list of hexadecimal hashes.") from None
    ids = np.array(numbers, np.uint64)
    hashes = np.frombuffer(bytes(raw), np.uint8).reshape(-1, HASH_BYTES).copy()
    if len(ids) >= _WORTH_A_RING:
        return RingIndex.build(ids, hashes)
    index = FlatIndex()
    index.add(ids, hashes)
    return index
