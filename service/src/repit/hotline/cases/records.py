"""Things in a room, each sealed by itself.

In: a value, a room's public key. Out: rows; values again for whoever has the room's private key. Next:
`casefile`.

Each value has a key of its own, in a box for the room, so that whoever may not read can still write. The
place (case, room, kind, row, number, version) is associated data in both layers: a value that is altered,
moved, or put back from before does not open. Lengths are rounded up: a row does not show how long a text is.
What kind of thing it is stands in the row as a keyed digest, another one in each case.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Literal, get_args

from repit.foundation.errors import SealBroken
from repit.foundation.ids import random_key
from repit.foundation.sealing import Place, Sealer, keyed_digest
from repit.hotline.cases.keys import BOX_BYTES, Pair, box, new_key, unbox
from repit.hotline.cases.models import Record
from repit.hotline.cases.rooms import RoomName
from repit.hotline.cases.vault import Vault

RecordKind = Literal[
    "link",
    "links",
    "location",
    "wishes",
    "message",
    "task",
    "checklist",
    "helper",
    "recovery",
    "nicknames",
    "name",
]
"""`link`: one item, as cases from before had them; `links`: all of them."""
_SHORTEST: Final[dict[RecordKind, int]] = {"links": 8192, "nicknames": 8192}
_SHORT: Final = 256


@dataclass(frozen=True, slots=True, repr=False)
class Entry:
    """A record, opened."""

    row: Record
    value: dict[str, Any]

    @property
    def number(self) -> int:
        return self.row.number


def mark(case_id: int, kind: RecordKind) -> str:
    """By what the rows of one kind are found in one case."""
    return keyed_digest("case record kind", str(case_id).encode(), kind.encode()).hex()[:16]


def new(case_id: int, room: RoomName, kind: RecordKind, number: int) -> Record:
    """A row that is not written yet."""
    return Record(id=random_key(), case_id=case_id, room=room, mark=mark(case_id, kind), number=number)


def seal(row: Record, keys: Vault, public: bytes, value: Mapping[str, Any]) -> None:
    """Write the value into the row, in another version than before."""
    row.version = random_key()
    plain = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    length = _SHORTEST.get(_kind(row), _SHORT)
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


def _kind(row: Record) -> RecordKind:
    found = _kinds(row.case_id).get(row.mark)
    if found is None:
        raise SealBroken(detail="a record of another case")
    return found


@lru_cache(maxsize=256)
def _kinds(case_id: int) -> dict[str, RecordKind]:
    kinds: tuple[RecordKind, ...] = get_args(RecordKind)
    return {mark(case_id, kind): kind for kind in kinds}


def _place(row: Record) -> Place:
    return Place(
        "cases_record", f"{row.case_id}/{row.room}/{_kind(row)}/{row.id}/{row.number}", "sealed", row.version
    )
