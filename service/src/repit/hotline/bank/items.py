"""What may be done with an item: submit, publish, dispute, withdraw, erase.

In: submissions and decisions, each with who and why. Out: rows, transitions, changes in the feed. Next:
`feed`. Every function is one transaction, and takes its turn at the feed's lock first: two writers never
meet half-way.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast

from django.conf import settings
from django.db import transaction

from repit.foundation import audit
from repit.foundation.clock import now
from repit.foundation.errors import NotFound, Text, TransitionRefused
from repit.hotline.bank import (
    admitting,
    claims,
    erasing,
    feed,
    incoming,
    lifecycle,
    questions,
    refusals,
    sealed,
    videos,
    widely_published,
)
from repit.hotline.bank.admitting import Way
from repit.hotline.bank.models import Feed, Item, ItemHash, PartnerRecord
from repit.hotline.bank.states import LIVE, SHARED, step
from repit.hotline.bank.types import State, Submission, not_too_many

NO_SUCH_ITEM: Final = Text("No item here has that name.", "Aucun élément ne porte ce nom ici.")
SEE_THE_LIST: Final = Text(
    "Names stand in `repit bank list`; capital letters count.",
    "Les noms figurent dans `repit bank list` ; les majuscules comptent.",
)

_EXPIRED_TOGETHER: Final = 25
_NOTHING_TO_LIST: Final = Text(
    "No hash of this item can be put on the list of what everyone has seen.",
    "Aucune empreinte de cet élément ne peut aller sur la liste des images très diffusées.",
)
_WITHDRAW_IT: Final = Text(
    "Withdraw it without --everyones, and add the file itself: `repit bank widely-published add FILE`.",
    "Retirez-le sans --everyones, et ajoutez le fichier lui-même :"
    " `repit bank widely-published add FICHIER`.",
)


@dataclass(frozen=True, slots=True)
class Taken:
    """A submission as the bank has it: the item's opaque name and its state."""

    item: str
    state: State


def submit(submission: Submission, *, actor: str, publish: bool, origin: str | None = None) -> Taken:
    """Take a submission in; one with exactly the hashes of a living item confirms that item instead.

    With `publish` it reaches subscribers at once, unless none of its hashes has the quality for it: then it
    stays received. It also stays received, for a person to look at, where a hash comes close to a widely
    published picture. `origin` is this hotline unless a subscriber proposed it.
    """
    return submit_all([submission], actor=actor, publish=publish, origin=origin)[0]


def submit_all(
    submissions: Sequence[Submission], *, actor: str, publish: bool, origin: str | None = None
) -> list[Taken]:
    """The same for several, in one turn; in their order. Raises `InputRefused` for too many hashes."""
    not_too_many(submissions)
    made = incoming.ready(submissions)
    way = Way(actor, origin or settings.REPIT_ORIGIN, publish, own=True, named=origin is not None)
    with transaction.atomic():
        line = feed.locked()
        incoming.settle(made)
        found = admitting.admit(line, made, way)
        return [Taken(item.token, cast(State, item.state)) for item in found]


def publish(name: str, *, actor: str, reason: str = "") -> None:
    """Let subscribers have a received item. Raises `NotFound`, `TransitionRefused`."""
    with transaction.atomic():
        line, item = feed.locked(), _find(name)
        if item.state != "received":
            # A doubt is ended by `settle`, which counts that a person kept the item.
            raise _stands(item, "is not received")
        if not _has_publishable(item):
            raise refusals.no_quality(name)
        lifecycle.move(line, item, "active", actor, reason)


def dispute(name: str, *, actor: str, reason: str) -> None:
    """Suspend an active item. Raises `NotFound`, `TransitionRefused`."""
    with transaction.atomic():
        line, item = feed.locked(), _find(name)
        lifecycle.move(line, item, "disputed", actor, reason)


def suspend(name: str, *, actor: str, reason: str) -> None:
    """A person suspends an item, or lets it stay suspended. Raises `NotFound`, `TransitionRefused`."""
    with transaction.atomic():
        line, item = feed.locked(), _find(name)
        answered = questions.answer(item, "suspended", actor, reason)
        if item.state == "active":
            lifecycle.move(line, item, "disputed", actor, reason)
        elif not answered:
            raise _stands(item, "and nobody asked")
        audit.record(actor, "item.suspend", name, reason)


