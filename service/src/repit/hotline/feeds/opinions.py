"""What subscribers think of an item: blocked, not blocked, pending.

In: feedback of any protocol, by someone who may see the item. Out: append-only rows; of several by one
subscriber the latest counts. Next: the exchanges, which show each subscriber's opinion to those who may see
the item; `voices`, which weighs them: an opinion changes no item's state but by its rule.

An opinion of people comes from a review desk, with a key of its own (`keys`); anyone else's may be a
script's.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, cast

from django.db import transaction

from repit.foundation.clock import now
from repit.hotline.bank import feed
from repit.hotline.feeds import caps, eligibility, voices
from repit.hotline.feeds.keys import Granted
from repit.hotline.feeds.models import Opinion

View = Literal["blocked", "not_blocked", "pending", "none"]
MAX_TAGS: Final = 10
_TAG: Final = re.compile(r"[\w .:\-]{1,50}")
_A_HASH: Final = re.compile(
    r"[0-9A-Fa-f]{16}|(?=[\w\-]*\d)(?=[\w\-]*[a-z])(?=[\w\-]*[A-Z])[\w\-]{22}", re.ASCII
)
"""What may be a hash, or a part of one: nobody writes hashes into words that are kept."""


@dataclass(frozen=True, slots=True)
class Held:
    """One subscriber's present opinion of one item. `people`: given by moderators who looked, and `depth` how
    much of the item's family agreed with what they saw."""

    subscriber: int
    name: str
    view: View
    tags: tuple[str, ...]
    at: datetime
    people: bool = False
    depth: int | None = None


def fit_tags(tags: Iterable[object]) -> tuple[str, ...]:
    """The tags that are short and plain, each once, at most `MAX_TAGS`, in order of the alphabet; none that
    may hold a hash."""
    fit = {t for t in tags if isinstance(t, str) and _TAG.fullmatch(t) and not _A_HASH.search(t)}
    return tuple(sorted(fit)[:MAX_TAGS])


def give(
    who: Granted, names: Collection[str], view: View, tags: Iterable[object] = (), depth: int | None = None
) -> int:
    """Note an opinion of each item named that this subscriber may see; how many these are.

    Repeating one's present opinion writes nothing. A new one goes into the feed as a change of the item, so
    that everyone hears of it. `depth`: of a hundred, how much of the item's family agreed with what people
    saw. Raises `caps.MovedTooMuch`.
    """
    fit = fit_tags(tags)
    content = (view, fit, who.desk, depth if who.desk else None)
    seen = list(eligibility.visible(who, names).values_list("token", flat=True))
    before = _present(who, seen)
    fresh = [name for name in seen if before.get(name) != content]
    caps.spend(who, "opinions", len(fresh))
    if view == "not_blocked":
        caps.spend(who, "not_blocked", len(fresh))
    if not fresh:
        return len(seen)
    with transaction.atomic():
        line = feed.locked()
        present = _present(who, fresh)
        found = [item for item in eligibility.visible(who, fresh) if present.get(item.token) != content]
        for item in found:
            Opinion.objects.create(
                subscriber_id=who.id,
                item=item.token,
                opinion=view,
                tags="\n".join(fit),
                people=who.desk,
                depth=depth if who.desk else None,
                at=now(),
            )
            feed.append(line, item)
        # Last, since what follows counts on from the feed as it is in the database.
        voices.weigh([item.token for item in found])
    return len(seen)


_Content = tuple[View, tuple[str, ...], bool, int | None]


def _present(who: Granted, names: Collection[str]) -> dict[str, _Content]:
    """What this subscriber thinks of these items at present."""
    rows = Opinion.objects.filter(item__in=names, subscriber_id=who.id).order_by("id")
    return {
        row.item: (cast(View, row.opinion), tuple(row.tags.splitlines()), bool(row.people), row.depth)
        for row in rows
    }


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
            bool(row.people) and row.subscriber.people,
            row.depth,
        )
    found: dict[str, list[Held]] = {}
    for (name, _), held in sorted(latest.items(), key=lambda pair: pair[1].name):
        found.setdefault(name, []).append(held)
    return found
