"""Carrying letters out: each in a transaction of its own, at a moment of its own, in no order.

In: letters (`letters`). Out: items, claims, changes in the feed; keys of letters wiped, rows deleted later.
Next: `hotline.loops.carry_letters`.

Nothing is lost and nothing is done twice, whenever a process ends and however many there are: a letter's key
is wiped only after what it asks for is committed, and what is asked for a second time is known by its claim.
All take turns at the feed's lock. Under it a letter that somebody has carried out or taken back meanwhile has
no key any more. Rows are deleted some time later, many together: the deletion, too, is noted on the disk.
"""

import logging
import secrets
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, cast

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import transaction

from repit.foundation.clock import elapsed, now
from repit.foundation.errors import SettingsRefused
from repit.foundation.ids import token
from repit.hotline.bank import (
    admitting,
    claims,
    feed,
    incoming,
    items,
    keys,
    letters,
    parcels,
    unreadable,
    videos,
)
from repit.hotline.bank.admitting import Way
from repit.hotline.bank.incoming import Incoming
from repit.hotline.bank.letters import Order
from repit.hotline.bank.models import Claim, Feed, Item, Letter
from repit.hotline.bank.states import LIVE
from repit.hotline.bank.types import State, Submission, not_too_many

_LATE: Final = timedelta(seconds=1)
_STUCK: Final = timedelta(minutes=15)
_TOGETHER: Final = 2_000
_log: Final = logging.getLogger(__name__)


def protect(submissions: Sequence[Submission], *, actor: str, publish: bool) -> list[str]:
    """Ask for items of a case to be taken in; the names by which the case knows them. Within its transaction.

    With `publish` they reach subscribers as soon as they are in, if nothing speaks against it. Raises
    `InputRefused` for too many hashes.
    """
    not_too_many(submissions)
    orders = [
        Order(letters.number(), "protect", token(), actor, letters.soon(), submission, publish)
        for submission in submissions
    ]
    _ask(orders)
    return [order.name for order in orders]


def let_go(names: Iterable[str], *, actor: str, reason: str = "", waiting: Collection[str] = ()) -> None:
    """Ask for what a case asked for to be taken back. May be repeated. `waiting`: of these names, those that
    wait for their hour: they leave once, whichever of the two is carried out first."""
    same = _waiting_for_an_hour(waiting)
    _ask(
        [
            Order(
                letters.number(),
                "let go",
                name,
                actor,
                letters.soon(),
                reason=reason,
                same_as=same.get(name, b""),
            )
            for name in names
        ]
    )


def _waiting_for_an_hour(names: Collection[str]) -> dict[str, bytes]:
    """The numbers of the orders that wait for their hour, by those of these names that have no claim by which
    to know what was done already: of cases from before there were claims."""
    if not Item.objects.filter(token__in=names).exists():
        return {}
    orders = letters.opened(list(Letter.objects.all()))
    return {
        order.name: order.number
        for order in orders
        if order.wanted == "let go" and order.revocable and order.name in names
    }


def let_go_in_an_hour(names: Iterable[str], *, actor: str, reason: str = "") -> None:
    """The same in an hour, unless it is revoked by then (`revoking`)."""
    due = letters.in_an_hour
    letters.put(
        [
            Order(letters.number(), "let go", name, actor, due(), reason=reason, revocable=True)
            for name in names
        ]
    )


def _ask(orders: Sequence[Order]) -> None:
    if settings.REPIT_SPREAD_SECONDS:
        letters.put(orders)
        return
    for order, made in zip(orders, _made(orders), strict=True):
        _carry(order, made)


def _made(orders: Sequence[Order]) -> list[Incoming | None]:
    """What these orders ask to be taken in, made ready before anyone has to wait for it."""
    asked = [letters.whole(order) for order in orders]
    made = iter(incoming.ready([submission for submission in asked if submission is not None]))
    return [None if submission is None else next(made) for submission in asked]


