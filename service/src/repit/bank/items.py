"""What may be done with an item: submit, publish, dispute, withdraw, erase.

In: submissions and decisions, each with who and why. Out: rows, transitions, changes in the feed. Next:
`feed`. Every function is one transaction, and takes its turn at the feed's lock first: two writers never
meet half-way.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast

from django.conf import settings
from django.db import transaction

from repit.bank import claims, erasing, feed, keys, lookups, near, sealed, standing, widely_published
from repit.bank.models import Feed, Item, ItemHash, Stake, Transition
from repit.bank.sealed import fingerprint, seal_signals
from repit.bank.states import LIVE, step
from repit.bank.types import State, Submission
from repit.foundation import audit
from repit.foundation.clock import day, now
from repit.foundation.errors import NotFound, TransitionRefused
from repit.foundation.ids import random_key, token

SUBMITTED: Final = "submitted"
NEAR: Final = "a near duplicate was submitted"
PUBLISHED: Final = "published at once, as the settings say"


@dataclass(frozen=True, slots=True)
class Taken:
    """A submission as the bank has it: the item's opaque name and its state."""

    item: str
    state: State


def submit(submission: Submission, *, actor: str, publish: bool, origin: str | None = None) -> Taken:
    """Take a submission in; one with exactly the hashes of a living item confirms that item instead.

    With `publish` it reaches subscribers at once, unless none of its hashes has the quality for it: then it
    stays received. It also stays received, for a person to look at, where a hash comes close to a widely
    published picture; and where a near duplicate is served in its stead (`near`). `origin` is this hotline
    unless a subscriber proposed it.
    """
    with transaction.atomic():
        line = feed.locked()
        item = admit(line, submission, actor=actor, publish=publish, origin=origin, own=True)
        return Taken(item.token, cast(State, item.state if item.lead is None else item.lead.state))


def admit(
    line: Feed, submission: Submission, *, actor: str, publish: bool, origin: str | None, own: bool
) -> Item:
    """The item of a submission, under the caller's lock. With `own` false the caller adds a stake, then
    recounts."""
    lookup, everyones = lookups.newest(), widely_published.near(submission.signals)
    marks = [fingerprint(submission, one) for one in lookups.alive()]
    item = Item.objects.select_related("lead").filter(fingerprint__in=marks, state__in=LIVE).first()
    if item is not None and sealed.opened([item]).destroyed(item):
        standing.lost(line, item)
        item = None
    if item is not None:
        if own:
            _confirm(line, item, origin, actor)
    else:
        name, [(slot, pair)] = token(), keys.draw(1)
        item = Item.objects.create(
            id=random_key(),
            token=name,
            media=submission.media,
            kind=submission.kind,
            origin=origin or settings.REPIT_ORIGIN,
            own=1 if own else 0,
            root=name if own else "",
            fingerprint=fingerprint(submission, lookup),
            slot=slot,
            found_by=lookup.number,
            parts=sealed.parts(submission.media, submission.signals),
        )
        ItemHash.objects.bulk_create(seal_signals(item, submission.signals, pair, lookup))
        reason = widely_published.REASON if everyones else SUBMITTED
        Transition.objects.create(
            item=item, before="", after="received", at=day(), actor=actor, reason=reason
        )
        lead = None if everyones else near.lead_for(item, submission.signals)
        near.note(item, submission.signals, lookup)
        if lead is not None:
            item.lead = lead
            item.save(update_fields=["lead"])
            if own:
                standing.recount(line, item, actor, NEAR)
    lead = item if item.lead is None else item.lead
    if (
        publish
        and lead.state == "received"
        and _has_publishable(lead)
        and not everyones
        and (lead is item or _unsuspected(lead))
    ):
        standing.move(line, lead, "active", actor, PUBLISHED)
    return item


def _confirm(line: Feed, item: Item, origin: str | None, actor: str) -> None:
    item.own += 1
    item.root = item.root or token()
    item.save(update_fields=["own", "root"])
    if origin is None:
        standing.name_origin(item)
    standing.recount(line, item, actor, "submitted again")


def publish(name: str, *, actor: str, reason: str = "") -> None:
    """Let subscribers have a received item. Raises `NotFound`, `TransitionRefused`."""
    with transaction.atomic():
        line, item = feed.locked(), _find(name)
        if item.lead is not None:
            raise TransitionRefused(detail="served through a near duplicate")
        if not _has_publishable(item):
            raise TransitionRefused(detail="no hash of sufficient quality")
        standing.move(line, item, "active", actor, reason)


def dispute(name: str, *, actor: str, reason: str) -> None:
    """Put an active item in doubt. Raises `NotFound`, `TransitionRefused`."""
    with transaction.atomic():
        line, item = feed.locked(), _find(name)
        standing.move(line, item, "disputed", actor, reason)


