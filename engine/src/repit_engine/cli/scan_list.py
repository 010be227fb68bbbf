"""A list of hashes as people keep it: one item a line, in hexadecimal or as `repit-hash --json` prints it.

In: a text file. Out: `Listed`. Next: `scan_bank` makes an index of it.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from repit_engine.types import Hash, HashArray, IdArray

MOST_ANCHORED: Final = 255
"""Hashes of an item beside the standard one."""
_UNKNOWN: Final = 100
"""The quality of a hash that comes without one: whoever exchanged it has seen to it."""


class BankRefused(Exception):
    """A file of hashes that cannot be read."""


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Listed:
    """`hashes` ``(n, 32) uint8``, each with the number of its line from 1, its slot in the item (0: the
    standard hash) and its quality; in the order of lines and slots.
    """

    hashes: HashArray
    lines: IdArray
    slots: IdArray
    qualities: NDArray[np.int64]


def read_list(path: Path) -> Listed:
    """Read a list. Raises `BankRefused`.

    A line is a JSON object with `hash`, `quality` and perhaps `anchored` (a list of objects with `hash` and
    `quality`), or begins with 64 hexadecimal digits; what follows a space or comma is then ignored. Blank
    lines, lines that begin with ``#`` and pictures that have no hash are passed over.
    """
    lines: list[int] = []
    slots = bytearray()
    qualities = bytearray()
    raw = bytearray()
    try:
        with path.open(encoding="utf-8") as file:
            for number, text in enumerate(file, 1):
                for slot, hashed, quality in _item(text, number, path):
                    lines.append(number)
                    slots.append(slot)
                    raw += hashed
                    qualities.append(quality)
    except (OSError, UnicodeDecodeError):
        raise BankRefused(f"{path} is neither a snapshot nor a list of hashes.") from None
    return Listed(
        np.frombuffer(bytes(raw), np.uint8).reshape(-1, 32).copy(),
        np.array(lines, np.uint64),
        np.frombuffer(bytes(slots), np.uint8).astype(np.uint64),
        np.frombuffer(bytes(qualities), np.uint8).astype(np.int64),
    )


def _item(text: str, number: int, path: Path) -> Iterator[tuple[int, bytes, int]]:
    words = text.replace(",", " ").split(maxsplit=1)
    if not words or words[0].startswith("#"):
        return
    try:
        if words[0].startswith("{"):
            yield from _family(json.loads(text))
        else:
            yield 0, Hash.from_hex(words[0]).raw, _UNKNOWN
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise BankRefused(
            f"Line {number} of {path} has neither 64 hexadecimal digits first nor what repit-hash prints."
        ) from None


def _family(row: dict[str, Any]) -> Iterator[tuple[int, bytes, int]]:
    if row["hash"] is None:
        return
    family = [row, *row.get("anchored", ())]
    if len(family) > 1 + MOST_ANCHORED:
        raise ValueError
    for slot, entry in enumerate(family):
        quality = int(entry.get("quality", _UNKNOWN))
        yield slot, Hash.from_hex(entry["hash"]).raw, max(0, min(quality, 100))
