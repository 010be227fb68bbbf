"""The keys that can be destroyed: one slot a case, in a file outside the database and its backups.

In: a case. Out: sealers of its rooms. Next: everything that seals in `cases`.

Every sealed value of a case needs, beside the operator's key, the key of its room from this file. Erasing
overwrites that key, so the values are gone from the database, from its replicas and from every backup of
it at once. The keys of a case were made before anyone opened it, with a thousand others, and taking them
writes nothing (`foundation.key_pool`): no time of a file says when a case began. Losing the file loses the
cases, so one copy of it is kept apart and replaced, never piled up (docs/en/cases.md).
"""

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Final

from django.conf import settings

from repit.foundation.errors import NotFound
from repit.foundation.key_pool import KEY_BYTES, KeyPool
from repit.foundation.sealing import Sealer, operator_and
from repit.hotline.cases.models import Case
from repit.hotline.cases.rooms import ROOMS, RoomName

FILE: Final = "case-keys"
_GONE: Final = bytes(KEY_BYTES)


class Vault:
    """One case's keys, read once."""

    __slots__ = ("_raw",)

    def __init__(self, raw: bytes) -> None:
        self._raw = raw

    def sealer(self, room: RoomName) -> Sealer:
        """Raises `NotFound` where that room was erased."""
        start = ROOMS.index(room) * KEY_BYTES
        key = self._raw[start : start + KEY_BYTES]
        if key == _GONE:
            raise NotFound
        return operator_and(f"case {room}", key)

    def __repr__(self) -> str:
        return "Vault(…)"


def pool() -> KeyPool:
    """The file of case keys."""
    return KeyPool(Path(settings.REPIT_CASE_KEYS) / FILE, len(ROOMS))


def draw() -> int:
    """A slot for a new case. Raises `SettingsRefused` where there are cases and their file is missing."""
    keys = pool()
    if not Case.objects.exists():
        keys.begin()
    [slot] = keys.draw(1, _used)
    return slot


def of(case: Case) -> Vault:
    """The keys of a case. Raises `NotFound` where they were destroyed, `SettingsRefused` where the file is
    not the one that belongs to this database."""
    [raw] = pool().read([case.slot])
    if not any(raw):
        raise NotFound
    return Vault(raw)


def of_several(cases: Sequence[Case]) -> dict[int, Vault]:
    """The keys of several cases, by case, without those whose keys were destroyed. Raises `SettingsRefused`
    as `of`."""
    raws = pool().read([case.slot for case in cases])
    return {case.id: Vault(raw) for case, raw in zip(cases, raws, strict=True) if any(raw)}


def destroy(case: Case, rooms: Iterable[RoomName] = ROOMS) -> None:
    """Overwrite the keys of rooms in place. May be repeated, and then writes nothing."""
    keys = pool()
    [raw] = keys.read([case.slot])
    for start in sorted(ROOMS.index(room) for room in set(rooms)):
        if any(raw[start * KEY_BYTES : (start + 1) * KEY_BYTES]):
            keys.wipe([case.slot], start, 1)


def lost() -> list[int]:
    """The cases whose keys are all gone: their rows say nothing to anyone any more."""
    rows = list(Case.objects.order_by("pk").values_list("pk", "slot"))
    keys = pool().read([slot for _, slot in rows])
    return [pk for (pk, _), raw in zip(rows, keys, strict=True) if not any(raw)]


def _used(slots: Sequence[int]) -> Collection[int]:
    return set(Case.objects.filter(slot__in=slots).values_list("slot", flat=True))
