"""Who may open which room of a case.

In: a room's private key, a holder's public key. Out: sealed grants; keys again for whoever holds the private
half. Next: `casefile`.

A grant carries a box that only its holder opens. Around it lies the case's own seal with the place, so a
thief of the database can neither read who holds what nor slip in a grant of their own.
"""

import json
from dataclasses import dataclass
from typing import Final, Literal

from repit.foundation.ids import random_key
from repit.foundation.sealing import Place, keyed_digest
from repit.hotline.cases.keys import Pair, box, pair_of, unbox
from repit.hotline.cases.models import Grant
from repit.hotline.cases.rooms import ROOMS, RoomName
from repit.hotline.cases.vault import Vault

HolderKind = Literal["person", "helper", "slip", "caseworker", "desk", "pair", "offline"]
Granted = Literal["protection", "locations", "thread", "private", "share", "log"]
"""A room; a part of the recovery, which opens none; the log, which is in no room."""
_LENGTH: Final = 384


@dataclass(frozen=True, slots=True, repr=False)
class Holder:
    """Someone's keys in memory. `who` is the account of a member of staff, for the log."""

    kind: HolderKind
    id: int
    pair: Pair
    who: str = ""

    @property
    def named(self) -> "Named":
        return Named(self.kind, self.id, self.pair.public)


@dataclass(frozen=True, slots=True, repr=False)
class Named:
    """A holder as others know it: enough to write to them."""

    kind: HolderKind
    id: int
    public: bytes


@dataclass(frozen=True, slots=True, repr=False)
class Held:
    """An opened grant: to whom, whether they may write, and the key in its box (if they may read)."""

    to: Named
    writes: bool
    boxed: bytes


def mark(case_id: int, kind: HolderKind, holder_id: int) -> bytes:
    """By what a holder's grants are found in one case; another value in every other case."""
    return keyed_digest("case holder", str(case_id).encode(), kind.encode(), str(holder_id).encode())


def give(
    case_id: int,
    keys: Vault,
    room: Granted,
    to: Named,
    key: bytes | None,
    *,
    writes: bool = True,
    version: int = 1,
) -> None:
    """Grant a room (or a share of the recovery). Without `key` it may be written to and not read."""
    held = Held(to, writes, b"" if key is None else box(key, to.public))
    row = Grant(
        id=random_key(), case_id=case_id, room=room, holder=mark(case_id, to.kind, to.id), version=version
    )
    Grant.objects.filter(case_id=case_id, room=room, holder=row.holder).delete()
    seal(row, keys, held)
    row.save(force_insert=True)


def seal(row: Grant, keys: Vault, held: Held) -> None:
    """Write into the row what it grants, in the row's version."""
    value = json.dumps(
        [held.to.kind, held.to.id, held.to.public.hex(), held.writes, held.boxed.hex()]
    ).encode()
    row.sealed = keys.sealer(_slot(row)).seal(value.ljust(_LENGTH), _place(row))


def opened(row: Grant, keys: Vault) -> Held:
    """What a row grants. Raises `SealBroken`."""
    kind, holder_id, public, writes, boxed = json.loads(keys.sealer(_slot(row)).open(row.sealed, _place(row)))
    return Held(Named(kind, holder_id, bytes.fromhex(public)), writes, bytes.fromhex(boxed))


def key_in(held: Held, pair: Pair) -> Pair:
    """The room's pair. Raises `SealBroken`."""
    return pair_of(unbox(held.boxed, pair))


def holds(case_id: int, to: Named) -> bool:
    """Whether someone has been granted anything in a case."""
    return Grant.objects.filter(case_id=case_id, holder=mark(case_id, to.kind, to.id)).exists()


def withdraw(case_id: int, kind: HolderKind, holder_id: int) -> int:
    """Take everything from a holder; how many grants there were."""
    return Grant.objects.filter(case_id=case_id, holder=mark(case_id, kind, holder_id)).delete()[0]


def _slot(row: Grant) -> RoomName:
    return next((room for room in ROOMS if room == row.room), "private")


def _place(row: Grant) -> Place:
    return Place(
        "cases_grant",
        f"{row.case_id}/{row.room}/{row.id}/{bytes(row.holder).hex()}",
        "sealed",
        row.version,
    )
