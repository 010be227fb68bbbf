"""The hashes that a scan looks for.

In: a text file of hexadecimal hashes, or a snapshot. Out: an index. Next: `scan_batch.Against`.
"""

import hashlib
from pathlib import Path

import numpy as np

from repit_engine.cli.scan_batch import Searchable
from repit_engine.search import FlatIndex
from repit_engine.types import HASH_BYTES


class BankRefused(Exception):  # noqa: N818 - a refusal, shown to who typed the command
    """A file of hashes that cannot be read."""


def load_bank(path: Path) -> Searchable:
    """One hash of 64 hexadecimal digits a line; what follows a space or comma is ignored, and so are lines
    with ``#``.

    A match's id is the number of its line, from 1. Raises `BankRefused`.
    """
    ids: list[int] = []
    raw = bytearray()
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                words = line.replace(",", " ").split()
                if not words or words[0].startswith("#"):
                    continue
                hashed = bytes.fromhex(words[0])
                if len(hashed) != HASH_BYTES:
                    raise BankRefused(f"Line {number} of {path} is not a hash of 64 hexadecimal digits.")
                raw += hashed
                ids.append(number)
    except (OSError, ValueError):
        raise BankRefused(f"{path} is not a list of hashes, one of 64 hexadecimal digits a line.") from None
    index = FlatIndex()
    index.add(np.array(ids, np.uint64), np.frombuffer(bytes(raw), np.uint8).reshape(-1, HASH_BYTES).copy())
    return index


def digest(path: Path) -> str:
    """What tells one bank from another in a journal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
