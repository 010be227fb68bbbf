"""The change feed: what subscribers have not heard yet, and everything there is.

In: the bank's rows. Out: the head, changes after a sequence, every published item. Next: the exchanges.

One bad row stops nobody: what does not open is left out of an item, and noted (`unreadable`).

The log holds only "look at this item again"; the state is read when the change is served. So a change that is
read late already shows the newest state, a withdrawal overtakes older changes of its item, and the log itself
holds nothing that would have to be forgotten.

Why nothing hides behind a checkpoint: `count` counts under the lock of the one `Feed` row and within the
transaction of the change itself. Number n + 1 is given out only after the transaction of n has ended, so a
reader that sees n + 1 sees n; an aborted transaction takes its number back with it. No clock is involved.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, cast

from django.db import transaction

from repit.foundation.batches import batched
from repit.foundation.clock import now
from repit.foundation.errors import NotFound
from repit.foundation.hashes import Announced, Kind, Media
from repit.hotline.bank import feed_watch, proving, videos
from repit.hotline.bank.models import Change, Feed, Item, ItemHash
from repit.hotline.bank.sealed import opened
from repit.hotline.bank.states import SHARED
from repit.hotline.bank.types import Published

PAGE: Final = 500
MOST_BYTES: Final = 4 * 1024**2
"""Of moments at rest, opened at once: a page of the feed that holds them, or a part of a snapshot."""
_BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class Head:
    """The newest change there is."""

    feed_id: str
    sequence: int


@dataclass(frozen=True, slots=True)
class Recorded:
    """One change, with the item as it stands now; None where its row is not there any more."""

    sequence: int
    at: datetime
    item: Published | None


def locked() -> Feed:
    """The feed's row, locked until the transaction ends: writers of the bank take turns here."""
    return Feed.objects.select_for_update().get(pk=1)


def append(line: Feed, item: Item) -> int:
    """Count and write one change of an item, under the lock; its number."""
    change = count(line, item)
    write(line, [change])
    return change.sequence


def count(line: Feed, item: Item) -> Change:
    """Count one change of an item, under the lock; it is still to be written, in the same transaction."""
    line.sequence += 1
    return Change(sequence=line.sequence, item=item, at=_moment(line))


def write(line: Feed, changes: Sequence[Change]) -> None:
    """Write changes that were counted; readers are woken when the transaction commits."""
    if not changes:
        return
    line.save(update_fields=["sequence"])
    Change.objects.bulk_create(changes, batch_size=_BATCH)
    reached = changes[-1].sequence
    transaction.on_commit(lambda: feed_watch.reached(reached))


def _moment(line: Feed) -> datetime:
    """Now; or, should the clock have been put back, the first second that is not closed."""
    moment, closed = now(), line.closed_through
    # The whole last second is closed: a client that has read to its end asks from the next one.
    return moment if closed is None else max(moment, closed + timedelta(seconds=1))


def closed_through() -> datetime | None:
    """The end of the last closed day. Whoever reads the head after this knows every change up to it."""
    return Feed.objects.values_list("closed_through", flat=True).get(pk=1)


def head() -> Head:
    """Where the feed stands."""
    feed = Feed.objects.get(pk=1)
    return Head(str(feed.feed_id), feed.sequence)


def newest_change() -> datetime | None:
    """When the feed last grew; None for an empty one."""
    return Change.objects.order_by("-sequence").values_list("at", flat=True).first()


def changes_after(sequence: int, limit: int = PAGE, *, moments: bool = False) -> list[Recorded]:
    """Consecutive changes from `sequence` + 1 on, each with its item's present state; with the `moments` of
    videos if they are asked for, and then no more of them than may stand on one page."""
    changes = list(Change.objects.filter(sequence__gt=sequence).order_by("sequence")[:limit])
    if moments:
        changes = _on_one_page(changes)
    published = _published({change.item_id for change in changes}, moments=moments)
    items = {item.item_key: item.value for item in published}
    return [Recorded(change.sequence, change.at, items.get(change.item_id)) for change in changes]


def _on_one_page(changes: list[Change]) -> list[Change]:
    """The first of these, as many as make a page by the moments that they tell of: the same ones again with
    each change of their item. Lengths are looked at; what is told on a later page is opened for that."""
    first = next(by_bytes([change.item_id for change in changes]), [])
    return changes[: len(first)]


def by_bytes(keys: Sequence[int]) -> Iterator[list[int]]:
    """Keys of items, in their order, in parts of which the moments together are no longer than `MOST_BYTES`,
    unless one item's alone are."""
    lengths = videos.lengths(set(keys))
    return batched(keys, lambda key: lengths.get(key, 0), most=max(1, len(keys)), heaviest=MOST_BYTES)


def everything(after: str = "", *, moments: bool = False) -> Iterator[Published]:
    """Every item that subscribers hold or should: in batches, so that nothing is locked or held for long.

    Always in the same order; `after` names an item to go on behind. Raises `NotFound` where there is none.

    Items that change meanwhile may come in their older or newer state; the changes after the head read before
    the first batch put that right.
    """
    begin = Item.objects.filter(token=after).values_list("id", flat=True).first() if after else 0
    if begin is None:
        raise NotFound
    return _everything(begin, moments=moments)


def _everything(after: int, *, moments: bool) -> Iterator[Published]:
    while True:
        keys = list(
            Item.objects.filter(state__in=SHARED, id__gt=after)
            .order_by("id")
            .values_list("id", flat=True)[:_BATCH]
        )
        if not keys:
            return
        for part in by_bytes(keys) if moments else [keys]:
            for item in _published(part, moments=moments):
                if item.value.state != "withdrawn":
                    yield item.value
        after = keys[-1]


@dataclass(frozen=True, slots=True)
class _Keyed:
    item_key: int
    value: Published


def _published(keys: Sequence[int] | set[int], *, moments: bool) -> list[_Keyed]:
    """Items by key, with what of their hashes opens, and of their `moments` if they are asked for. Raises
    `Unavailable` where the keys are not ours.

    State and hashes are read one after the other, without a lock. Should an item be withdrawn and erased in
    between, it comes as active and nothing of it can be read, and the change that withdraws it follows.
    """
    items = list(Item.objects.filter(id__in=keys).order_by("id"))
    shared = [item.id for item in items if item.state in SHARED]
    hashes: dict[int, list[ItemHash]] = {}
    for row in ItemHash.objects.filter(item_id__in=shared, publishable=True).order_by("id"):
        hashes.setdefault(row.item_id, []).append(row)
    seen = videos.rows_of(shared) if moments else {}
    held = opened([item for item in items if item.state in SHARED])
    found = list[_Keyed]()
    for item in items:
        # One whose keys were destroyed since a backup that was put back is withdrawn, whatever its row says.
        state = item.state if item.state in SHARED and not held.destroyed(item) else "withdrawn"
        read = held.read(item, hashes.get(item.id, [])) if state in SHARED else []
        blob = videos.read(held, item, seen.get(item.id)) if state in SHARED else b""
        value = Published(
            item=item.token,
            state=cast(Announced, state),
            media=cast(Media, item.media),
            kind=cast(Kind, item.kind),
            origin=item.origin,
            confirmations=item.confirmations,
            hashes=tuple(hash_ for _, hash_ in read if hash_ is not None),
            asked=item.asked,
            whole=state not in SHARED
            or (bool(read) and blob is not None and all(hash_ is not None for _, hash_ in read)),
            moments=blob or b"",
        )
        found.append(_Keyed(item.id, value))
    proving.sure(held)
    return found
