"""A list of hashes as people keep it: one item a line, in hexadecimal or as `repit-hash` prints it.

In: a text file. Out: `Listed`. Next: `scan_bank` makes an index of it.
"""

import base64
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from repit_engine.cli.names import readable
from repit_engine.cli.scan_names import Names
from repit_engine.cli.words import CommandRefused, Text
from repit_engine.errors import MomentsRefused
from repit_engine.moments import Moments, from_bytes
from repit_engine.types import Hash, HashArray, IdArray

MOST_ANCHORED: Final = 255
"""Hashes of an item beside the standard one."""
_UNKNOWN: Final = 100
"""The quality of a hash that comes without one: whoever exchanged it has seen to it."""
_CALLED: Final = ("item", "name", "file")
"""Where a JSON line has its item's name, the first that is there."""
_PRINTED: Final = re.compile(r"  (?: {0,2}\d{1,3})  (?=\S)")
"""The quality between hash and name in what `repit-hash` prints for people."""


class BankRefused(CommandRefused):
    """A file of hashes that cannot be read."""

    code = "bank-refused"


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Listed:
    """`hashes` ``(n, 32) uint8``, each with the number of its line from 1, its slot in the item (0: the
    standard hash) and its quality; in the order of lines and slots. `names`: what lines call their items.
    `videos`: the moments of each line that has some.
    """

    hashes: HashArray
    lines: IdArray
    slots: IdArray
    qualities: NDArray[np.int64]
    names: Names
    videos: list[tuple[int, Moments]] = field(default_factory=list)


def unreadable(path: Path) -> BankRefused:
    """A file that is not there, or may not be read."""
    return BankRefused(
        Text(
            f"--against {path} is not there or may not be read.",
            f"--against {path} n’existe pas ou ne peut pas être lu.",
        ),
        Text("Check the name and the rights.", "Vérifiez le nom et les droits d’accès."),
    )


def read_list(path: Path) -> Listed:
    """Read a list. Raises `BankRefused`.

    A line is a JSON object with `hash`, `quality` and perhaps `anchored` (a list of objects with `hash` and
    `quality`), with `moments` (base64) where it is of a video, and a name; or begins with 64 hexadecimal
    digits; what follows a space or comma then names the item. Blank lines, lines that begin with ``#`` and
    files that have no hash are passed over.
    """
    lines: list[int] = []
    slots = bytearray()
    qualities = bytearray()
    raw = bytearray()
    names = Names()
    videos: list[tuple[int, Moments]] = []
    try:
        with path.open(encoding="utf-8") as file:
            for number, text in enumerate(file, 1):
                item = _item(text, number, path)
                for slot, (hashed, quality) in enumerate(item.hashes):
                    lines.append(number)
                    slots.append(slot)
                    raw += hashed
                    qualities.append(quality)
                if item.moments is not None:
                    videos.append((number, item.moments))
                if item.name:
                    names.add(number, item.name)
    except OSError:
        raise unreadable(path) from None
    except UnicodeDecodeError:
        raise BankRefused(
            Text(
                f"--against {path} is neither a snapshot nor a list of hashes.",
                f"--against {path} n’est ni un instantané ni une liste d’empreintes.",
            ),
            Text(
                "Make one with `repit-hash --json --family`.",
                "Faites-en une avec `repit-hash --json --family`.",
            ),
        ) from None
    return Listed(
        np.frombuffer(bytes(raw), np.uint8).reshape(-1, 32).copy(),
        np.array(lines, np.uint64),
        np.frombuffer(bytes(slots), np.uint8).astype(np.uint64),
        np.frombuffer(bytes(qualities), np.uint8).astype(np.int64),
        names,
        videos,
    )


@dataclass(frozen=True, slots=True)
class _Item:
    """`hashes` with their qualities, the standard one first."""

    name: str = ""
    hashes: tuple[tuple[bytes, int], ...] = ()
    moments: Moments | None = None


def _item(text: str, number: int, path: Path) -> _Item:
    words = text.replace(",", " ").split(maxsplit=1)
    if not words or words[0].startswith("#"):
        return _Item()
    try:
        if words[0].startswith("{"):
            return _of_json(json.loads(text))
        return _Item(_after(text.strip(), words[0]), ((Hash.from_hex(words[0]).raw, _UNKNOWN),))
    except (MomentsRefused, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise BankRefused(
            Text(
                f"Line {number} of {path} has neither 64 hexadecimal digits first nor what repit-hash "
                "prints.",
                f"La ligne {number} de {path} ne commence pas par 64 chiffres hexadécimaux et ne vient pas "
                "de repit-hash.",
            ),
            Text("Correct it or take it out.", "Corrigez-la ou retirez-la."),
        ) from None


def _after(line: str, digits: str) -> str:
    rest = line[len(digits) :]
    printed = _PRINTED.match(rest)
    return rest[printed.end() :] if printed else rest.strip(" \t,;").strip('"')


def _of_json(row: dict[str, Any]) -> _Item:
    moments = from_bytes(base64.b64decode(row["moments"], validate=True)) if row.get("moments") else None
    family = [row, *row.get("anchored", ())] if row["hash"] else []
    if len(family) > 1 + MOST_ANCHORED:
        raise ValueError
    if not family and moments is None:
        return _Item()
    name = next((str(row[key]) for key in _CALLED if row.get(key)), "")
    hashes = tuple(
        (Hash.from_hex(entry["hash"]).raw, max(0, min(int(entry.get("quality", _UNKNOWN)), 100)))
        for entry in family
    )
    return _Item(readable(name)[0], hashes, moments)
