"""From one key by which items are found to the next.

In: a week that is over. Out: digests of everything that lives under another key; the former one destroyed.
Next: `hotline.loops.upkeep`, which does it a little at a time. Until an item is carried over it is found by
its former digests, so nothing is missed meanwhile.
"""

from typing import Final, cast

from django.db import transaction

from repit.foundation.clock import now
from repit.foundation.hashes import Kind, Media
from repit.hotline.bank import feed, keys, lookups, names, proving, sealed, videos
from repit.hotline.bank.lookups import Lookup
from repit.hotline.bank.models import Item, ItemHash, LookupKey, PartnerRecord
from repit.hotline.bank.sealed import Opened
from repit.hotline.bank.states import LIVE
from repit.hotline.bank.types import Submission

TOGETHER: Final = 20


def begin_if_due() -> bool:
    """Whether a further key was begun: the newest is a week old, or was destroyed, and stands alone."""
    with transaction.atomic():
        feed.locked()
        newest = LookupKey.objects.order_by("-id").first()
        alive = lookups.alive()
        if newest is None:
            return False
        whole = bool(alive) and alive[0].number == newest.pk
        if whole and (len(alive) > 1 or newest.begun_on + lookups.EVERY > now().date()):
            return False
        lookups.begin()
        return True


def carry_over(most: int = TOGETHER) -> int:
    """Give some items digests under the newest key; how many. With none left, destroy the former keys."""
    newest = LookupKey.objects.order_by("-id").values_list("id", flat=True).first()
    if newest is None or LookupKey.objects.count() == 1:
        return 0
    behind = Item.objects.filter(found_by__isnull=False, found_by__lt=newest)
    if not behind.exists():
        _destroy_before(newest)
        return 0
    with transaction.atomic():
        feed.locked()
        lookup = lookups.newest()
        some = list(behind.order_by("found_by", "id")[:most])
        opened = sealed.opened(some)
        for item in some:
            each(item, opened, lookup)
        proving.sure(opened)
    return len(some)


def each(item: Item, opened: Opened, lookup: Lookup) -> None:
    """Give an item digests under this key, as far as it opens; under the feed's lock."""
    rows = list(ItemHash.objects.filter(item=item))
    # Those of a withdrawn item may be gone in part; of a lost one, all are.
    read = opened.read(item, rows)
    for row, hash_ in read:
        # What does not open cannot be found under a key of which it has no digest.
        row.digest = sealed.found_by(hash_, lookup) if hash_ is not None else None
    ItemHash.objects.bulk_update([row for row, _ in read], ["digest"])
    if item.state in LIVE and not opened.destroyed(item):
        hashes = tuple(hash_ for _, hash_ in read if hash_ is not None)
        moments = videos.read(opened, item, videos.rows_of([item.pk]).get(item.pk))
        if len(hashes) == len(rows) > 0 and moments is not None:
            whole = Submission(cast(Media, item.media), cast(Kind, item.kind), hashes, moments)
            item.fingerprint = sealed.fingerprint(whole, lookup)
        names.carry_over(list(PartnerRecord.objects.filter(item=item)), opened, lookup)
    item.found_by = lookup.number
    item.save(update_fields=["fingerprint", "found_by"])


def _destroy_before(newest: int) -> None:
    former = LookupKey.objects.filter(id__lt=newest)
    file = keys.pool(keys.LOOKUPS)
    file.wipe(file.within(former.values_list("slot", flat=True)))
    former.delete()
