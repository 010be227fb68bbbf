"""What is known of a group of partner records while it is taken in: rows in memory, and no database.

In: rows (`collect`). Out: answers to whatever a decision asks. Next: `decide`, which only asks; `write`,
which carries decisions out on these rows, so that each record finds them as the one before has left them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from repit.hotline.bank import names
from repit.hotline.bank.lookups import Lookup
from repit.hotline.bank.models import Item, ItemHash, PartnerRecord, RecordOrigin
from repit.hotline.bank.record import Origin, Record
from repit.hotline.bank.sealed import Opened, fingerprint
from repit.hotline.bank.states import LIVE
from repit.hotline.bank.types import Submission

Pair = tuple[str, str]
"""An origin: an installation, its name there."""
OriginKey = tuple[str, str, str]
"""The same with the way it took."""
ITSELF: Final = ""
"""The name of a record that is its own origin; its row gets one by chance: the partner's may be a hash."""


def origin_key(origin: Origin) -> OriginKey:
    """An origin as a row has it, for comparing."""
    return origin.installation, origin.token, ",".join(origin.path)


@dataclass(slots=True, eq=False, repr=False)
class KnownItem:
    """`records`: every partner's, by their places. `hashes`: of one that is new, or has some that were too
    poor to be served. `by_partners`: the doubt about it came from partners only."""

    row: Item
    records: "dict[int, KnownRecord]" = field(default_factory=dict)
    hashes: list[ItemHash] = field(default_factory=list)
    by_partners: bool = False

    @property
    def lives(self) -> bool:
        """Whether it is neither withdrawn nor erased."""
        return self.row.state in LIVE

    @property
    def stands(self) -> bool:
        """Whether a submission made here or a partner's record keeps it up."""
        return self.row.own > 0 or bool(self.records)

    @property
    def origins(self) -> int:
        """How many origins stand behind it; one that reaches us by several partners counts once."""
        return len({pair for record in self.records.values() for pair in record.origins})

    @property
    def vouched(self) -> bool:
        """Whether a partner stands by it."""
        return any(not record.row.disputed for record in self.records.values())

    @property
    def first(self) -> str | None:
        """The partner whose record came first."""
        return self.records[min(self.records)].row.source if self.records else None


@dataclass(slots=True, eq=False, repr=False)
class KnownRecord:
    """`place`: as records came; those of before by their keys. `name`: what the partner calls it, where it is
    known: of one of the group."""

    row: PartnerRecord
    item: KnownItem
    place: int
    name: str | None = None
    origins: dict[Pair, RecordOrigin] = field(default_factory=dict)

    def noted(self) -> dict[OriginKey, RecordOrigin]:
        """Its origins as `said` has them."""
        return {
            (row.installation, ITSELF if row.installation == self.row.source else row.token, row.path): row
            for row in self.origins.values()
        }


@dataclass(slots=True, eq=False, repr=False)
class Known:
    """`here`: this installation; `source`: the partner; `lookups`: keys by which something may be found, the
    newest first; `named`: the partner's records by its names; `items`: living ones by their fingerprints;
    `broken`: items that do not open, by their keys."""

    here: str
    source: str
    lookups: Sequence[Lookup]
    opened: Opened
    named: dict[str, KnownRecord] = field(default_factory=dict)
    items: dict[bytes, KnownItem] = field(default_factory=dict)
    buried: set[Pair] = field(default_factory=set)
    broken: set[int] = field(default_factory=set)
    _of_origin: dict[Pair, dict[int, KnownRecord]] = field(default_factory=dict)
    _marks: dict[int, tuple[Submission, list[bytes]]] = field(default_factory=dict)
    _record_marks: dict[tuple[int, int], tuple[Record, bytes]] = field(default_factory=dict)
    """Digests that were made already; each beside what it is of, so that no other is taken for it."""

    def says_nothing_new(self, record: Record) -> bool:
        """Whether a record is here and changes nothing. Of what was withdrawn here nothing is kept to compare
        with: then only a partner that lets go of it does."""
        held = self.named.get(record.name)
        if held is None:
            return False
        if not held.item.lives:
            kept_down = names.is_kept_down(held.row, record.name)
            return kept_down and record.submission is not None and not record.gone
        if self.destroyed(held.item) or held.item.row.pk in self.broken:
            return False  # what the partner tells of mends what does not open here
        return bytes(held.row.mark) == self._words(held.item, record)

    def is_kept_down(self, held: KnownRecord, record: Record, origins: Iterable[Origin]) -> bool:
        """Whether all that a record of a withdrawn item may still change is as it says."""
        same = held.row.disputed == record.disputed and set(held.noted()) == set(map(origin_key, origins))
        return same and names.is_kept_down(held.row, record.name)

    def destroyed(self, item: KnownItem) -> bool:
        """Whether the keys of an item are gone, whatever a database that was put back says of it."""
        return self.opened.destroyed(item.row)

    def marks(self, submission: Submission) -> list[bytes]:
        """By what an item with exactly these hashes may be found."""
        if id(submission) not in self._marks:
            found = [fingerprint(submission, lookup) for lookup in self.lookups]
            self._marks[id(submission)] = submission, found
        return self._marks[id(submission)][1]

    def item_of(self, submission: Submission) -> KnownItem | None:
        """The living item with exactly these hashes."""
        found = (self.items.get(mark) for mark in self.marks(submission))
        return next((item for item in found if item is not None and item.lives), None)

    def has_origin(self, pair: Pair) -> list[KnownRecord]:
        """Records with this origin, any partner's."""
        found = self._of_origin.get(pair, {})
        return [found[place] for place in sorted(found)]

    def acceptable(self, record: Record) -> tuple[Origin, ...]:
        """The origins of a record, less what was withdrawn by them and what came from here."""
        if not record.origins:
            return (Origin(self.source, ITSELF),)
        named = {(origin.installation, origin.token): origin for origin in record.origins}
        return tuple(
            origin
            for pair, origin in named.items()
            if self.here not in (origin.installation, *origin.path) and pair not in self.buried
        )

    def put(self, record: KnownRecord, origins: Iterable[RecordOrigin]) -> None:
        """It keeps its item up, and has these origins, in place of those before."""
        self._set(record, origins)
        record.item.records[record.place] = record
        if record.name is not None:
            self.named[record.name] = record

    def drop(self, record: KnownRecord) -> None:
        """It is here no more."""
        self._set(record, ())
        record.item.records.pop(record.place, None)
        if record.name is not None:
            self.named.pop(record.name, None)

    def _words(self, item: KnownItem, record: Record) -> bytes:
        key = item.row.pk, id(record)
        if key not in self._record_marks:
            self._record_marks[key] = record, names.mark(item.row, record, self.opened)
        return self._record_marks[key][1]

    def _set(self, record: KnownRecord, origins: Iterable[RecordOrigin]) -> None:
        for pair in record.origins:
            self._of_origin[pair].pop(record.place, None)
        record.origins = {(row.installation, row.token): row for row in origins}
        for pair in record.origins:
            self._of_origin.setdefault(pair, {})[record.place] = record
