"""What partners say: each of their records keeps an item up, for as long as they stand by it.

In: records of other exchanges, already checked, in groups. Out: items, the stakes that keep them up, and
tombstones. Next: `exchange.bank_target`, which writes a group and its checkpoint in one transaction.

A record is the complete present state of one thing at one partner. Said again it changes nothing. A hash that
several partners tell of stays until the last of them has let go. What an origin has withdrawn never comes
back (`Tombstone`), and what a person here has withdrawn does not come back by the same record. No partner can
take away what was submitted here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.db.models import Q

from repit.bank import feed, items, lookups, names, sealed, standing
from repit.bank.bulk import Way, admit_alone
from repit.bank.lookups import Lookup
from repit.bank.models import Feed, Item, Root, Stake, Tombstone, Transition
from repit.bank.sealed import Opened, fingerprint
from repit.bank.states import LIVE
from repit.bank.types import Submission
from repit.foundation.ids import token

ACTOR: Final = "exchange"
_HELD: Final = "told by a partner"
_BURIED: Final = "withdrawn by its origin"
_CHANGED: Final = "the partner changed its hashes"
_DOUBT: Final = "every partner that tells of it doubts it"
_NO_DOUBT: Final = "a partner stands by it again"
_ITSELF: Final = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a record comes from in the end; `path`: the installations it passed, its origin first."""

    installation: str
    token: str
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """One record of one partner. `submission` is None where it is withdrawn; `roots` empty means itself.

    `gone`: (installation, token) of what its origin has withdrawn.
    """

    name: str
    submission: Submission | None
    doubted: bool = False
    roots: tuple[Origin, ...] = ()
    gone: tuple[tuple[str, str], ...] = ()


def take(source: str, told: Sequence[Told], *, publish: bool, run: int = 0) -> int:
    """Take records in, in their order; how many of them changed anything. The caller may hold a transaction.

    Several records of one name: the last counts.
    """
    latest = {one.name: one for one in told}
    changed = 0
    with transaction.atomic():
        line = feed.locked()
        taking = _Taking(line, source, f"{ACTOR} {source}"[:100], publish, run, lookups.newest())
        held = names.held(source, latest)
        opened = sealed.opened({stake.item_id: stake.item for stake in held.values()}.values())
        seen: list[int] = []
        fresh: list[_Fresh] = []
        for name, one in latest.items():
            stake = held.get(name)
            if stake is not None and _said_before(stake, one, opened):
                seen.append(stake.pk)
                continue
            if stake is None and one.submission is not None and not one.gone:
                fresh.append(_Fresh(one, one.submission))
                continue
            changed += _together(taking, fresh)
            fresh.clear()
            _bury(line, one)
            if stake is not None:
                # Read anew: what went before may have let go of it, or moved its item.
                stake = names.held(source, [name]).get(name)
            changed += _one(taking, one, stake)
        changed += _together(taking, fresh)
        if run and seen:
            Stake.objects.filter(pk__in=seen).update(run=run)
    return changed


def sweep(source: str, run: int) -> int:
    """Let go of every record that a whole reading did not see, some at a time; how many."""
    gone = 0
    while True:
        with transaction.atomic():
            line = feed.locked()
            stale = Stake.objects.filter(source=source, run__lt=run).order_by("id")
            some = list(stale.values_list("pk", flat=True)[:100])
            for key in some:
                # One at a time, since each may move the item of the next.
                stake = Stake.objects.select_related("item__lead").get(pk=key)
                _release(line, stake, "no longer in the partner's list")
        gone += len(some)
        if not some:
            return gone


def names_of(source: str, item: str) -> list[str]:
    """What a partner calls an item here: several names where it holds several records of the same hashes."""
    rows = Stake.objects.filter(source=source).filter(Q(item__token=item) | Q(item__lead__token=item))
    return names.of(rows.select_related("item").order_by("id"))


@dataclass(frozen=True, slots=True)
class _Taking:
    line: Feed
    source: str
    actor: str
    publish: bool
    run: int
    lookup: Lookup

    def admitted(self, submission: Submission) -> Item:
        return items.admit(
            self.line, submission, actor=self.actor, publish=self.publish, origin=self.source, own=False
        )


