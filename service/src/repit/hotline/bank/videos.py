"""Moments of videos at rest: one sealed blob an item, its length rounded up.

In: moments, an item, its keys (`sealed`). Out: rows, and moments again. Next: `feed`, which serves them;
`mending`, `turning`, `looking`, which keep them as they keep hashes. Nobody else opens any: a list of items
never pays for them.

They are sealed under the key of the item's that is destroyed first (`keys.KEPT`): no exchange needs them to
say what is to be forgotten. A blob's length is told to nobody exactly: rows come in few lengths, so that they
say little more of a video than whether it lasts minutes or an hour.
"""

import struct
from collections.abc import Collection, Mapping
from typing import Final

from django.db.models.functions import Length

from repit.foundation.errors import SealBroken
from repit.foundation.ids import random_key
from repit.foundation.sealing import Place
from repit.hotline.bank import unreadable
from repit.hotline.bank.keys import Pair
from repit.hotline.bank.models import Item, ItemMoments
from repit.hotline.bank.sealed import Opened, kept_sealer

SHORTEST: Final = 16 * 1024
"""Of what is sealed: a minute and a half, or less."""
_FORM: Final = 1
_HEAD: Final = struct.Struct(">BI")
_TOGETHER: Final = 500


def seal(item: Item, moments: bytes, pair: Pair) -> list[ItemMoments]:
    """The row of an item's moments, not yet saved; none where it has none."""
    if not moments:
        return []
    row = ItemMoments(id=random_key(), item=item)
    plain = _HEAD.pack(_FORM, len(moments)) + moments
    row.sealed = kept_sealer(pair).seal(plain.ljust(rounded(len(plain)), b"\0"), _place(item, row))
    return [row]


def rounded(length: int) -> int:
    """The next power of two, from `SHORTEST` on."""
    return max(SHORTEST, 1 << (length - 1).bit_length())


def opened(held: Opened, item: Item, row: ItemMoments) -> bytes:
    """The moments of a row. Raises `SealBroken`, also where its key was destroyed."""
    plain = held.kept(item).open(row.sealed, _place(item, row))
    form, length = _HEAD.unpack_from(plain)
    if form != _FORM or length > len(plain) - _HEAD.size:
        raise SealBroken(detail="moments in an unknown form")
    return plain[_HEAD.size : _HEAD.size + length]


def read(held: Opened, item: Item, row: ItemMoments | None) -> bytes | None:
    """The same: nothing where there is no row, or its key was destroyed; None where it does not open, which
    is noted."""
    if row is None or held.destroyed(item):
        return b""
    try:
        return opened(held, item, row)
    except SealBroken:
        unreadable.note(item)
        return None


def opens(held: Opened, item: Item, row: ItemMoments) -> bool:
    """Whether a row opens. Nothing is noted."""
    try:
        opened(held, item, row)
    except SealBroken:
        return False
    return True


def rows_of(items: Collection[int]) -> dict[int, ItemMoments]:
    """The rows of these items, by the items' keys."""
    found, some = dict[int, ItemMoments](), list(items)
    for begin in range(0, len(some), _TOGETHER):
        rows = ItemMoments.objects.filter(item__in=some[begin : begin + _TOGETHER])
        found.update({row.item_id: row for row in rows})
    return found


def having(items: Collection[int]) -> set[int]:
    """Those of these items, by their keys, that have moments; no row is loaded."""
    return set(ItemMoments.objects.filter(item__in=items).values_list("item", flat=True))


def lengths(items: Collection[int]) -> Mapping[int, int]:
    """How long the rows of these items are, by the items' keys; no row is loaded."""
    rows = ItemMoments.objects.filter(item__in=items).annotate(length=Length("sealed"))
    return dict(rows.values_list("item", "length"))


def _place(item: Item, row: ItemMoments) -> Place:
    return Place("bank_itemmoments", f"{item.token}/{row.id}", "sealed")
