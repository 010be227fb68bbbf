"""Where a hotline writes down what it pulls: its bank.

In: batches. Out: items and partner records, and the checkpoint with the last of them, in one transaction.
Next: `pulling`. A batch goes in some records at a time, sealed before the bank's lock is taken, so that
people who submit meanwhile wait little; its checkpoint is written with the last of them, and whoever is cut
off in between reads the batch again.
"""

from collections.abc import Iterator, Sequence
from typing import Final, cast

from django.db import transaction
from django.db.models import F, Q

from repit.exchanges import partners, unmatched
from repit.exchanges.models import Partner
from repit.exchanges.records import Batch, Pulled
from repit.foundation.hashes import Kind
from repit.foundation.jobs.claims import ClaimLost
from repit.hotline.bank import partner_records
from repit.hotline.bank.record import Origin, Ready, Record
from repit.hotline.bank.types import Submission

TOGETHER: Final = 100
"""So much work in one transaction: records, where each comes from, what each says was withdrawn, and how long
its moments are."""
_AS_ONE_MORE: Final = 64 * 1024
"""So many bytes of moments are as much work as a further record."""


class BankTarget:
    """One pull of one claimed partner."""

    def __init__(self, partner: Partner) -> None:
        self._partner = partner
        self._run = 0

    def checkpoint(self) -> str:
        """How far the bank has come."""
        return self._partner.checkpoint

    def take(self, batch: Batch) -> int:
        """Write a batch down; how many of its records changed anything. Raises `ClaimLost`."""
        partner = self._partner
        if batch.whole and not self._run:
            self._run = self._next_run()
        records = [_record(pulled, cast(Kind, partner.item_kind)) for pulled in batch.records]
        changed, last = 0, list[Ready]()
        for part in _parts(records):
            if last:
                changed += self._in_turn(last)
            last = partner_records.ready(partner.source, part)
        if batch.whole and batch.last:
            changed += self._in_turn(last)
            changed += partner_records.sweep(partner.source, self._run)
            last = []
        with transaction.atomic():
            changed += self._in(last)
            partners.reject(partner, batch.rejected)
            unmatched.note(partner, batch.unmatched, self._run)
            if batch.whole and batch.last:
                unmatched.sweep(partner, self._run)
            self._still_ours(
                checkpoint=batch.checkpoint,
                records=F("records") + len(batch.records),
                skipped=F("skipped") + batch.skipped,
            )
        return changed

    def _in_turn(self, records: Sequence[Ready]) -> int:
        with transaction.atomic():
            self._still_ours()
            return self._in(records)

    def _in(self, records: Sequence[Ready]) -> int:
        partner = self._partner
        return partner_records.write(partner.source, records, publish=partner.publish, run=self._run)

    def _still_ours(self, **changes: object) -> None:
        if not partners.claims.keep(self._partner, when=Q(active=True), **changes):
            raise ClaimLost

    def _next_run(self) -> int:
        Partner.objects.filter(pk=self._partner.pk).update(run=F("run") + 1)
        return int(Partner.objects.values_list("run", flat=True).get(pk=self._partner.pk))


def let_go(partner: Partner) -> int:
    """Let go of every record of a partner; how many. It is paused first, so that none comes in."""
    Partner.objects.filter(pk=partner.pk).update(active=False)
    return partner_records.sweep(partner.source, 2**62)


def _parts(records: Sequence[Record]) -> Iterator[list[Record]]:
    part, work = list[Record](), 0
    for record in records:
        part.append(record)
        work += 1 + len(record.origins) + len(record.gone)
        if record.submission is not None:
            work += len(record.submission.moments) // _AS_ONE_MORE
        if work >= TOGETHER:
            yield part
            part, work = [], 0
    if part:
        yield part


def _record(pulled: Pulled, kind: Kind) -> Record:
    origins = tuple(Origin(root.installation, root.token, root.path) for root in pulled.roots)
    submission = None
    if pulled.state != "withdrawn":
        submission = Submission(pulled.media, cast(Kind, pulled.kind or kind), pulled.hashes, pulled.moments)
    return Record(pulled.name, submission, pulled.state == "disputed", origins, pulled.gone)
