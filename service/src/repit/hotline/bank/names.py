"""What partners call their records here: found by digest, sealed, forgotten with the item.

In: partners and their names. Out: digests to find them by, the names again for feedback. Next:
`partner_records`.

A partner's name may be a hash (lists name theirs so), so it is treated as one: its digest is under a key that
is replaced (`lookups`), the name itself and the mark of what was said under the item's own keys. Of an item
that is withdrawn one digest stays, under the operator's key, for as long as the partner tells of it: what a
person withdrew must not come back by the same record.
"""

from collections.abc import Collection
from typing import Final, Protocol

from repit.foundation.errors import SealBroken
from repit.foundation.sealing import Place, keyed_digest
from repit.hotline.bank import lookups, sealed
from repit.hotline.bank.lookups import Lookup
from repit.hotline.bank.models import Item, PartnerRecord
from repit.hotline.bank.sealed import Opened
from repit.hotline.bank.types import Submission

_USE: Final = "partner record name"
_DEAD: Final = "name of what was withdrawn"


class Said(Protocol):
    """What a partner says of a record, as `stakes.Record` has it."""

    @property
    def submission(self) -> Submission | None: ...
    @property
    def disputed(self) -> bool: ...
    @property
    def origins(self) -> tuple[object, ...]: ...
    @property
    def gone(self) -> tuple[tuple[str, str], ...]: ...


def digest(source: str, name: str, lookup: Lookup) -> bytes:
    """By what a record of an item that lives is found again."""
    return lookup.digest(_USE, source.encode(), name.encode())


def held(source: str, names: Collection[str]) -> dict[str, PartnerRecord]:
    """The stakes of a partner's records, by the partner's names."""
    alive, sought = lookups.alive(), dict[bytes, str]()
    for name in names:
        sought.update({digest(source, name, lookup): name for lookup in alive})
        sought[_of_the_dead(source, name)] = name
    found = PartnerRecord.objects.filter(source=source, name__in=list(sought)).select_related("item")
    return {sought[bytes(stake.name)]: stake for stake in found}


def put(stake: PartnerRecord, name: str, said: Said, opened: Opened, lookup: Lookup) -> None:
    """Note on a stake, under its item's keys, by which name what was said."""
    item = stake.item
    stake.name, stake.mark = digest(stake.source, name, lookup), mark(item, said, opened)
    stake.sealed_name = opened.sealer(item).seal(name.encode(), _place(item, stake.source))


def mark(item: Item, said: Said, opened: Opened) -> bytes:
    """The same for the same words of a partner about one item."""
    one = said.submission
    told = one.hashes if one else ()
    hashes = sorted({f"{s.algorithm}.{s.role}.{s.quality}".encode() + s.value for s in told})
    what = one and (one.media, one.kind)
    rest = repr((what, said.disputed, sorted(map(repr, said.origins)), sorted(said.gone)))
    return opened.digester(item).digest("partner record mark", rest.encode(), *hashes)


def of(stakes: Collection[PartnerRecord]) -> list[str]:
    """The names themselves; without those that were destroyed with their items."""
    opened = sealed.opened({stake.item_id: stake.item for stake in stakes}.values())
    return [name for name in (_name(stake, opened) for stake in stakes) if name]


def bury(item: Item) -> None:
    """An item is withdrawn: its records are found again by one lasting digest, and compared no more."""
    stakes = list(PartnerRecord.objects.filter(item=item))
    opened = sealed.opened([item])
    for stake in stakes:
        name = _name(stake, opened)
        if name:
            stake.name = _of_the_dead(stake.source, name)
        stake.mark = b""
        stake.save(update_fields=["name", "mark"])


def lost(stake: PartnerRecord, name: str) -> None:
    """The keys of its item were destroyed, so that `bury` could not read this name: here it is."""
    stake.name, stake.mark = _of_the_dead(stake.source, name), b""


def carry_over(stakes: Collection[PartnerRecord], opened: Opened, lookup: Lookup) -> None:
    """Find the records of living items under the newest key from now on."""
    for stake in stakes:
        name = _name(stake, opened)
        if name:
            stake.name = digest(stake.source, name, lookup)
            stake.save(update_fields=["name"])


def _name(stake: PartnerRecord, opened: Opened) -> str:
    try:
        raw = opened.sealer(stake.item).open(stake.sealed_name, _place(stake.item, stake.source))
    except SealBroken:
        return ""
    return raw.decode()


def _of_the_dead(source: str, name: str) -> bytes:
    return keyed_digest(_DEAD, source.encode(), name.encode())


def _place(item: Item, source: str) -> Place:
    return Place("bank_partnerrecord", f"{item.token}/{source}", "name")
