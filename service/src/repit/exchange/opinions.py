"""What subscribers think of an item: blocked, not blocked, pending.

In: feedback of any protocol. Out: append-only rows; of several by one subscriber the latest counts. Next: the
exchanges, which show each subscriber's opinion to the others.

One opinion changes no item's state. When `ENOUGH` subscribers say "not blocked", an active item is put in
doubt, until a person settles it or withdraws it. What was said before a person settled the item no longer
counts towards the next doubt.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, cast

from django.db import transaction
from django.db.models import Max

from repit.bank import feed, items
from repit.bank.models import Item, Transition
from repit.exchange.keys import Granted
from repit.exchange.models import Opinion
from repit.foundation.clock import now

View = Literal["blocked", "not_blocked", "pending", "none"]
MAX_TAGS: Final = 10
ENOUGH: Final = 3
_TAG: Final = re.compile(r"[\w .:\-]{1,50}")
_A_HASH: Final = re.compile(
    r"[0-9A-Fa-f]{16}|(?=[\w\-]*\d)(?=[\w\-]*[a-z])(?=[\w\-]*[A-Z])[\w\-]{22}", re.ASCII
)
"""What may be a hash, or a part of one: nobody writes hashes into words that are kept."""


@dataclass(frozen=True, slots=True)
class Held:
    """One subscriber's present opinion of one item."""

    subscriber: int
    name: str
    view: View
    tags: tuple[str, ...]
    at: datetime


def fit_tags(tags: Iterable[object]) -> tuple[str, ...]:
    """The tags that are short and plain, each once, at most `MAX_TAGS`, in order of the alphabet; none that
    may hold a hash."""
    fit = {t for t in tags if isinstance(t, str) and _TAG.fullmatch(t) and not _A_HASH.search(t)}
    return tuple(sorted(fit)[:MAX_TAGS])


def give(who: Granted, names: Collection[str], view: View, tags: Iterable[object] = ()) -> int:
    """Note an opinion of each item named that subscribers know of; how many these are.

    Repeating one's present opinion writes nothing. A new one goes into the feed as a change of the item, so
    that everyone hears of it.
    """
    fit = fit_tags(tags)
    with transaction.atomic():
        line = feed.locked()
        found = list(Item.objects.filter(token__in=names, told=True, kind__in=who.kinds).order_by("id"))
        held = {
            token: one
            for token, several in of([item.token for item in found]).items()
            for one in several
            if one.subscriber == who.id
        }
        for item in found:
            before = held.get(item.token)
            if before is not None and (before.view, before.tags) == (view, fit):
                continue
            Opinion.objects.create(
                subscriber_id=who.id, item=item.token, opinion=view, tags="\n".join(fit), at=now()
            )
            feed.append(line, item)
        if view == "not_blocked":
            # Last, since each dispute counts on from the feed as it is in the database.
            for item in found:
                _doubt(item)
    return len(found)


def _doubt(item: Item) -> None:
    """Dispute an active item that enough subscribers do not block, all since a person last settled it."""
    if item.state != "active":
        return
    settled = Transition.objects.filter(item=item, before="disputed", after="active")
    since = settled.aggregate(last=Max("at"))["last"]
    against = [
        held
        for held in of([item.token]).get(item.token, [])
        if held.view == "not_blocked" and (since is None or held.at > since)
    ]
    if len(against) >= ENOUGH:
        reason = f"opinions: {len(against)} subscribers do not block it"
        items.dispute(item.token, actor="opinions", reason=reason)


def of(names: Collection[str]) -> dict[str, list[Held]]:
    """The present opinions of each item named, in the order of subscribers' names."""
    latest: dict[tuple[str, int], Held] = {}
    rows = Opinion.objects.filter(item__in=names).select_related("subscriber").order_by("id")
    for row in rows:
        latest[row.item, row.subscriber_id] = Held(
            row.subscriber_id,
            row.subscriber.name,
            cast(View, row.opinion),
            tuple(row.tags.splitlines()),
            row.at,
        )
    found: dict[str, list[Held]] = {}
    for (name, _), held in sorted(latest.items(), key=lambda pair: pair[1].name):
        found.setdefault(name, []).append(held)
    return found


def blocked_by(subscribers: Collection[str], names: Collection[str] | None = None) -> frozenset[str]:
    """Of these items (None: of all), those that one of these subscribers says to block at present."""
    said = Opinion.objects.filter(subscriber__name__in=subscribers)
    if names is not None:
        said = said.filter(item__in=names)
    latest: dict[tuple[str, int], str] = {}
    for item, subscriber, view in said.order_by("id").values_list("item", "subscriber", "opinion"):
        latest[item, subscriber] = view
    return frozenset(item for (item, _), view in latest.items() if view == "blocked")
