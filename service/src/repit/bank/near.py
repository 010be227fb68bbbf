"""Near duplicates: two submissions of one picture that was stored anew in between.

In: an item just taken in. Out: the living item through which it is served, if there is one. Next: `items`.

Two items are joined when each standard PDQ hash of either lies within `RADIUS` bits of one of the other, and
at least half of the anchored hashes of either lie within `ANCHORED_RADIUS` of the other's. Both ways: were
one enough, a stranger who knows a standard hash could have others vouch for whatever they add to it. `RADIUS`
is far below the field's 31: saving a picture anew as JPEG moved its hash by 0 to 2 bits, scaling it down as
well by 4 to 16 (docs/en/exchanges.md has the figures); unrelated pictures are about 128 apart.

Found again without opening what is sealed: the 256 bits are dealt out to `RADIUS` + 1 hands, and two hashes
within `RADIUS` agree on one hand at least. Each hand is kept as 8 bytes of a keyed digest. A hand has so few
bits that whoever holds the key can try them all: hence `lookups` replaces it.
"""

from collections.abc import Collection, Mapping
from typing import Final

import numpy as np
from django.db import connection
from django.db.models import Q
from numpy.typing import NDArray

from repit.bank import lookups
from repit.bank.lookups import Lookup
from repit.bank.models import Item, ItemHash, Nearby
from repit.bank.sealed import opened
from repit.bank.types import Signal

RADIUS: Final = 10
ANCHORED_RADIUS: Final = 31
_HANDS: Final = RADIUS + 1
_MOST_HASHES: Final = 8
_MOST_CANDIDATES: Final = 200
_TOGETHER: Final = 10_000


def note(item: Item, signals: tuple[Signal, ...], lookup: Lookup) -> None:
    """Keep what finds this item again. Pictures only: a video or a file is told by its very bytes."""
    if item.media == "picture":
        dealt = sorted(hands(signals, lookup))
        Nearby.objects.bulk_create([Nearby(item=item, value=value) for value in dealt])


def forget(item: Item) -> None:
    """An item that no longer lives leads nobody."""
    Nearby.objects.filter(item=item).delete()


def lead_for(item: Item, signals: tuple[Signal, ...]) -> Item | None:
    """A living item of the same kind, near enough to serve this one, that is served through no other."""
    dealt = {value for lookup in lookups.alive() for value in hands(signals, lookup)}
    if item.media != "picture" or not dealt:
        return None
    keys = Nearby.objects.filter(value__in=dealt).exclude(item=item).values("item_id").distinct()
    living = Item.objects.filter(
        Q(state__in=("received", "active")), id__in=keys[:_MOST_CANDIDATES], lead=None, kind=item.kind
    )
    for candidate in living.order_by("token"):
        rows = ItemHash.objects.filter(item=candidate, algorithm="pdq", publishable=True)
        held = opened([candidate])
        if not held.destroyed(candidate) and alike(signals, held.signals(candidate, rows)):
            return candidate
    return None


def alike(one: tuple[Signal, ...], other: tuple[Signal, ...]) -> bool:
    """Whether these two sets of hashes are of the same picture, by the rule above."""
    whole = _distances(one, other, "whole")
    if whole.size == 0 or (whole.min(1) > RADIUS).any() or (whole.min(0) > RADIUS).any():
        return False
    anchored = _distances(one, other, "anchored")
    if anchored.size == 0:
        return anchored.shape == (0, 0)
    within = anchored <= ANCHORED_RADIUS
    return bool(within.any(1).mean() >= 0.5 and within.any(0).mean() >= 0.5)


def _distances(one: tuple[Signal, ...], other: tuple[Signal, ...], role: str) -> NDArray[np.int64]:
    """Bits that differ, ``(n, m)``."""
    rows, columns = (
        np.frombuffer(
            b"".join(s.value for s in some if s.algorithm == "pdq" and s.role == role and s.publishable),
            np.uint8,
        ).reshape(-1, 32)
        for some in (one, other)
    )
    differ = np.bitwise_count(rows[:, None, :] ^ columns[None, :, :])
    found: NDArray[np.int64] = differ.sum(2, dtype=np.int64)
    return found


def note_many(dealt: Mapping[Item, Collection[int]]) -> None:
    """`note` for many items, past the ORM: eleven rows an item are most of what an import writes."""
    table, quote = Nearby._meta.db_table, connection.ops.quote_name
    rows = [(item.pk, value) for item, values in dealt.items() for value in sorted(values)]
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {quote(table)} (item_id, value) VALUES (%s, %s)",  # noqa: S608 (no value of anyone's)
            rows,
        )


def holders(values: Collection[int]) -> dict[int, set[int]]:
    """Which living items have these hands."""
    found: dict[int, set[int]] = {}
    listed = list(values)
    for begin in range(0, len(listed), _TOGETHER):
        some = listed[begin : begin + _TOGETHER]
        for value, item in Nearby.objects.filter(value__in=some).values_list("value", "item_id"):
            found.setdefault(value, set()).add(item)
    return found


def signals_of(items: Collection[int]) -> dict[int, tuple[Signal, ...]]:
    """The publishable PDQ hashes of these items."""
    found: dict[int, list[Signal]] = {}
    listed = list(items)
    for begin in range(0, len(listed), _TOGETHER):
        rows = ItemHash.objects.filter(
            item__in=listed[begin : begin + _TOGETHER], algorithm="pdq", publishable=True
        )
        some = list(rows.select_related("item"))
        held = opened({row.item_id: row.item for row in some}.values())
        for row in some:
            if not held.destroyed(row.item):
                found.setdefault(row.item_id, []).append(held.signal(row.item, row))
    return {item: tuple(signals) for item, signals in found.items()}


def hands(signals: tuple[Signal, ...], lookup: Lookup) -> set[int]:
    """By what a picture's near duplicates are found again: 8 bytes of a keyed digest for each hand."""
    found: set[int] = set()
    wanted = [s for s in signals if s.algorithm == "pdq" and s.role == "whole" and s.publishable]
    for signal in wanted[:_MOST_HASHES]:
        bits = np.unpackbits(np.frombuffer(signal.value, np.uint8))
        for hand in range(_HANDS):
            cards = np.packbits(bits[hand::_HANDS]).tobytes()
            digest = lookup.digest("bank nearby", bytes([hand]), cards)
            found.add(int.from_bytes(digest[:8], "big", signed=True))
    return found
