"""Going through the whole bank, to find what does not open before anybody asks for it.

In: living items, some at a time. Out: marks (`unreadable`), taken away again where an item opens after all
(a file of keys was put back): then subscribers are told of it anew. Next: `hotline.loops.look_through`, once
a day; `repit bank check`, at once.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db import transaction

from repit.foundation import audit
from repit.foundation.clock import now
from repit.foundation.models import Upkeep
from repit.hotline.bank import feed, lookups, proving, sealed, turning, unreadable, videos
from repit.hotline.bank.models import Item, ItemHash, Unreadable
from repit.hotline.bank.sealed import Opened
from repit.hotline.bank.states import LIVE, SHARED

TOGETHER: Final = 100
ACTOR: Final = "looking through"
_NAME: Final = "bank looked through"
_OPENS: Final = "its hashes open again"


@dataclass(frozen=True, slots=True)
class Looked:
    """How many items were looked at, how many of them do not open, how many do again."""

    items: int = 0
    broken: int = 0
    mended: int = 0

    def __add__(self, other: "Looked") -> "Looked":
        return Looked(self.items + other.items, self.broken + other.broken, self.mended + other.mended)


def some() -> int:
    """Go on where the last turn ended, unless everything was looked at today; at how many items. Raises
    `SettingsRefused` where the keys are not ours. Several processes share the way."""
    noted, _ = Upkeep.objects.get_or_create(name=_NAME)
    row = Upkeep.objects.filter(name=_NAME, reached=noted.reached)
    if noted.done_on == now().date() and not noted.reached:
        return 0
    items = _next(noted.reached)
    if not items:
        row.update(reached=0, done_on=now().date())
        return 0
    look_at(items)
    row.update(reached=items[-1].pk)
    return len(items)


def everything() -> Iterator[Looked]:
    """Go through all of it now; after each turn, what it found. Raises `SettingsRefused`."""
    after = 0
    while items := _next(after):
        yield look_at(items)
        after = items[-1].pk
    Upkeep.objects.update_or_create(name=_NAME, defaults={"reached": 0, "done_on": now().date()})


def last() -> date | None:
    """On which day the whole bank was last gone through; None where it never was."""
    return Upkeep.objects.filter(name=_NAME).values_list("done_on", flat=True).first()


@dataclass(frozen=True, slots=True)
class Hashes:
    """How many hashes an item has, how many of them subscribers are served, how many do not open. `moments`:
    whether parts of a video are met too; None where what they are met by does not open."""

    kept: int
    served: int
    broken: int
    moments: bool | None = False


def hashes_of(item: Item) -> Hashes:
    """What is still there of one item, opened now."""
    held, rows = sealed.opened([item]), list(ItemHash.objects.filter(item=item))
    opens = {row.pk: held.opens(item, row) for row in rows}
    left = [row for row in rows if opens[row.pk] is not None]
    return Hashes(
        len(left),
        sum(row.publishable and bool(opens[row.pk]) for row in left) if item.state in SHARED else 0,
        sum(opens[row.pk] is False for row in left),
        _moments(held, item),
    )


def _moments(held: Opened, item: Item) -> bool | None:
    row = videos.rows_of([item.pk]).get(item.pk)
    if row is None or held.destroyed(item):
        return False
    return videos.opens(held, item, row) or None


def broken(items: Sequence[Item]) -> set[int]:
    """Those of these living items, by their keys, of which something does not open, or nothing is there."""
    by_key = {item.pk: item for item in items}
    return {key for part in feed.by_bytes(list(by_key)) for key in _broken([by_key[known] for known in part])}


def _broken(items: Sequence[Item]) -> set[int]:
    rows = defaultdict[int, list[ItemHash]](list)
    for row in ItemHash.objects.filter(item__in=[item.pk for item in items]):
        rows[row.item_id].append(row)
    seen = videos.rows_of([item.pk for item in items if item.media == "video"])
    held, found = sealed.opened(items), set[int]()
    for item in items:
        if held.destroyed(item):
            continue
        moments = seen.get(item.pk)
        if (
            not rows[item.pk]
            or any(held.opens(item, row) is False for row in rows[item.pk])
            or (moments is not None and not videos.opens(held, item, moments))
        ):
            found.add(item.pk)
    return found


def look_at(items: Sequence[Item]) -> Looked:
    """Mark those that do not open, and tell of those anew that do again."""
    bad = broken(items)
    if bad:
        proving.prove()
    keys_ = [item.pk for item in items]
    marked = set(Unreadable.objects.filter(item__in=keys_).values_list("item", flat=True))
    unreadable.mark(bad - marked)
    unreadable.forget(set(keys_) - bad)
    well = sorted(marked - bad)
    for key in well:
        _well_again(key)
    return Looked(len(items), len(bad), len(well))


def _well_again(key: int) -> None:
    with transaction.atomic():
        line = feed.locked()
        item = Item.objects.filter(pk=key, state__in=LIVE).first()
        Unreadable.objects.filter(item=key).delete()
        if item is None:
            return
        turning.each(item, sealed.opened([item]), lookups.newest())
        audit.record(ACTOR, "item.readable", item.token, _OPENS)
        if item.announced:
            feed.append(line, item)


def _next(after: int) -> list[Item]:
    return list(Item.objects.filter(state__in=LIVE, id__gt=after).order_by("id")[:TOGETHER])
