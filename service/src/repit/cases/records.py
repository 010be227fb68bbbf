"""Things in a room, each sealed by itself.

In: a value, a room's public key. Out: rows; values again for whoever has the room's private key. Next:
`casefile`.

Each value has a key of its own, in a box for the room, so that whoever may not read can still write. The
place (case, room, kind, row, number, version) is associated data in both layers: a value that is altered,
moved, or put back from before does not open. Lengths are rounded up: a row does not show how long a text is.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from repit.cases.keys import BOX_BYTES, Pair, box, new_key, unbox
from repit.cases.models import Record
from repit.cases.vault import RoomName, Vault
from repit.foundation.errors import SealBroken
from repit.foundation.ids import random_key
from repit.foundation.sealing import Place, Sealer

_SHORTEST: Final = 256


@dataclass(frozen=True, slots=True, repr=False)
class Entry:
    """A record, opened."""

    row: Record
    value: dict[str, Any]

    @property
    def number(self) -> int:
        return self.row.number


def new(case_id: int, room: RoomName, kind: str, number: int) -> Record:
    """A row that is not written yet."""
    return Record(id=random_key(), case_id=case_id, room=room, kind=kind, number=number)


def seal(row: Record, keys: Vault, public: bytes, value: Mapping[str, Any]) -> None:
    """Write the value into the row, in the row's version."""
    plain = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    length = _SHORTEST
    while length < len(plain):
        length *= 2
    key = new_key()
    inner = box(key, public) + Sealer(key).seal(plain.ljust(length), _place(row))
    row.sealed = keys.sealer(_room(row)).seal(inner, _place(row))


def opened(row: Record, keys: Vault, pair: Pair) -> Entry:
    """The value of a row. Raises `SealBroken`."""
    inner = keys.sealer(_room(row)).open(row.sealed, _place(row))
    key = unbox(inner[:BOX_BYTES], pair)
    value = json.loads(Sealer(key).open(inner[BOX_BYTES:], _place(row)))
    if not isinstance(value, dict):
        raise SealBroken(detail="a record in an unknown form")
    return Entry(row, value)


def _room(row: Record) -> RoomName:
    room: Any = row.room
    return room  # type: ignore[no-any-return]


def _place(row: Record) -> Place:
    return Place(
        "cases_record", f"{row.case_id}/{row.room}/{row.kind}/{row.id}/{row.number}", "sealed", row.version
    )
