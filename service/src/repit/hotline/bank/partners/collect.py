"""What decisions about a group of partner records need, read at once, however many they are.

In: records made ready, or rows of records; under the bank's lock. Out: `Known`. Next: `decide`.

What says nothing new is read by itself; everything else with all that it may concern: items with the same
hashes, what its origins have withdrawn, and of each item every partner's records with their origins.
"""

from collections.abc import Collection, Iterator, Sequence
from itertools import chain
from typing import Final, TypeVar

from repit.hotline.bank import keys, lifecycle, names
from repit.hotline.bank.lookups import Lookup
from repit.hotline.bank.models import Item, ItemHash, PartnerRecord, RecordOrigin, Tombstone, Unreadable
from repit.hotline.bank.partners.known import Known, KnownItem, KnownRecord, Pair
from repit.hotline.bank.record import Ready, Record
from repit.hotline.bank.sealed import Opened
from repit.hotline.bank.states import LIVE

T = TypeVar("T")
_TOGETHER: Final = 500


def held(source: str, called: Collection[str], alive: Sequence[Lookup]) -> Known:
    """What is known of a partner's records of these names, to see which of them say something new."""
    reading = _Reading(Known("", source, alive, Opened({})))
    reading.held(called)
    return reading.known


def group(here: str, source: str, ready: Sequence[Ready], alive: Sequence[Lookup]) -> Known:
    """What is known of a group of records of one partner."""
    records = [sealed_record.record for sealed_record in ready]
    reading = _Reading(Known(here, source, alive, Opened({})))
    reading.held({record.name for record in records})
    reading.whole(records)
    return reading.known


def rows(here: str, source: str, some: Sequence[PartnerRecord]) -> tuple[Known, list[KnownRecord]]:
    """What is known of records that are here already, each with its item."""
    reading = _Reading(Known(here, source, (), Opened({})))
    found = [reading.record(row) for row in some]
    reading.items([record.item.row for record in found])
    return reading.known, found


class _Reading:
    """Each row is in memory once, by whichever way it is found."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self._items = dict[int, KnownItem]()
        self._records = dict[int, KnownRecord]()

    def held(self, called: Collection[str]) -> None:
        """The partner's own records of these names."""
        known = self.known
        for name, row in names.held(known.source, called, known.lookups).items():
            known.named[name] = self.record(row)
            known.named[name].name = name
        self._open(record.item.row for record in known.named.values())
        for some in _parts([record.item.row.pk for record in known.named.values()]):
            marked = Unreadable.objects.filter(item__in=some)
            known.broken.update(marked.values_list("item", flat=True))

    def whole(self, records: Sequence[Record]) -> None:
        """All that records concern of which any says something new, or which others may change first."""
        known = self.known
        fresh = {record.name for record in records if not known.says_nothing_new(record)}
        gone = {pair for record in records if record.name in fresh for pair in record.gone}
        met = self._with_origins(gone)
        fresh |= {name for name, held in known.named.items() if held in met}
        concerned = [record for record in records if record.name in fresh]
        living = self._living(concerned)
        held = [known.named[name].item.row for name in fresh if name in known.named]
        self.items([*held, *(record.item.row for record in met), *living])
        self._poor(living)
        self._buried(
            {(origin.installation, origin.token) for record in concerned for origin in record.origins}
        )

    def items(self, some: Sequence[Item]) -> None:
        """Of each of these items everything that keeps it up."""
        items = {item.pk: self._item(item) for item in some}
        self._open(item.row for item in items.values())
        origins = dict[int, list[RecordOrigin]]()
        for keys_ in _parts(list(items)):
            for row in PartnerRecord.objects.filter(item__in=keys_).order_by("id"):
                row.item = items[row.item_id].row
                self.record(row)
            for origin in RecordOrigin.objects.filter(record__item__in=keys_).order_by("id"):
                origins.setdefault(origin.record_id, []).append(origin)
        for record in self._records.values():
            if record.item.row.pk in items:
                self.known.put(record, origins.get(record.row.pk, ()))
        disputed = [item.row for item in items.values() if item.row.state == "disputed"]
        for key, by_partners in (lifecycle.by_partners(disputed) if disputed else {}).items():
            items[key].by_partners = by_partners

    def record(self, row: PartnerRecord) -> KnownRecord:
        """The one of this row."""
        if row.pk not in self._records:
            self._records[row.pk] = KnownRecord(row, self._item(row.item), row.pk)
            row.item = self._records[row.pk].item.row
        return self._records[row.pk]

    def _item(self, row: Item) -> KnownItem:
        return self._items.setdefault(row.pk, KnownItem(row))

    def _open(self, some: Iterator[Item]) -> None:
        opened = self.known.opened
        for key, pair in keys.of([item for item in some if not opened.holds(item)]).items():
            opened.hold(key, pair)

    def _with_origins(self, pairs: Collection[Pair]) -> list[KnownRecord]:
        found = dict[int, KnownRecord]()
        for some in _parts(list(pairs)):
            rows = RecordOrigin.objects.filter(
                installation__in={pair[0] for pair in some}, token__in={pair[1] for pair in some}
            ).select_related("record__item")
            for row in rows.order_by("id"):
                if (row.installation, row.token) in pairs:
                    found[row.record_id] = self.record(row.record)
        return list(found.values())

    def _living(self, records: Sequence[Record]) -> list[Item]:
        known = self.known
        marks = chain.from_iterable(
            known.marks(record.submission) for record in records if record.submission is not None
        )
        found = list[Item]()
        for some in _parts(list(dict.fromkeys(marks))):
            for row in Item.objects.filter(fingerprint__in=some, state__in=LIVE):
                item = self._item(row)
                known.items[bytes(row.fingerprint)] = item
                found.append(item.row)
        return found

    def _poor(self, living: Sequence[Item]) -> None:
        """The hashes of items of which some were told of as too poor to be served."""
        for some in _parts([item.pk for item in living]):
            poor = ItemHash.objects.filter(item__in=some, publishable=False).values_list("item_id", flat=True)
            found = list(poor.distinct())
            for row in ItemHash.objects.filter(item__in=found).order_by("id") if found else ():
                self._items[row.item_id].hashes.append(row)

    def _buried(self, pairs: Collection[Pair]) -> None:
        for some in _parts(list(pairs)):
            asked = Tombstone.objects.filter(
                installation__in={pair[0] for pair in some}, token__in={pair[1] for pair in some}
            )
            self.known.buried.update(asked.values_list("installation", "token"))


def _parts(some: Sequence[T]) -> Iterator[Sequence[T]]:
    return (some[begin : begin + _TOGETHER] for begin in range(0, len(some), _TOGETHER))
