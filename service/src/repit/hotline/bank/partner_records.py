"""What partners say: each of their records keeps an item up, for as long as they stand by it.

In: records of other exchanges, already checked, in groups. Out: items, the stakes that keep them up, and
tombstones. Next: `hotline.feeds.bank_target`, which makes a group ready, then writes it and its checkpoint in
one transaction.

A record is the complete present state of one thing at one partner. Said again it changes nothing. A hash that
several partners tell of stays until the last of them has let go. What an origin has withdrawn never comes
back (`Tombstone`), and what a person here has withdrawn does not come back by the same record. No partner can
take away what was submitted here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db import transaction

from repit.foundation.ids import token
from repit.hotline.bank import admitting, feed, incoming, lifecycle, lookups, names, sealed
from repit.hotline.bank.admitting import Way
from repit.hotline.bank.incoming import Incoming
from repit.hotline.bank.lifecycle import ACTOR
from repit.hotline.bank.lookups import Lookup
from repit.hotline.bank.models import Feed, Item, PartnerRecord, RecordOrigin, Tombstone
from repit.hotline.bank.sealed import Opened, fingerprint
from repit.hotline.bank.states import LIVE
from repit.hotline.bank.types import Submission

_HELD: Final = "told by a partner"
_BURIED: Final = "withdrawn by its origin"
_CHANGED: Final = "the partner changed its hashes"
_SWEPT_TOGETHER: Final = 25
_ITSELF: Final = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a record comes from in the end; `path`: the installations it passed, its origin first."""

    installation: str
    token: str
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """One record of one partner. `submission` is None where it is withdrawn; `origins` empty means itself.

    `gone`: (installation, token) of what its origin has withdrawn.
    """

    name: str
    submission: Submission | None
    disputed: bool = False
    origins: tuple[Origin, ...] = ()
    gone: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Ready:
    """A record made ready before the lock is taken. `incoming`: its submission, where there is one that the
    bank does not have from this record already."""

    told: Record
    incoming: Incoming | None


def ready(source: str, told: Sequence[Record]) -> list[Ready]:
    """Seal records, without the lock. Several records of one name: the last counts."""
    latest = {one.name: one for one in told}
    held = names.held(source, latest)
    opened = _opened(held)
    wanted = {
        name: one.submission
        for name, one in latest.items()
        if one.submission is not None and not (name in held and _said_before(held[name], one, opened))
    }
    made = dict(zip(wanted, incoming.ready(list(wanted.values())), strict=True))
    return [Ready(one, made.get(name)) for name, one in latest.items()]


def take(source: str, told: Sequence[Record], *, publish: bool, run: int = 0) -> int:
    """Take records in, in their order; how many of them changed anything."""
    return write(source, ready(source, told), publish=publish, run=run)


def write(source: str, records: Sequence[Ready], *, publish: bool, run: int = 0) -> int:
    """Take records in that are ready; how many changed anything. The caller may hold a transaction."""
    changed = 0
    with transaction.atomic():
        line = feed.locked()
        taking = _Taking(line, source, publish, run, lookups.newest())
        incoming.settle([one.incoming for one in records if one.incoming is not None])
        held = names.held(source, [one.told.name for one in records])
        opened = _opened(held)
        seen: list[int] = []
        fresh: list[Ready] = []
        for one in records:
            stake = held.get(one.told.name)
            if stake is not None and _said_before(stake, one.told, opened):
                seen.append(stake.pk)
                continue
            if stake is None and one.told.submission is not None and not one.told.gone:
                fresh.append(one)
                continue
            changed += _together(taking, fresh)
            fresh.clear()
            _bury(line, one.told)
            if stake is not None:
                # Read anew: what went before may have let go of it, or moved its item.
                stake = names.held(source, [one.told.name]).get(one.told.name)
            changed += _one(taking, one, stake)
        changed += _together(taking, fresh)
        if run and seen:
            PartnerRecord.objects.filter(pk__in=seen).update(run=run)
    return changed


def sweep(source: str, run: int) -> int:
    """Let go of every record that a whole reading did not see, some at a time; how many."""
    gone = 0
    while True:
        with transaction.atomic():
            line = feed.locked()
            stale = PartnerRecord.objects.filter(source=source, run__lt=run).order_by("id")
            some = list(stale.select_related("item")[:_SWEPT_TOGETHER])
            for stake in some:
                stake.item.refresh_from_db()  # the one before may have been of the same item
                _release(line, stake, "no longer in the partner's list")
        gone += len(some)
        if not some:
            return gone