@dataclass(frozen=True, slots=True)
class SubmissionStatus:
    """The state of what a case asked for: received until it is in the bank, withdrawn once nothing is left.
    `leaving`: that it is taken back is still on its way. `readable`: whether the bank opens it, as far as it
    knows: what does not open reaches nobody who has not got it. `goes_at`: when it will be taken back, while
    that can be revoked. `back`: whether the one who asked has taken it back, whoever else asked for it.
    `moments`: whether parts of a video are met too."""

    state: State
    leaving: bool = False
    readable: bool = True
    goes_at: datetime | None = None
    back: bool = False
    moments: bool = False


def statuses(
    names: Collection[str], *, stand: Collection[str] = (), back: Collection[str] = ()
) -> dict[str, SubmissionStatus]:
    """Each of these names as the bank has it. Of those that `stand` nothing was asked to be taken back; those
    that are `back` were asked to be, at once.

    To find a name's letter all that wait have to be opened, of whatever case: they are where one of these may
    have one, and not to show a case of which everything is in the bank, or has left it.
    """
    held, found, orders = claims.led(names), dict[str, SubmissionStatus](), list[Order]()
    if any(held[name].stands and name not in stand if name in held else name not in back for name in names):
        orders = letters.opened(list(Letter.objects.all()))
        # What was carried out in between has no letter any more: it has a claim.
        held = claims.led(names)
    asked = {order.name: order.packed is not None for order in orders if order.wanted == "protect"}
    leaving = {order.name for order in orders if order.wanted == "let go" and not order.revocable}
    later = {order.name: order.due_at for order in orders if order.wanted == "let go" and order.revocable}
    broken = unreadable.among([there.item.pk for there in held.values()])
    seen = videos.having([there.item.pk for there in held.values()])
    for name in names:
        item, stands = held.get(name, (None, False))
        state: State = "erased" if item is None else cast("State", item.state)
        if state == "erased":
            state = "received" if name in asked else "withdrawn"
        found[name] = SubmissionStatus(
            state,
            name in leaving,
            item is None or item.pk not in broken,
            later.get(name),
            back=not stands and name not in asked,
            moments=asked.get(name, False) if item is None else item.pk in seen,
        )
    return found


def stuck() -> int:
    """How many things asked for should have been carried out long ago and were not: zero, unless something is
    wrong, so that it tells of no case that comes in. Raises `SettingsRefused`."""
    before = now() - _STUCK
    orders = letters.opened(list(Letter.objects.all()))
    return sum(order.wanted != "nothing" and order.due_at < before and _whole(order) for order in orders)


class Carrier:
    """Carries letters out; remembers those that it has opened, and until when those that may be revoked lie,
    by a clock that nobody sets: an hour that was promised is an hour, and nothing lies longer."""

    def __init__(self) -> None:
        self._known: dict[int, Order | None] = {}
        self._until: dict[bytes, float] = {}

    def once(self, stopped: Callable[[], bool] = lambda: False) -> float | None:
        """Carry out what is due; the seconds until more may be, None where nothing lies there.

        What waits may be much: of every protection that is to stop in an hour letters lie here for as long.
        They are opened once, and whether they still stand is looked up when their time has come.
        """
        orders = self._waiting()
        rests = {order.number: self._rest(order) for order in orders}
        self._until = {number: until for number, until in self._until.items() if number in rests}
        over = [order for order in orders if rests[order.number] <= 0]
        due = [order for order in over if _whole(order)]
        secrets.SystemRandom().shuffle(due)
        for order in due:
            if stopped():
                break
            try:
                if order.wanted != "nothing":
                    [made] = _made([order])
                    _carry(order, made, orders)
                keys.pool(keys.LETTERS).wipe(order.slots)
            except (DatabaseError, SettingsRefused):
                raise
            except Exception as error:  # noqa: BLE001 - one letter must not keep the others
                _log.error("a letter stays where it is: %s", type(error).__name__)
        done = {order.number for order in over}
        self._known = {
            row: None if order is None or (order.number in done and not _whole(order)) else order
            for row, order in self._known.items()
        }
        left = [rest for number, rest in rests.items() if number not in done]
        return min(left) if left else None

    def _rest(self, order: Order) -> float:
        """In how many seconds it is due."""
        rest, spread = (order.due_at - now()).total_seconds(), float(settings.REPIT_SPREAD_SECONDS)
        if not order.revocable:
            # A clock that was put back makes nobody wait: no letter lies longer than it was to.
            return 0.0 if rest > spread + _LATE.total_seconds() else rest
        passed = elapsed()
        until = passed + min(rest, letters.HOUR.total_seconds() + spread)
        return self._until.setdefault(order.number, until) - passed

    def _waiting(self) -> list[Order]:
        """What lies there; of that some may have been carried out or revoked since it was opened."""
        rows = dict(Letter.objects.values_list("id", "slot"))
        fresh = [row for row in rows if row not in self._known]
        if fresh:
            opened = letters.opened(list(Letter.objects.filter(pk__in=fresh)))
            by_slot = {slot: order for order in opened for slot in order.slots}
            self._known.update({row: by_slot.get(rows[row]) for row in fresh})
        self._known = {row: order for row, order in self._known.items() if row in rows}
        return list({order.number: order for order in self._known.values() if order is not None}.values())