@dataclass(frozen=True, slots=True)
class _Fresh:
    """A record that was never told before and withdraws nothing."""

    told: Told
    submission: Submission


def _together(taking: _Taking, records: Sequence[_Fresh]) -> int:
    """Take new records in as if in their order; how many changed anything. Those of one origin that nobody
    doubts wait for one another, to be written at once."""
    if not records:
        return 0
    roots = _acceptable(taking.source, [one.told for one in records])
    plain: dict[bytes, _Fresh] = {}
    changed = 0
    for one in records:
        key, origins = fingerprint(one.submission, taking.lookup), roots[one.told.name]
        if not origins:
            continue
        if len(origins) == 1 and not one.told.doubted and key not in plain:
            plain[key] = one
            continue
        changed += _at_once(taking, plain, roots)
        plain.clear()
        changed += _one(taking, one.told, None)
    return changed + _at_once(taking, plain, roots)


def _at_once(taking: _Taking, plain: Mapping[bytes, _Fresh], roots: Mapping[str, Sequence[Origin]]) -> int:
    """Write what stands alone at once; what the bank has, or something near it, the slow way."""
    if not plain:
        return 0
    way = Way(
        taking.actor,
        taking.source,
        taking.publish,
        own=False,
        received=items.SUBMITTED,
        published=items.PUBLISHED,
    )
    made, _ = admit_alone(taking.line, {mark: one.submission for mark, one in plain.items()}, way)
    stakes, origins, rest = list[Stake](), list[Root](), dict(plain)
    opened = sealed.opened(made)
    for item in made:
        one = rest.pop(bytes(item.fingerprint))
        stakes.append(_stake(taking, item, one.told, opened))
        origins += [_root(stakes[-1], root) for root in roots[one.told.name]]
    Stake.objects.bulk_create(stakes)
    Root.objects.bulk_create(origins)
    return len(made) + sum(_one(taking, one.told, None) for one in rest.values())


def _said_before(stake: Stake, one: Told, opened: Opened) -> bool:
    """Whether this record changes nothing. Of what was withdrawn here nothing is kept to compare with: then
    only a partner that lets go of it does."""
    if stake.item.state not in LIVE:
        return one.submission is not None and not one.gone
    return not opened.destroyed(stake.item) and bytes(stake.mark) == names.mark(stake.item, one, opened)


def _one(taking: _Taking, one: Told, stake: Stake | None) -> bool:
    line, source = taking.line, taking.source
    roots = _acceptable(source, [one])[one.name]
    if one.submission is None or not roots:
        if stake is not None:
            _release(line, stake, "withdrawn by the partner")
        return stake is not None
    if stake is None:
        item = taking.admitted(one.submission)
        stake = _stake(taking, item, one, sealed.opened([item]))
        stake.save()
        Root.objects.bulk_create([_root(stake, root) for root in roots])
        standing.recount(line, item, taking.actor, _HELD)
        _weigh(line, item)
        return True
    before = stake.item
    if before.state in LIVE and sealed.opened([before]).destroyed(before):
        standing.lost(line, before)
        names.lost(stake, one.name)
    stake.run, stake.doubted = taking.run or stake.run, one.doubted
    if before.state in LIVE:
        marks = [fingerprint(one.submission, lookup) for lookup in lookups.alive()]
        if bytes(before.fingerprint) not in marks:
            stake.item = taking.admitted(one.submission)
        names.put(stake, one.name, one, sealed.opened([stake.item]), taking.lookup)
    stake.save()
    differs = _set_roots(stake, roots)
    if before.state not in LIVE:
        return True
    left, joined = stake.item_id != before.pk, before.lead is not None
    if left and joined:
        # First, since both may be served through one item, which counts what each of them rests on.
        _left(line, before, _CHANGED)
    standing.recount(line, stake.item, taking.actor, _HELD, told=differs)
    _weigh(line, stake.item)
    if left and not joined:
        # Last, so that no subscriber meets a moment without either.
        _left(line, before, _CHANGED)
    return True


