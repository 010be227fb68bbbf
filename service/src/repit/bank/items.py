"""What may be done with an item: submit, publish, dispute, withdraw, erase.

In: submissions and decisions, each with who and why. Out: rows, transitions, changes in the feed. Next:
`feed`. Every function is one transaction, and takes its turn at the feed's lock first: two writers never
meet half-way.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast

from django.conf import settings
from django.db import transaction

from repit.bank import feed, widely_published
from repit.bank.models import Feed, Item, ItemHash, Transition
from repit.bank.sealed import fingerprint, seal_signal
from repit.bank.states import LIVE, step
from repit.bank.types import State, Submission
from repit.foundation import audit
from repit.foundation.clock import now
from repit.foundation.errors import NotFound, TransitionRefused
from repit.foundation.ids import random_key, token

SUBMITTED: Final = "submitted"
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
    published picture. `origin` is this hotline unless it came from another.
    """
    mark = fingerprint(submission)
    with transaction.atomic():
        line = feed.locked()
        item = Item.objects.filter(fingerprint=mark, state__in=LIVE).first()
        if item is not None:
            _stand_on(line, item, item.confirmations + 1, actor, "submitted again")
        else:
            item = Item.objects.create(
                id=random_key(),
                token=token(),
                media=submission.media,
                kind=submission.kind,
                origin=origin or settings.REPIT_ORIGIN,
                fingerprint=mark,
            )
            ItemHash.objects.bulk_create(
                [seal_signal(item, signal) for signal in dict.fromkeys(submission.signals)]
            )
            reason = widely_published.REASON if widely_published.near(submission.signals) else SUBMITTED
            Transition.objects.create(
                item=item, before="", after="received", at=now(), actor=actor, reason=reason
            )
        if (
            publish
            and item.state == "received"
            and _has_publishable(item)
            and not widely_published.near(submission.signals)
        ):
            _move(line, item, "active", actor, PUBLISHED)
        return Taken(item.token, cast(State, item.state))


def publish(name: str, *, actor: str, reason: str = "") -> None:
    """Let subscribers have a received item. Raises `NotFound`, `TransitionRefused`."""
    with transaction.atomic():
        line, item = feed.locked(), _find(name)
        if not _has_publishable(item):
            raise TransitionRefused(detail="no hash of sufficient quality")
        _move(line, item, "active", actor, reason)


def dispute(name: str, *, actor: str, reason: str) -> None:
    """Put an active item in doubt. Raises `NotFound`, `TransitionRefused`."""
    with transaction.atomic():
        line, item = feed.locked(), _find(name)
        _move(line, item, "disputed", actor, reason)


def settle(name: str, *, actor: str, reason: str) -> None:
    """Take a disputed item up again. Raises `NotFound`, `TransitionRefused`."""
    with transaction.atomic():
        line, item = feed.locked(), _find(name)
        if item.state != "disputed":
            raise TransitionRefused(detail=f"{item.state} is not disputed")
        _move(line, item, "active", actor, reason)


def withdraw_one(name: str, *, actor: str, reason: str = "") -> State:
    """One of the submissions behind an item is taken back; with the last of them the item is withdrawn.

    Returns the state it leaves. The caller makes sure that a submission is taken back once only. Withdrawing
    from an item that is withdrawn already changes nothing. Raises `NotFound`.
    """
    with transaction.atomic():
        line, item = feed.locked(), _find(name)
        living = item.state in LIVE
        if living and item.confirmations > 1:
            _stand_on(line, item, item.confirmations - 1, actor, reason)
        elif living:
            _move(line, item, "withdrawn", actor, reason)
        return cast(State, item.state)


def withdraw(name: str, *, actor: str, reason: str) -> None:
    """Withdraw an item, whoever submitted it. Raises `NotFound`, `TransitionRefused`."""
    with transaction.atomic():
        line, item = feed.locked(), _find(name)
        _move(line, item, "withdrawn", actor, reason)


def erase(name: str, *, actor: str, reason: str = "") -> None:
    """Destroy the hashes of a withdrawn item; its opaque name stays, as a tombstone for late subscribers.

    Until then they are kept, sealed: other exchanges name what to forget by its hash. Raises `NotFound`,
    `TransitionRefused`.
    """
    with transaction.atomic():
        line, item = feed.locked(), _find(name)
        _move(line, item, "erased", actor, reason)
        ItemHash.objects.filter(item=item).delete()


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
                _move(line, item, "withdrawn", "expiry", "its time has come")
                done += 1
    return done


def states(names: list[str]) -> dict[str, State]:
    """The present state of each item named."""
    return {
        name: cast(State, state)
        for name, state in Item.objects.filter(token__in=names).values_list("token", "state")
    }


def _find(name: str) -> Item:
    item = Item.objects.filter(token=name).first()
    if item is None:
        raise NotFound
    return item


def _has_publishable(item: Item) -> bool:
    return ItemHash.objects.filter(item=item, publishable=True).exists()


def _stand_on(line: Feed, item: Item, confirmations: int, actor: str, reason: str) -> None:
    """Count submissions anew; subscribers may demand several, so they hear of it."""
    item.confirmations = confirmations
    item.save(update_fields=["confirmations"])
    audit.record(actor, f"item.confirmations {confirmations}", item.token, reason)
    if item.told:
        feed.append(line, item)


def _move(line: Feed, item: Item, after: State, actor: str, reason: str) -> None:
    before = cast(State, item.state)
    taken = step(before, after)
    item.state = after
    if after not in LIVE:
        item.confirmations = 0
    item.told = item.told or taken.told
    item.save(update_fields=["state", "confirmations", "told"])
    sequence = feed.append(line, item) if taken.told else None
    Transition.objects.create(
        item=item, before=before, after=after, at=now(), actor=actor, reason=reason, sequence=sequence
    )
