"""What partners call their records here: found by digest, sealed, forgotten with the item.

In: partners and their names. Out: digests to find them by, the names again for feedback. Next:
`partner_records`.

A partner's name may be a hash (lists name theirs so), so it is treated as one: its digest is under a key that
is replaced (`lookups`), the name itself and the mark of what was said under the item's own keys. Of an item
that is withdrawn one digest stays, under the operator's key, for as long as the partner tells of it: what a
person withdrew must not come back by the same record.
"""

import hashlib
from collections.abc import Collection, Sequence
from typing import Final

from repit.foundation.errors import SealBroken
from repit.foundation.sealing import Place, keyed_digest
from repit.hotline.bank import sealed
from repit.hotline.bank.lookups import Lookup
from repit.hotline.bank.models import Item, PartnerRecord
from repit.hotline.bank.record import Record
from repit.hotline.bank.sealed import Opened

_USE: Final = "partner record name"
_MARK: Final = "partner record mark"
_WITHDRAWN: Final = "name of what was withdrawn"


def digest(source: str, name: str, lookup: Lookup) -> bytes:
    """By what a record of an item that lives is found again."""
    return lookup.digest(_USE, source.encode(), name.encode())


def held(source: str, names: Collection[str], alive: Sequence[Lookup]) -> dict[str, PartnerRecord]:
    """A partner's records that are here, each with its item, by the partner's names."""
    sought = dict[bytes, str]()
    for name in names:
        sought.update({digest(source, name, lookup): name for lookup in alive})
        sought[_of_the_withdrawn(source, name)] = name
    found = PartnerRecord.objects.filter(source=source, name__in=list(sought)).select_related("item")
    return {sought[bytes(row.name)]: row for row in found}


def put(row: PartnerRecord, record: Record, opened: Opened, lookup: Lookup) -> None:
    """Note on a row, under its item's keys, what the partner calls this record and what it says."""
    row.name, row.mark = digest(row.source, record.name, lookup), mark(row.item, record, opened)
    row.sealed_name = opened.sealer(row.item).seal(record.name.encode(), _place(row.item, row.source))


def mark(item: Item, record: Record, opened: Opened) -> bytes:
    """The same for the same words of a partner about one item."""
    submission = record.submission
    hashes = sorted(
        {
            f"{hash_.algorithm}.{hash_.role}.{hash_.quality}".encode() + hash_.value
            for hash_ in (submission.hashes if submission else ())
        }
    )
    if submission and submission.moments:
        hashes.append(b"moments" + hashlib.sha256(submission.moments).digest())
    what = submission and (submission.media, submission.kind)
    rest = repr((what, record.disputed, sorted(map(repr, record.origins)), sorted(record.gone)))
    return opened.digester(item).digest(_MARK, rest.encode(), *hashes)


def of(rows: Collection[PartnerRecord]) -> list[str]:
    """The names themselves; without those that were destroyed with their items."""
    opened = sealed.opened({row.item_id: row.item for row in rows}.values())
    return [name for name in (_name(row, opened) for row in rows) if name]


def bury(item: Item) -> None:
    """An item is withdrawn: its records are found again by one lasting digest, and compared no more."""
    opened = sealed.opened([item])
    for row in PartnerRecord.objects.filter(item=item):
        row.item = item
        withdraw(row, opened)
        row.save(update_fields=["name", "mark"])


def withdraw(row: PartnerRecord, opened: Opened) -> None:
    """The same for one record, in memory."""
    name = _name(row, opened)
    if name:
        row.name = _of_the_withdrawn(row.source, name)
    row.mark = b""


def is_kept_down(row: PartnerRecord, name: str) -> bool:
    """Whether a record of what was withdrawn is found by its lasting digest."""
    return bytes(row.name) == _of_the_withdrawn(row.source, name)


def keep_down(row: PartnerRecord, record: Record) -> None:
    """The same, in memory, where the partner has just told of the record: its name may not open any more."""
    row.name, row.mark = _of_the_withdrawn(row.source, record.name), b""


def carry_over(rows: Collection[PartnerRecord], opened: Opened, lookup: Lookup) -> None:
    """Find the records of living items under the newest key from now on."""
    for row in rows:
        name = _name(row, opened)
        if name:
            row.name = digest(row.source, name, lookup)
            row.save(update_fields=["name"])


def _name(row: PartnerRecord, opened: Opened) -> str:
    try:
        raw = opened.sealer(row.item).open(row.sealed_name, _place(row.item, row.source))
    except SealBroken:
        return ""
    return raw.decode()


def _of_the_withdrawn(source: str, name: str) -> bytes:
    return keyed_digest(_WITHDRAWN, source.encode(), name.encode())


def _place(item: Item, source: str) -> Place:
    return Place("bank_partnerrecord", f"{item.token}/{source}", "name")