def _release(line: Feed, stake: Stake, reason: str) -> None:
    item = stake.item
    stake.delete()
    if item.state in LIVE:
        _left(line, item, reason)


def _left(line: Feed, item: Item, reason: str) -> None:
    """A stake was taken from an item."""
    if not standing.stands(item):
        standing.fall(line, item, ACTOR, reason)
        return
    standing.name_origin(item)
    standing.recount(line, item, ACTOR, reason, told=True)
    _weigh(line, item)


def _weigh(line: Feed, item: Item) -> None:
    """Doubt an item that nobody stands by; end a doubt that came from partners only."""
    if item.lead is not None:
        return
    if item.state == "active" and item.own:
        return
    doubted = item.own == 0 and not Stake.objects.filter(item=item, doubted=False).exists()
    if doubted and item.state == "active":
        standing.move(line, item, "disputed", ACTOR, _DOUBT)
    elif not doubted and item.state == "disputed":
        last = Transition.objects.filter(item=item, after="disputed").latest("id")
        if (last.actor, last.reason) == (ACTOR, _DOUBT):
            standing.move(line, item, "active", ACTOR, _NO_DOUBT)


def _bury(line: Feed, one: Told) -> None:
    """Carry out what origins have withdrawn, wherever else it is held up. Ours is not theirs to withdraw."""
    here = feed.head().feed_id
    for installation, name in one.gone:
        if installation == here:
            continue
        standing.entomb(installation, name, "")
        held = Root.objects.filter(installation=installation, token=name)
        for key in list(held.values_list("pk", flat=True)):
            root = Root.objects.select_related("stake__item__lead").get(pk=key)
            stake = root.stake
            standing.entomb(installation, name, stake.item.token)
            root.delete()
            if not Root.objects.filter(stake=stake).exists():
                _release(line, stake, _BURIED)
            elif stake.item.state in LIVE:
                standing.recount(line, stake.item, ACTOR, _BURIED, told=True)


def _acceptable(source: str, records: Sequence[Told]) -> dict[str, list[Origin]]:
    """The origins of each record by its name, less what was withdrawn by them and what came from here."""
    here = feed.head().feed_id
    named = {(root.installation, root.token) for one in records for root in one.roots}
    asked = Tombstone.objects.filter(
        installation__in={installation for installation, _ in named}, token__in={token for _, token in named}
    )
    buried = set(asked.values_list("installation", "token")) if named else set()
    return {
        one.name: [
            root
            for root in one.roots
            if here not in (root.installation, *root.path) and (root.installation, root.token) not in buried
        ]
        if one.roots
        else [Origin(source, _ITSELF)]
        for one in records
    }


def _set_roots(stake: Stake, roots: Sequence[Origin]) -> bool:
    """Whether anything differed from what was noted."""
    wanted = {(root.installation, root.token): ",".join(root.path) for root in roots}
    noted = {
        (row.installation, _ITSELF if row.installation == stake.source else row.token): row
        for row in Root.objects.filter(stake=stake)
    }
    gone = [row.pk for key, row in noted.items() if key not in wanted or row.path != wanted[key]]
    Root.objects.filter(pk__in=gone).delete()
    fresh = [
        root
        for root in roots
        if (root.installation, root.token) not in noted
        or noted[root.installation, root.token].path != ",".join(root.path)
    ]
    Root.objects.bulk_create([_root(stake, root) for root in fresh])
    return bool(gone or fresh)


def _stake(taking: _Taking, item: Item, one: Told, opened: Opened) -> Stake:
    """Not saved yet."""
    stake = Stake(item=item, source=taking.source, run=taking.run, doubted=one.doubted)
    names.put(stake, one.name, one, opened, taking.lookup)
    return stake


def _root(stake: Stake, root: Origin) -> Root:
    # A record that is its own origin gets a name by chance, since the partner's may be a hash.
    name = token() if root.token == _ITSELF else root.token
    return Root(stake=stake, installation=root.installation, token=name, path=",".join(root.path))
