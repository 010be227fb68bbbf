"""Many items at once: a bank that moves in, or a list that a partner hands over.

In: submissions. Out: the same rows that one submission after another would leave, some thousands a
transaction. Next: `feed`. An item that the bank already holds is left as it is, so that an import that was
cut may be started again from the beginning; what may be a near duplicate goes the way of a single submission.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from django.conf import settings
from django.db import transaction

from repit.bank import feed, keys, lookups, near, sealed, standing, widely_published
from repit.bank.items import admit
from repit.bank.lookups import Lookup
from repit.bank.models import Feed, Item, ItemHash, Transition
from repit.bank.sealed import fingerprint, seal_signals
from repit.bank.states import LIVE
from repit.bank.types import State, Submission
from repit.foundation import audit
from repit.foundation.clock import day
from repit.foundation.ids import random_key, token

BATCH: Final = 2_000
_ROWS: Final = 500


@dataclass(frozen=True, slots=True)
class Loaded:
    """How far an import is: new items that subscribers hear of, that wait for a person, and those known."""

    active: int = 0
    received: int = 0
    known: int = 0

    def __add__(self, other: "Loaded") -> "Loaded":
        return Loaded(self.active + other.active, self.received + other.received, self.known + other.known)


@dataclass(frozen=True, slots=True)
class Way:
    """How submissions come in: by whom, from where, whether subscribers hear of them at once, whether they
    were made here (else the caller adds a stake to each), and the reasons noted at their two first steps."""

    actor: str
    origin: str
    publish: bool
    own: bool
    received: str
    published: str


def load(
    submissions: Iterable[Submission],
    *,
    actor: str,
    reason: str,
    publish: bool,
    origin: str | None = None,
) -> Iterator[Loaded]:
    """Take submissions in; after each transaction, what it brought. Ends when there are no more."""
    source = iter(submissions)
    way = Way(actor, origin or settings.REPIT_ORIGIN, publish, own=True, received=reason, published=reason)
    while batch := list(islice(source, BATCH)):
        with transaction.atomic():
            done = _take(batch, way)
            audit.record(actor, "bank.import", "", f"{done.active + done.received} items: {reason}"[:200])
        yield done


def _take(batch: list[Submission], way: Way) -> Loaded:
    line = feed.locked()
    lookup = lookups.newest()
    made, close = admit_alone(line, {fingerprint(one, lookup): one for one in batch}, way)
    active = sum(item.state == "active" for item in made)
    done = Loaded(active, len(made) - active, len(batch) - len(made) - len(close))
    for one in close:
        taken = admit(line, one, actor=way.actor, publish=way.publish, origin=way.origin, own=way.own)
        served = (taken if taken.lead is None else taken.lead).state == "active"
        done += Loaded(int(served), int(not served), 0)
    return done


def admit_alone(
    line: Feed, submissions: Mapping[bytes, Submission], way: Way
) -> tuple[list[Item], list[Submission]]:
    """Of submissions by their newest fingerprints, under the caller's lock: items of those that are near
    nothing, here or among these, and the submissions that must go one by one. What a living item has is in
    neither."""
    lookup, *former = lookups.alive()
    fresh = _unknown(line, submissions, former)
    dealt = {mark: near.hands(one.signals, lookup) for mark, one in fresh.items() if one.media == "picture"}
    alone = _alone(fresh, dealt, former)
    close = {mark: one for mark, one in fresh.items() if mark in dealt and mark not in alone}
    rest = {mark: one for mark, one in fresh.items() if mark not in close}
    made = _write(line, rest, dealt, way, lookup)
    return made, list(close.values())


def _unknown(
    line: Feed, submissions: Mapping[bytes, Submission], former: Sequence[Lookup]
) -> dict[bytes, Submission]:
    """Those that no living item has."""
    fresh = dict(submissions)
    marks = {mark: mark for mark in submissions}
    for lookup in former:
        marks.update({fingerprint(one, lookup): mark for mark, one in submissions.items()})
    sought = list(marks)
    for begin in range(0, len(sought), _ROWS):
        some = Item.objects.filter(fingerprint__in=sought[begin : begin + _ROWS], state__in=LIVE)
        held = list(some.select_related("lead"))
        opened = sealed.opened(held)
        for item in held:
            if opened.destroyed(item):
                standing.lost(line, item)
            else:
                fresh.pop(marks[bytes(item.fingerprint)], None)
    return fresh


def _write(
    line: Feed,
    fresh: Mapping[bytes, Submission],
    dealt: Mapping[bytes, set[int]],
    way: Way,
    lookup: Lookup,
) -> list[Item]:
    items, hashes, steps, told = list[Item](), list[ItemHash](), list[Transition](), list[Item]()
    nearby, moment = dict[Item, set[int]](), day()
    doubtful = widely_published.near(signal for one in fresh.values() for signal in one.signals)
    drawn = keys.draw(len(fresh))
    for (mark, one), (slot, pair) in zip(fresh.items(), drawn, strict=True):
        famous = doubtful and widely_published.near(one.signals)
        active = way.publish and not famous and any(signal.publishable for signal in one.signals)
        state: State = "active" if active else "received"
        name = token()
        item = Item(
            id=random_key(),
            token=name,
            own=int(way.own),
            root=name if way.own else "",
            media=one.media,
            kind=one.kind,
            origin=way.origin,
            fingerprint=mark,
            state=state,
            told=active,
            slot=slot,
            found_by=lookup.number,
            parts=sealed.parts(one.media, one.signals),
        )
        items.append(item)
        nearby[item] = dealt.get(mark, set())
        hashes += seal_signals(item, one.signals, pair, lookup)
        why = widely_published.REASON if famous else way.received
        steps.append(
            Transition(item=item, before="", after="received", at=moment, actor=way.actor, reason=why)
        )
        if active:
            told.append(item)
    Item.objects.bulk_create(items, batch_size=_ROWS)
    ItemHash.objects.bulk_create(hashes, batch_size=_ROWS)
    near.note_many(nearby)
    first = feed.append_all(line, told)
    steps += [
        Transition(
            item=item,
            before="received",
            after="active",
            at=moment,
            actor=way.actor,
            reason=way.published,
            sequence=first + place,
        )
        for place, item in enumerate(told)
    ]
    Transition.objects.bulk_create(steps, batch_size=_ROWS)
    return items


def _alone(
    fresh: dict[bytes, Submission], dealt: dict[bytes, set[int]], former: Sequence[Lookup]
) -> set[bytes]:
    """Pictures that have no near duplicate, here or among these.

    In a bank of a million, most pictures share a hand with some other by chance, so those that do are
    compared before they are sent the slow way.
    """
    mates: dict[int, list[bytes]] = {}
    for lookup in former:  # what was not carried over to the newest key yet is found by its former one, too
        dealt = {mark: values | near.hands(fresh[mark].signals, lookup) for mark, values in dealt.items()}
    for mark, values in dealt.items():
        for value in values:
            mates.setdefault(value, []).append(mark)
    held = near.holders(mates)
    theirs = near.signals_of({item for items in held.values() for item in items})
    alone = set[bytes]()
    for mark, values in dealt.items():
        others = {item for value in values for item in held.get(value, ())}
        beside = {mate for value in values for mate in mates[value]} - {mark}
        met = [theirs[item] for item in others if item in theirs]
        met += [fresh[mate].signals for mate in beside]
        if not any(near.alike(fresh[mark].signals, signals) for signals in met):
            alone.add(mark)
    return alone