def names_of(source: str, item: str) -> list[str]:
    """What a partner calls an item here: several names where it holds several records of the same hashes."""
    rows = PartnerRecord.objects.filter(source=source, item__token=item).select_related("item")
    return names.of(rows.order_by("id"))


@dataclass(frozen=True, slots=True)
class _Taking:
    line: Feed
    source: str
    publish: bool
    run: int
    lookup: Lookup

    @property
    def way(self) -> Way:
        return Way(f"{ACTOR} {self.source}"[:100], self.source, self.publish, own=False)

    def admitted(self, one: Ready, submission: Submission) -> Item:
        """The item of a record's submission. One that was known when it was made ready, and has been let go
        of
        since, is sealed only now."""
        made = one.incoming or incoming.ready([submission])[0]
        return admitting.admit(self.line, [made], self.way)[0]


def _together(taking: _Taking, records: Sequence[Ready]) -> int:
    """Take new records in as if in their order; how many changed anything. Those of one origin that nobody
    doubts wait for one another, to be written at once."""
    if not records:
        return 0
    roots = _acceptable(taking.source, [one.told for one in records])
    plain: dict[bytes, Ready] = {}
    changed = 0
    for one in records:
        key, origins = one.incoming and one.incoming.fingerprint, roots[one.told.name]
        if not origins:
            continue
        if key and len(origins) == 1 and not one.told.disputed and key not in plain:
            plain[key] = one
            continue
        changed += _at_once(taking, plain, roots)
        plain.clear()
        changed += _one(taking, one, None)
    return changed + _at_once(taking, plain, roots)


def _at_once(taking: _Taking, plain: Mapping[bytes, Ready], roots: Mapping[str, Sequence[Origin]]) -> int:
    """Write what is new at once; what the bank has, one by one."""
    if not plain:
        return 0
    living = admitting.living(taking.line, [one.incoming for one in plain.values() if one.incoming])
    fresh = [(mark, one) for mark, one in plain.items() if mark not in living]
    made = admitting.write(taking.line, [one.incoming for _, one in fresh if one.incoming], taking.way)
    stakes, origins, opened = list[PartnerRecord](), list[RecordOrigin](), sealed.opened(made)
    for item, (_, one) in zip(made, fresh, strict=True):
        stakes.append(_stake(taking, item, one.told, opened))
        origins += [_root(stakes[-1], root) for root in roots[one.told.name]]
    PartnerRecord.objects.bulk_create(stakes)
    RecordOrigin.objects.bulk_create(origins)
    return len(made) + sum(_one(taking, one, None) for mark, one in plain.items() if mark in living)


def _opened(held: Mapping[str, PartnerRecord]) -> Opened:
    return sealed.opened({stake.item_id: stake.item for stake in held.values()}.values())


def _said_before(stake: PartnerRecord, one: Record, opened: Opened) -> bool:
    """Whether this record changes nothing. Of what was withdrawn here nothing is kept to compare with: then
    only a partner that lets go of it does."""
    if stake.item.state not in LIVE:
        return one.submission is not None and not one.gone
    return not opened.destroyed(stake.item) and bytes(stake.mark) == names.mark(stake.item, one, opened)


def _one(taking: _Taking, one: Ready, stake: PartnerRecord | None) -> bool:
    line, told, actor = taking.line, one.told, taking.way.actor
    roots = _acceptable(taking.source, [told])[told.name]
    if told.submission is None or not roots:
        if stake is not None:
            _release(line, stake, "withdrawn by the partner")
        return stake is not None
    if stake is None:
        item = taking.admitted(one, told.submission)
        stake = _stake(taking, item, told, sealed.opened([item]))
        stake.save()
        RecordOrigin.objects.bulk_create([_root(stake, root) for root in roots])
        lifecycle.recount(line, item, actor, _HELD)
        lifecycle.weigh(line, item)
        return True
    before = stake.item
    if before.state in LIVE and sealed.opened([before]).destroyed(before):
        lifecycle.lost(line, before)
        names.lost(stake, told.name)
    stake.run, stake.disputed = taking.run or stake.run, told.disputed
    if before.state in LIVE:
        marks = [fingerprint(told.submission, lookup) for lookup in lookups.alive()]
        if bytes(before.fingerprint) not in marks:
            stake.item = taking.admitted(one, told.submission)
        names.put(stake, told.name, told, sealed.opened([stake.item]), taking.lookup)
    stake.save()
    differs = _set_roots(stake, roots)
    if before.state not in LIVE:
        return True
    lifecycle.recount(line, stake.item, actor, _HELD, told=differs)
    lifecycle.weigh(line, stake.item)
    if stake.item_id != before.pk:
        # Last, so that no subscriber meets a moment without either.
        _left(line, before, _CHANGED)
    return True


