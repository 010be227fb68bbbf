"""Rows of the bank that do not open, of every kind there is, planted behind its back."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import contextmanager
from typing import Any, Final

from django.conf import settings
from django.db import connection
from django.test import override_settings

from repit.foundation.hashes import Hash
from repit.foundation.sealing import operator_and
from repit.hotline.bank import items, keys, sealed
from repit.hotline.bank.models import Item, ItemHash
from repit.hotline.bank.types import Submission

FOREIGN_KEY: Final = secrets.token_bytes(32)


def picture(value: bytes, *places: bytes) -> Submission:
    """The first of the whole, the others of places in it."""
    hashes = [
        Hash("pdq", "anchored" if place else "whole", v, 90) for place, v in enumerate((value, *places))
    ]
    return Submission("picture", "intimate", tuple(hashes))


def submit(value: bytes, *places: bytes) -> str:
    return items.submit(picture(value, *places), actor="person", publish=True).item


@contextmanager
def whatever_the_constraints_say() -> Any:
    """The database takes what a disk can make of a row."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA ignore_check_constraints = ON")
        else:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE bank_itemhash DROP CONSTRAINT hash_algorithm")
            cursor.execute("ALTER TABLE bank_itemhash DROP CONSTRAINT hash_quality")
        yield
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA ignore_check_constraints = OFF")


def _with(change: Callable[[bytes], bytes]) -> Callable[[str], None]:
    def plant(name: str) -> None:
        for row in ItemHash.objects.filter(item__token=name):
            ItemHash.objects.filter(pk=row.pk).update(sealed=change(bytes(row.sealed)))

    return plant


def _resealed(seal: Callable[[Item, ItemHash, bytes], bytes]) -> Callable[[str], None]:
    def plant(name: str) -> None:
        item = Item.objects.get(token=name)
        held = sealed.opened([item])
        for row in ItemHash.objects.filter(item=item):
            value = held.open(item, row).value
            ItemHash.objects.filter(pk=row.pk).update(sealed=seal(item, row, value))

    return plant


def _by_another_operator(item: Item, row: ItemHash, value: bytes) -> bytes:
    pair = keys.of([item])[item.pk]
    with override_settings(REPIT_OPERATOR_KEY=FOREIGN_KEY):
        which = keys.NAMED if row.role == "whole" else keys.KEPT
        return operator_and(sealed.FIND, pair[which]).seal(value, sealed._place(item, row))


def _too_short(item: Item, row: ItemHash, value: bytes) -> bytes:
    pair = keys.of([item])[item.pk]
    which = keys.NAMED if row.role == "whole" else keys.KEPT
    return operator_and(sealed.FIND, pair[which]).seal(value[:31], sealed._place(item, row))


def _of_an_unknown_algorithm(name: str) -> None:
    item = Item.objects.get(token=name)
    pair = keys.of([item])[item.pk]
    with whatever_the_constraints_say():
        for row in ItemHash.objects.filter(item=item):
            row.algorithm = "tmk"
            row.sealed = operator_and(sealed.FIND, pair[keys.KEPT]).seal(bytes(32), sealed._place(item, row))
            row.save(update_fields=["algorithm", "sealed"])


def _slot(slot: int | None) -> Callable[[str], None]:
    def plant(name: str) -> None:
        Item.objects.filter(token=name).update(slot=slot)

    return plant


def _a_free_slot(name: str) -> None:
    [(slot, _)] = keys.draw(1)
    Item.objects.filter(token=name).update(slot=slot)


def _without_hashes(name: str) -> None:
    ItemHash.objects.filter(item__token=name).delete()


PLANTED: Final[dict[str, Callable[[str], None]]] = {
    "sealed under another operator's key": _resealed(_by_another_operator),
    "truncated": _with(lambda raw: raw[:40]),
    "cut within the nonce": _with(lambda raw: raw[:5]),
    "empty": _with(lambda _: b""),
    "a flipped bit": _with(lambda raw: raw[:-1] + bytes([raw[-1] ^ 1])),
    "of another version": _with(lambda raw: b"\x02" + raw[1:]),
    "a hash of the wrong length": _resealed(_too_short),
    "an unknown algorithm": _of_an_unknown_algorithm,
    "a slot behind the end of the file": _slot(2**50),
    "a slot before its beginning": _slot(-5),
    "a slot beyond all numbers": _slot(2**63 - 1),
    "no slot": _slot(None),
    "another slot": _a_free_slot,
    "without a hash": _without_hashes,
}


def imported_under_a_wrong_key(count: int) -> list[str]:
    """What an import leaves that ran with another operator's key."""
    right = settings.REPIT_OPERATOR_KEY
    with override_settings(REPIT_OPERATOR_KEY=FOREIGN_KEY):
        names = [submit(secrets.token_bytes(32)) for _ in range(count)]
    assert right == settings.REPIT_OPERATOR_KEY
    return names
