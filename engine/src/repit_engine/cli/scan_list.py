"""A list of hashes as people keep it: one item a line, in hexadecimal or as `repit-hash` prints it.

In: a text file. Out: `Listed`. Next: `scan_bank` makes an index of it.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from repit_engine.cli.names import readable
from repit_engine.cli.scan_names import Names
from repit_engine.cli.words import CommandRefused, Text
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
    """

    hashes: HashArray
    lines: IdArray
    slots: IdArray
    qualities: NDArray[np.int64]
    names: Names


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
    `quality`) and a name, or begins with 64 hexadecimal digits; what follows a space or comma then names the
    item. Blank lines, lines that begin with ``#`` and pictures that have no hash are passed over.
    """
    lines: list[int] = []
    slots = bytearray()
    qualities = bytearray()
    raw = bytearray()
    names = Names()
    try:
        with path.open(encoding="utf-8") as file:
            for number, text in enumerate(file, 1):
                for slot, hashed, quality, name in _item(text, number, path):
                    lines.append(number)
                    slots.append(slot)
                    raw += hashed
                    qualities.append(quality)
                    if name and not slot:
                        names.add(number, name)
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
    )


def _item(text: str, number: int, path: Path) -> Iterator[tuple[int, bytes, int, str]]:
    words = text.replace(",", " ").split(maxsplit=1)
    if not words or words[0].startswith("#"):
        return
    try:
        if words[0].startswith("{"):
            yield from _family(json.loads(text))
        else:
            yield 0, Hash.from_hex(words[0]).raw, _UNKNOWN, _after(text.strip(), words[0])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
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


def _family(row: dict[str, Any]) -> Iterator[tuple[int, bytes, int, str]]:
    if not row["hash"]:
        return
    family = [row, *row.get("anchored", ())]
    if len(family) > 1 + MOST_ANCHORED:
        raise ValueError
    name = next((str(row[key]) for key in _CALLED if row.get(key)), "")
    for slot, entry in enumerate(family):
        quality = int(entry.get("quality", _UNKNOWN))
        yield slot, Hash.from_hex(entry["hash"]).raw, max(0, min(quality, 100)), readable(name)[0]