def _release(line: Feed, stake: PartnerRecord, reason: str) -> None:
    item = stake.item
    stake.delete()
    if item.state in LIVE:
        _left(line, item, reason)


def _left(line: Feed, item: Item, reason: str) -> None:
    """A stake was taken from an item."""
    if not lifecycle.stands(item):
        lifecycle.move(line, item, "withdrawn", ACTOR, reason)
        return
    lifecycle.name_origin(item)
    lifecycle.recount(line, item, ACTOR, reason, told=True)
    lifecycle.weigh(line, item)


def _bury(line: Feed, one: Record) -> None:
    """Carry out what origins have withdrawn, wherever else it is held up. Ours is not theirs to withdraw."""
    here = feed.head().feed_id
    for installation, name in one.gone:
        if installation == here:
            continue
        lifecycle.entomb(installation, name, "")
        held = RecordOrigin.objects.filter(installation=installation, token=name)
        for key in list(held.values_list("pk", flat=True)):
            root = RecordOrigin.objects.select_related("record__item").get(pk=key)
            stake = root.record
            lifecycle.entomb(installation, name, stake.item.token)
            root.delete()
            if not RecordOrigin.objects.filter(record=stake).exists():
                _release(line, stake, _BURIED)
            elif stake.item.state in LIVE:
                lifecycle.recount(line, stake.item, ACTOR, _BURIED, told=True)


def _acceptable(source: str, records: Sequence[Record]) -> dict[str, list[Origin]]:
    """The origins of each record by its name, less what was withdrawn by them and what came from here."""
    here = feed.head().feed_id
    named = {(root.installation, root.token) for one in records for root in one.origins}
    asked = Tombstone.objects.filter(
        installation__in={installation for installation, _ in named}, token__in={token for _, token in named}
    )
    buried = set(asked.values_list("installation", "token")) if named else set()
    return {
        one.name: [
            root
            for root in one.origins
            if here not in (root.installation, *root.path) and (root.installation, root.token) not in buried
        ]
        if one.origins
        else [Origin(source, _ITSELF)]
        for one in records
    }


def _set_roots(stake: PartnerRecord, roots: Sequence[Origin]) -> bool:
    """Whether anything differed from what was noted."""
    wanted = {(root.installation, root.token): ",".join(root.path) for root in roots}
    noted = {
        (row.installation, _ITSELF if row.installation == stake.source else row.token): row
        for row in RecordOrigin.objects.filter(record=stake)
    }
    gone = [row.pk for key, row in noted.items() if key not in wanted or row.path != wanted[key]]
    RecordOrigin.objects.filter(pk__in=gone).delete()
    fresh = [
        root
        for root in roots
        if (root.installation, root.token) not in noted
        or noted[root.installation, root.token].path != ",".join(root.path)
    ]
    RecordOrigin.objects.bulk_create([_root(stake, root) for root in fresh])
    return bool(gone or fresh)


def _stake(taking: _Taking, item: Item, one: Record, opened: Opened) -> PartnerRecord:
    """Not saved yet."""
    stake = PartnerRecord(item=item, source=taking.source, run=taking.run, disputed=one.disputed)
    names.put(stake, one.name, one, opened, taking.lookup)
    return stake


def _root(stake: PartnerRecord, root: Origin) -> RecordOrigin:
    # A record that is its own origin gets a name by chance, since the partner's may be a hash.
    name = token() if root.token == _ITSELF else root.token
    return RecordOrigin(record=stake, installation=root.installation, token=name, path=",".join(root.path))