def sweep() -> int:
    """Delete letters that were carried out or were empty, all together, and the pieces beside them; how many
    letters."""
    _sweep_parcels()
    rows = list(Letter.objects.values_list("id", "slot"))
    raws = keys.pool(keys.LETTERS).find([slot for _, slot in rows])
    done = [row for (row, _), key in zip(rows, raws, strict=True) if key == keys.GONE]
    with transaction.atomic():
        for begin in range(0, len(done), _TOGETHER):
            Letter.objects.filter(pk__in=done[begin : begin + _TOGETHER]).delete()
    return len(done)


def _sweep_parcels() -> None:
    """Delete the pieces that no letter leads to any more. They are looked up first: those that come meanwhile
    have letters that are seen. While one letter does not open, all stay: any may be its own, and it may open
    again, once a file of keys is put back."""
    there = parcels.names()
    if not there:
        return
    rows = list(Letter.objects.all())
    orders = letters.opened(rows)
    if unreadable.others(letters.TABLE).isdisjoint(row.pk for row in rows):
        parcels.drop(there, [order.bundle for order in orders if order.bundle is not None])


def _whole(order: Order) -> bool:
    return keys.GONE not in keys.pool(keys.LETTERS).read(order.slots)


def _carry(order: Order, made: Incoming | None, beside: Sequence[Order] = ()) -> None:
    with transaction.atomic():
        line = feed.locked()
        if order.slots and not _whole(order):
            return
        if order.wanted == "let go":
            _let_go(line, order, beside)
        elif made is not None:
            # What may still be revoked takes nothing back before its hour is over.
            taken_back = any(
                other.wanted == "let go" and not other.revocable and other.name == order.name
                for other in beside
            )
            if not taken_back and claims.find(order.name) is None:
                incoming.settle([made])
                way = Way(order.actor, settings.REPIT_ORIGIN, order.publish, own=True)
                [item] = admitting.admit(line, [made], way)
                Claim.objects.create(item=item, digest=claims.digest(order.name))


def _let_go(line: Feed, order: Order, beside: Sequence[Order]) -> None:
    claim = claims.find(order.name)
    if claim is not None:
        if not claim.back:
            claim.back = True
            claim.save(update_fields=["back"])
            _release_claim(line, claim.item, order)
        return
    for other in beside:
        if other.wanted == "protect" and other.name == order.name:
            keys.pool(keys.LETTERS).wipe(other.slots)
    # A case from before there were claims: that this was done stands in a claim that no case has.
    item = Item.objects.filter(token=order.name).first()
    done = claims.digest((order.same_as or order.number).hex())
    if item is not None and not Claim.objects.filter(digest=done).exists():
        Claim.objects.create(item=item, digest=done, back=True)
        _release_claim(line, item, order)


def _release_claim(line: Feed, item: Item, order: Order) -> None:
    if item.state in LIVE and item.own > 0:
        items.take_back(line, item, item.own - 1, order.actor, order.reason)
