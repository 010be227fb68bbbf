"""Destroying what was withdrawn: first the keys, then the rows.

In: items that are withdrawn. Out: keys wiped, rows deleted; items that a database which was put back still
shows are withdrawn anew. Next: `hotline.feeds.erasure`, which knows who still needs what.

Two steps. At once: everything by which no exchange names what to forget. Then, as soon as nobody needs it:
the rest. Each begins with the key, outside any transaction that could be taken back: from that moment no copy
of the rows opens. Cut off anywhere, it is begun again and changes nothing twice. A withdrawn item never lives
again, so a key that is wiped is never missed.
"""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from repit.foundation.clock import now
from repit.hotline.bank import feed, keys, lifecycle, lookups
from repit.hotline.bank.models import (
    Feed,
    Item,
    ItemHash,
    ItemMoments,
    PartnerRecord,
    Transition,
    named_by_hash,
)
from repit.hotline.bank.sealed import opened
from repit.hotline.bank.states import LIVE

ACTOR: Final = "erasing"
TOGETHER: Final = 20
"""Items a transaction: people who submit meanwhile wait for it."""
_PAGE: Final = 500
_LOOKED_AT: Final = 5_000


def forgotten_days() -> int:
    """After how many days at the latest nothing opens what was withdrawn, and nothing tells that it was here:
    its last day, a week until the keys by which it was found are replaced, and two for the nights between."""
    return int(settings.REPIT_WITHDRAWN_DAYS) + lookups.EVERY.days + 2


def fresh(most: int = TOGETHER) -> list[Item]:
    """Withdrawn items of which everything is still there, or whose last day has come."""
    return list(_due().filter(forget_on__lte=now().date()).order_by("forget_on", "id")[:most])


def waiting(after: int = 0, most: int = _PAGE) -> list[Item]:
    """Withdrawn items, by their keys, whose named hashes somebody may still need."""
    return list(_due().filter(forget_on__gt=now().date(), id__gt=after).order_by("id")[:most])


def reduce(items: Sequence[Item]) -> None:
    """Keep of these only the hashes by which an exchange names what to forget, and the names that feedback
    needs; until the last day at most."""
    keys.wipe([item.slot for item in items if item.slot is not None], only_kept=True)
    last = now().date() + timedelta(days=settings.REPIT_WITHDRAWN_DAYS)
    with transaction.atomic():
        feed.locked()
        some = Item.objects.filter(pk__in=[item.pk for item in items], state="withdrawn")
        held = list(some.values_list("pk", flat=True))
        rest = ItemHash.objects.filter(item__in=held).exclude(named_by_hash())
        # By key, since a join cannot be deleted from on both databases.
        ItemHash.objects.filter(pk__in=list(rest.values_list("pk", flat=True))).delete()
        ItemMoments.objects.filter(item__in=held).delete()
        some.update(forget_on=last)


def erase(items: Sequence[Item], reason: str) -> int:
    """Leave nothing of these but their opaque names; how many were left."""
    keys.wipe([item.slot for item in items if item.slot is not None])
    done = 0
    for begin in range(0, len(items), TOGETHER):
        some = [item.pk for item in items[begin : begin + TOGETHER]]
        with transaction.atomic():
            line = feed.locked()
            ripe = list(Item.objects.filter(pk__in=some, state="withdrawn").order_by("id"))
            destroy(line, ripe, ACTOR, reason)
        done += len(ripe)
    return done


def destroy(line: Feed, items: Collection[Item], actor: str, reason: str) -> None:
    """The same under the caller's lock, keys first again."""
    keys.wipe([item.slot for item in items if item.slot is not None])
    for item in items:
        ItemHash.objects.filter(item=item).delete()
        ItemMoments.objects.filter(item=item).delete()
        PartnerRecord.objects.filter(item=item).update(sealed_name=b"", mark=b"")
        lifecycle.move(line, item, "erased", actor, reason)
        item.slot = item.found_by = None
        item.save(update_fields=["slot", "found_by"])


def last_day(item: Item) -> bool:
    """Whether what was kept of a withdrawn item may be kept no longer: it was reduced on an earlier day, and
    its own has come."""
    day: date | None = item.forget_on
    withdrawn = Transition.objects.filter(item=item, after="withdrawn").latest("id").at.date()
    return day is not None and withdrawn < day <= now().date() and opened([item]).destroyed(item)


def lost() -> int:
    """Withdraw living items whose keys were destroyed since the backup that was put back was made; how many.

    Safe in several processes at once.
    """
    found, after = 0, 0
    while True:
        held = Item.objects.filter(state__in=LIVE, slot__isnull=False, id__gt=after).order_by("id")
        some = list(held.values_list("id", "slot")[:_LOOKED_AT])
        if not some:
            return found
        after = some[-1][0]
        raws = keys.pool(keys.ITEMS).find([slot for _, slot in some if slot is not None])
        gone = [key for (key, _), raw in zip(some, raws, strict=True) if raw.endswith(keys.GONE)]
        for begin in range(0, len(gone), TOGETHER):
            found += _withdrawn(gone[begin : begin + TOGETHER])


def _withdrawn(gone: Sequence[int]) -> int:
    with transaction.atomic():
        line = feed.locked()
        found = 0
        for key in gone:
            item = Item.objects.filter(pk=key, state__in=LIVE).first()
            if item is not None:
                lifecycle.lost(line, item)
                found += 1
    return found


def _due() -> QuerySet[Item]:
    return Item.objects.filter(forget_on__isnull=False, state="withdrawn")
