"""Rows that decisions have changed in memory, written together: few statements for any number of records.

In: what `write` has carried out. Out: rows. Next: `feed`. The order of the statements is such that no
constraint is met half-way: what lets go of a name or a fingerprint comes before what takes it.
"""

from collections.abc import Sequence
from typing import Final

from django.db.models import Model

from repit.hotline.bank import admitting, questions
from repit.hotline.bank.incoming import Incoming
from repit.hotline.bank.journal import Journal
from repit.hotline.bank.lifecycle import MOVED
from repit.hotline.bank.models import Item, ItemHash, PartnerRecord, RecordOrigin, Unreadable
from repit.hotline.bank.partners.known import KnownItem, KnownRecord

_ROWS: Final = 500
_ITEM: Final = (*MOVED, "origin", "parts")
_RECORD: Final = ("item", "run", "disputed", "name", "sealed_name", "mark")


class Rows:
    """Of one group. `seen`: keys of records that said nothing new."""

    def __init__(self, journal: Journal) -> None:
        self.seen = list[int]()
        self._journal = journal
        self._begun = list[Incoming]()
        self._items = dict[int, KnownItem]()
        self._records = dict[int, KnownRecord]()
        self._released = list[int]()
        self._origins_gone = list[int]()
        self._hashes_gone = list[int]()
        self._withdrawn = dict[tuple[str, str], list[Item]]()

    def begun(self, incoming: Incoming) -> None:
        """Its item is new."""
        self._begun.append(incoming)

    def changed(self, item: KnownItem) -> None:
        """It says something else than before."""
        if not item.row._state.adding:
            self._items[item.row.pk] = item

    def withdrawn(self, item: KnownItem, actor: str, reason: str) -> None:
        """Nobody needs to be asked about it any more."""
        if not item.row._state.adding:
            self._withdrawn.setdefault((actor, reason), []).append(item.row)

    def hashes_gone(self, rows: list[ItemHash]) -> None:
        """Others came in their place."""
        self._hashes_gone += [row.pk for row in rows if not row._state.adding]

    def kept(self, record: KnownRecord) -> None:
        """It is new, or says something else than before."""
        self._records[record.place] = record

    def released(self, record: KnownRecord) -> None:
        """It is here no more."""
        self._records.pop(record.place, None)
        if not record.row._state.adding:
            self._released.append(record.row.pk)

    def origins_gone(self, rows: list[RecordOrigin]) -> None:
        """They are behind their record no more."""
        self._origins_gone += [row.pk for row in rows if not row._state.adding]

    def write(self, run: int) -> None:
        """Write everything down; once. `run`: the reading that saw what said nothing new, 0 for none."""
        _update(Item, [item.row for item in self._items.values()], _ITEM)
        self._delete()
        admitting.save(self._begun)
        hashes = [row for item in self._items.values() for row in item.hashes if row._state.adding]
        ItemHash.objects.bulk_create(hashes, batch_size=_ROWS)
        self._write_records()
        if run and self.seen:
            PartnerRecord.objects.filter(pk__in=self.seen).update(run=run)
        for (actor, reason), items in self._withdrawn.items():
            questions.answer_all(items, "withdrawn", actor, reason)
            Unreadable.objects.filter(item__in=items).delete()
        self._journal.write()

    def _delete(self) -> None:
        if self._origins_gone:
            RecordOrigin.objects.filter(pk__in=self._origins_gone).delete()
        if self._released:
            PartnerRecord.objects.filter(pk__in=self._released).delete()
        if self._hashes_gone:
            ItemHash.objects.filter(pk__in=self._hashes_gone).delete()

    def _write_records(self) -> None:
        kept = self._records.values()
        changed = [record.row for record in kept if not record.row._state.adding]
        _update(PartnerRecord, changed, _RECORD)
        fresh = [record.row for record in kept if record.row._state.adding]
        PartnerRecord.objects.bulk_create(fresh, batch_size=_ROWS)
        origins = [row for record in kept for row in record.origins.values() if row._state.adding]
        RecordOrigin.objects.bulk_create(origins, batch_size=_ROWS)


def _update(model: type[Model], rows: Sequence[Model], fields: Sequence[str]) -> None:
    """Write these fields of rows that are there. (`bulk_update` makes a case of each row and field: for a
    hundred rows it took ten times as long.)"""
    model._default_manager.bulk_create(
        rows, batch_size=_ROWS, update_conflicts=True, unique_fields=["id"], update_fields=fields
    )
