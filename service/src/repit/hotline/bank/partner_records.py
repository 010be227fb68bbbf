"""What partners say: each of their records keeps an item up, for as long as they stand by it.

In: records of other exchanges, already checked, in groups. Out: items, the partner records that keep them
up, and tombstones. Next: `hotline.feeds.bank_target`, which makes a group ready, then writes it and its
checkpoint in one transaction.

A hash that several partners tell of stays until the last of them has let go. Records of one group leave what
they would leave one by one, in their order.
"""

from collections.abc import Sequence
from typing import Final

from django.db import transaction

from repit.hotline.bank import feed, incoming, lookups, mending, names
from repit.hotline.bank.models import PartnerRecord
from repit.hotline.bank.partners import collect
from repit.hotline.bank.partners.decide import Release, burials, decisions
from repit.hotline.bank.partners.write import Writer
from repit.hotline.bank.record import Ready, Record

_NOT_IN_LIST: Final = "no longer in the partner's list"
_SWEPT_TOGETHER: Final = 25


def ready(source: str, records: Sequence[Record]) -> list[Ready]:
    """Seal records, without the lock. Several records of one name: the last counts."""
    latest = {record.name: record for record in records}
    known = collect.held(source, latest, lookups.alive())
    fresh = {
        name: record.submission
        for name, record in latest.items()
        if record.submission is not None and not known.says_nothing_new(record)
    }
    made = dict(zip(fresh, incoming.ready(list(fresh.values())), strict=True))
    return [Ready(record, made.get(name)) for name, record in latest.items()]


def take(source: str, records: Sequence[Record], *, publish: bool, run: int = 0) -> int:
    """Take records in, in their order; how many of them changed anything."""
    return write(source, ready(source, records), publish=publish, run=run)


def write(source: str, group: Sequence[Ready], *, publish: bool, run: int = 0) -> int:
    """Take records in that are ready; how many changed anything. The caller may hold a transaction."""
    changed = 0
    with transaction.atomic():
        line = feed.locked()
        lookups.newest()
        made = [sealed_record.incoming for sealed_record in group if sealed_record.incoming is not None]
        incoming.settle(made)
        mending.mend_those_of(line, made)
        known = collect.group(str(line.feed_id), source, group, lookups.alive())
        writer = Writer(line, known, group, publish=publish, run=run)
        for sealed_record in group:
            writer.carry_out(burials(known, sealed_record))
            changed += writer.carry_out(decisions(known, sealed_record))
        writer.close()
    return changed


def sweep(source: str, run: int) -> int:
    """Let go of every record that a whole reading did not see, some at a time; how many."""
    gone = 0
    while True:
        with transaction.atomic():
            line = feed.locked()
            stale = PartnerRecord.objects.filter(source=source, run__lt=run).order_by("id")
            some = list(stale.select_related("item")[:_SWEPT_TOGETHER])
            if not some:
                return gone
            known, held = collect.rows(str(line.feed_id), source, some)
            writer = Writer(line, known, publish=False, run=run)
            writer.carry_out(Release(record, _NOT_IN_LIST) for record in held)
            writer.close()
        gone += len(some)


def names_of(source: str, item: str) -> list[str]:
    """What a partner calls an item here: several names where it holds several records of the same hashes."""
    rows = PartnerRecord.objects.filter(source=source, item__token=item).select_related("item")
    return names.of(rows.order_by("id"))
