"""A desk that nobody can open yet: cases are granted to it, and are there for whoever sets the desk up.

In: a hotline where nobody takes cases in. Out: a desk with its private key put by; the key again, for the one
who takes the desk over; the key destroyed. Next: `desk`.

A person may come before the first caseworker has made keys, or after the last of them has left. Their case
must not be one that nobody can ever open. So the desk's private key waits, sealed under the operator's key
and under a key of its own in a file outside the database and its backups (`foundation.key_pool`). While it
waits, whoever has all three reads the cases that came in meanwhile; the database and the operator's key alone
read nothing. Taking the desk over gives those cases new keys and destroys what was put by.
"""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Final

from django.conf import settings

from repit.foundation.errors import SealBroken, SettingsRefused
from repit.foundation.key_pool import KEY_BYTES, KeyPool
from repit.foundation.sealing import Place, operator, operator_and
from repit.hotline.cases import keys
from repit.hotline.cases.grants import Holder
from repit.hotline.cases.models import Desk

FILE: Final = "desk-keys"
_USE: Final = "desk"
_PUT_BY: Final = "waiting desk"
_GONE: Final = bytes(KEY_BYTES)


def new(pair: keys.Pair) -> Desk:
    """A desk with this pair, of which only the public half is kept."""
    desk = Desk.objects.create(sealed_public=b"")
    desk.sealed_public = operator(_USE).seal(pair.public, place(desk, "sealed_public"))
    desk.save(update_fields=["sealed_public"])
    return desk


def public(desk: Desk) -> bytes:
    """By what a desk is written to."""
    return operator(_USE).open(desk.sealed_public, place(desk, "sealed_public"))


def begin() -> Desk:
    """A desk whose private key is put by. Where the file of keys was lost, another is made: a lost key is
    missed by whoever takes that desk over, and must not keep people from opening cases."""
    pair, file = keys.new_pair(), _pool()
    file.begin()
    desk = new(pair)
    [desk.slot] = file.draw(1, _used)
    [key] = file.read([desk.slot])
    desk.put_by = operator_and(_PUT_BY, key).seal(pair.private, place(desk, "put_by"))
    desk.save(update_fields=["slot", "put_by"])
    return desk


def waits(desk: Desk) -> bool:
    """Whether a desk still waits for someone to take it over."""
    return bool(desk.put_by)


def holder(desk: Desk, who: str) -> Holder | None:
    """The desk's keys, for the one who takes it over; None where they are lost."""
    try:
        [key] = _pool().find([desk.slot if desk.slot is not None else -1])
        private = operator_and(_PUT_BY, key).open(desk.put_by, place(desk, "put_by"))
        pair = keys.pair_of(private)
    except (SealBroken, SettingsRefused):
        return None
    return Holder("desk", desk.version, pair, who)


def forget(desk: Desk) -> None:
    """Keep the private key no longer; within the transaction in which the desk is taken over."""
    desk.put_by = b""
    desk.save(update_fields=["put_by"])


def destroy_forgotten() -> int:
    """Destroy the keys of desks that were taken over, so that no backup opens what was put by; how many. May
    be repeated, by whoever comes next if a process ended before, or once the file is put back."""
    taken = list(Desk.objects.filter(slot__isnull=False, put_by=b"").order_by("version"))
    slots = [desk.slot for desk in taken if desk.slot is not None]
    if not slots:
        return 0
    file = _pool()
    try:
        file.wipe(file.within(slots))
    except SettingsRefused:  # `/ready` tells that it is missing
        return 0
    Desk.objects.filter(pk__in=[desk.pk for desk in taken]).update(slot=None)
    return len(slots)


def place(desk: Desk, column: str) -> Place:
    """Where a value of a desk stands."""
    return Place("cases_desk", str(desk.version), column)


def _pool() -> KeyPool:
    return KeyPool(Path(settings.REPIT_CASE_KEYS) / FILE)


def _used(slots: Sequence[int]) -> Collection[int]:
    held = Desk.objects.filter(slot__in=slots).values_list("slot", flat=True)
    return {slot for slot in held if slot is not None}
