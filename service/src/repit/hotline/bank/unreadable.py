"""What of the bank does not open, though its keys were never destroyed: noted, counted, told of once.

In: whatever a reader of sealed rows met (another operator's key, a damaged row, a broken link to the files of
keys). Out: marks in the database, a number. Next: `/ready`, `repit bank list --unreadable`; `looking`, which
finds what nobody has asked for yet, and takes marks away.

Readers leave out what they cannot read and go on: one bad row never stops a feed. They note it in memory,
since many of them only read; `flush` writes it down. Letters and widely published pictures that do not open
have no mark of their own and are known to the process that met them.
"""

import logging
import threading
from collections.abc import Collection
from typing import Final

from repit.foundation.clock import now
from repit.hotline.bank.models import Item, Unreadable
from repit.hotline.bank.states import LIVE

_TOGETHER: Final = 500
_log: Final = logging.getLogger(__name__)


class _Noted:
    """What this process has met. Rows by their keys, so that each is told of once."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._fresh = set[int]()
        self._others = set[tuple[str, int]]()

    def item(self, key: int) -> None:
        with self._turn:
            self._fresh.add(key)

    def other(self, table: str, key: int) -> bool:
        """Whether it is the first time."""
        with self._turn:
            first = (table, key) not in self._others
            self._others.add((table, key))
            return first

    def others(self, table: str) -> set[int]:
        with self._turn:
            return {key for kind, key in self._others if kind == table}

    def fresh(self) -> list[int]:
        with self._turn:
            return sorted(self._fresh)

    def written(self, keys: Collection[int]) -> None:
        with self._turn:
            self._fresh.difference_update(keys)


_noted: Final = _Noted()


def note(item: Item) -> None:
    """Something of this item does not open."""
    _noted.item(item.pk)


def note_other(table: str, key: int) -> None:
    """A row of another table does not open: told of once by this process."""
    if _noted.other(table, key):
        _log.error("a row of %s does not open", table)


def others(table: str) -> set[int]:
    """The rows of another table, by their keys, that did not open in this process."""
    return _noted.others(table)


def forget(keys: Collection[int]) -> None:
    """These items open after all."""
    _noted.written(keys)


def flush() -> int:
    """Write down what was noted; how many items were not marked before."""
    keys = _noted.fresh()
    found = mark(keys)
    _noted.written(keys)
    return found


def mark(keys: Collection[int]) -> int:
    """Mark living items that do not open, each told of once; how many were not marked before."""
    found, today, wanted = 0, now().date(), list(keys)
    for begin in range(0, len(wanted), _TOGETHER):
        some = wanted[begin : begin + _TOGETHER]
        known = set(Unreadable.objects.filter(item__in=some).values_list("item", flat=True))
        living = Item.objects.filter(pk__in=some, state__in=LIVE).values_list("pk", flat=True)
        fresh = [key for key in living if key not in known]
        rows = [Unreadable(item_id=key, since=today) for key in fresh]
        Unreadable.objects.bulk_create(rows, ignore_conflicts=True)
        found += len(fresh)
    if found:
        _log.error("%d items of the bank do not open; `repit bank list --unreadable` names them", found)
    return found


def among(keys: Collection[int]) -> set[int]:
    """Those of these items that are marked, by their keys."""
    return set(Unreadable.objects.filter(item__in=keys).values_list("item", flat=True))


def unreadable() -> int:
    """How many living items do not open, or not whole, as far as is known."""
    fresh = _noted.fresh()[:_TOGETHER]
    marked = Unreadable.objects.filter(item__state__in=LIVE)
    if not fresh:
        return marked.count()
    known = set(marked.filter(item__in=fresh).values_list("item", flat=True))
    living = set(Item.objects.filter(pk__in=fresh, state__in=LIVE).values_list("pk", flat=True))
    return marked.count() + len(living - known)