def settle(name: str, *, actor: str, reason: str) -> None:
    """Take a disputed item up again. Raises `NotFound`, `TransitionRefused`."""
    with transaction.atomic():
        line, item = feed.locked(), _find(name)
        if item.state != "disputed":
            raise TransitionRefused(detail=f"{item.state} is not disputed")
        standing.move(line, item, "active", actor, reason)


def withdraw_one(name: str, *, actor: str, reason: str = "") -> State:
    """One of the submissions behind an item is taken back; with the last of them the item is withdrawn.

    It is withdrawn later if a partner keeps it up still. Returns the state it leaves. The caller makes sure
    that a submission is taken back once only. Withdrawing from an item that is withdrawn already changes
    nothing. Raises `NotFound`.
    """
    with transaction.atomic():
        line, item = feed.locked(), _find(name)
        if item.state in LIVE and item.own > 0:
            take_back(line, item, item.own - 1, actor, reason)
        return cast(State, item.state)


def take_back(line: Feed, item: Item, left: int, actor: str, reason: str) -> None:
    """Let so many of the submissions made here stand, and see whether the item still does."""
    if left:
        item.own = left
        item.save(update_fields=["own"])
        standing.recount(line, item, actor, reason)
        return
    if not Stake.objects.filter(item=item).exists():
        standing.fall(line, item, actor, reason)
        return
    standing.end_root(item)
    item.save(update_fields=["own", "root"])
    standing.name_origin(item)
    standing.recount(line, item, actor, reason)


def withdraw(name: str, *, actor: str, reason: str) -> None:
    """Withdraw an item, whoever submitted it, and what is served through it; partners' repeats do not bring
    it back. Raises `NotFound`, `TransitionRefused`."""
    with transaction.atomic():
        line, item = feed.locked(), _find(name)
        lead = item.lead
        for one in Item.objects.filter(lead=item):
            standing.move(line, one, "withdrawn", actor, reason)
        standing.move(line, item, "withdrawn", actor, reason)
        if lead is not None:
            standing.recount(line, lead, actor, reason)


def split(name: str, *, actor: str, reason: str) -> int:
    """Serve near duplicates apart from the item they were served through; how many there were.

    Raises `NotFound`."""
    with transaction.atomic():
        line, item = feed.locked(), _find(name)
        apart = standing.split(line, item, actor, reason)
        if apart:
            standing.recount(line, item, actor, reason)
        return apart


def erase(name: str, *, actor: str, reason: str = "") -> None:
    """Destroy the keys and hashes of a withdrawn item; its opaque name stays, as a tombstone for late
    subscribers. Raises `NotFound`, `TransitionRefused`.
    """
    with transaction.atomic():
        line, item = feed.locked(), _find(name)
        step(cast(State, item.state), "erased")
        erasing.destroy(line, [item], actor, reason)


def set_expiry(name: str, moment: datetime | None, *, actor: str) -> None:
    """Say when an item ends by itself, or that it does not. Raises `NotFound`, `TransitionRefused`."""
    with transaction.atomic():
        feed.locked()
        item = _find(name)
        if item.state not in LIVE:
            raise TransitionRefused(detail=f"{item.state} does not expire")
        Item.objects.filter(pk=item.pk).update(expires_at=moment)
        audit.record(actor, "item.expiry", name, "" if moment is None else moment.isoformat())


def expire_due(most: int = 100) -> int:
    """Withdraw items whose time has come, at most so many; how many. Safe to run in several processes."""
    done = 0
    if not Item.objects.filter(state__in=LIVE, expires_at__lte=now()).exists():
        return 0
    with transaction.atomic():
        line = feed.locked()
        due = Item.objects.filter(state__in=LIVE, expires_at__lte=now())
        for item in due.order_by("expires_at")[:most]:
            if due.filter(pk=item.pk).update(expires_at=None):
                item.expires_at = None
                take_back(line, item, 0, "expiry", "its time has come")
                done += 1
    return done


def states(names: Collection[str]) -> dict[str, State]:
    """The present state of what each name leads to; of an item that is served through another, that one's. Of
    a name that leads nowhere (any more), nothing is left."""
    found = claims.items_of(names)
    return {
        name: cast(State, (found[name].lead or found[name]).state) if name in found else "erased"
        for name in names
    }


def _find(name: str) -> Item:
    item = Item.objects.select_related("lead").filter(token=name).first()
    if item is None:
        raise NotFound
    return item


def _has_publishable(item: Item) -> bool:
    return ItemHash.objects.filter(item=item, publishable=True).exists()


def _unsuspected(item: Item) -> bool:
    """Whether a received item waits for nothing but a submission that may be published."""
    last = Transition.objects.filter(item=item).latest("id")
    return last.reason != widely_published.REASON