def settle(name: str, *, actor: str, reason: str) -> None:
    """A person keeps an item that is suspended or asked about. Raises `NotFound`, `TransitionRefused`."""
    with transaction.atomic():
        line, item = feed.locked(), _find(name)
        if not questions.answer(item, "kept", actor, reason):
            if item.state != "disputed":
                raise _stands(item, "is not disputed")
            # What partners doubted, or a person suspended, counts as kept once it is taken up again.
            questions.ask(item, "voices", "suspended")
            questions.answer(item, "kept", actor, reason)
        if item.state == "disputed":
            lifecycle.move(line, item, "active", actor, reason)
        audit.record(actor, "item.keep", name, reason)


def ask_again(name: str, *, actor: str, reason: str) -> None:
    """Ask platforms' people to look at a shared item once more. Raises `NotFound`, `TransitionRefused`."""
    with transaction.atomic():
        line, item = feed.locked(), _find(name)
        if item.state not in SHARED:
            raise _stands(item, "is shown to nobody")
        item.asked += 1
        item.save(update_fields=["asked"])
        questions.asked_again(item)
        audit.record(actor, "item.ask-again", name, reason)
        feed.append(line, item)


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
        lifecycle.recount(line, item, actor, reason)
        return
    if not PartnerRecord.objects.filter(item=item).exists():
        lifecycle.move(line, item, "withdrawn", actor, reason)
        return
    lifecycle.end_root(line, item)
    item.save(update_fields=["own", "root"])
    lifecycle.name_origin(item)
    lifecycle.recount(line, item, actor, reason)
    lifecycle.weigh(line, item)


def withdraw(name: str, *, actor: str, reason: str, everyones: bool = False) -> None:
    """Withdraw an item, whoever submitted it; partners' repeats do not bring it back.

    `everyones`: its hashes go on the list of what everyone has seen, so that the next submission of it waits
    for a person. Raises `NotFound`, `TransitionRefused`.
    """
    with transaction.atomic():
        line, item = feed.locked(), _find(name)
        if everyones:
            hashes, moments = _seen(item)
            if not hashes and not moments:
                raise TransitionRefused(_NOTHING_TO_LIST, _WITHDRAW_IT)
            widely_published.add(hashes, actor=actor, moments=moments)
        lifecycle.move(line, item, "withdrawn", actor, reason)
        audit.record(actor, "item.withdraw", name, reason)


def erase(name: str, *, actor: str, reason: str = "") -> None:
    """Destroy the keys and hashes of a withdrawn item; its opaque name stays, as a tombstone for late
    subscribers. Raises `NotFound`, `TransitionRefused`.
    """
    with transaction.atomic():
        line, item = feed.locked(), _find(name)
        step(name, cast(State, item.state), "erased")
        erasing.destroy(line, [item], actor, reason)


def set_expiry(name: str, moment: datetime | None, *, actor: str) -> None:
    """Say when an item ends by itself, or that it does not. Raises `NotFound`, `TransitionRefused`."""
    with transaction.atomic():
        feed.locked()
        item = _find(name)
        if item.state not in LIVE:
            raise _stands(item, "does not expire")
        Item.objects.filter(pk=item.pk).update(expires_at=moment)
        audit.record(actor, "item.expiry", name, "" if moment is None else moment.isoformat())


def expire_due(most: int = _EXPIRED_TOGETHER) -> int:
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
    """The present state of what each name leads to. Of a name that leads nowhere (any more), nothing is
    left."""
    found = claims.items_of(names)
    return {name: cast(State, found[name].state) if name in found else "erased" for name in names}


def _find(name: str) -> Item:
    item = Item.objects.filter(token=name).first()
    if item is None:
        raise NotFound(NO_SUCH_ITEM, SEE_THE_LIST)
    return item


def _stands(item: Item, why: str) -> TransitionRefused:
    return refusals.stands(item.token, cast(State, item.state), detail=f"{item.state} {why}")


def _seen(item: Item) -> tuple[list[bytes], list[bytes]]:
    """The PDQ hashes of the whole of an item, and those of each moment of a video."""
    held = sealed.opened([item])
    hashes = held.hashes(item, ItemHash.objects.filter(item=item, role="whole"))
    moments = videos.read(held, item, videos.rows_of([item.pk]).get(item.pk))
    found = [hash_.value for hash_ in hashes if hash_.perceptual]
    if not moments:
        return found, []
    from repit_engine.moments import from_bytes  # noqa: PLC0415

    return found, [row.tobytes() for row in from_bytes(moments).whole]


def _has_publishable(item: Item) -> bool:
    return ItemHash.objects.filter(item=item, publishable=True).exists()
