"""Items that an operator has erased by their names, whether they open or not.

In: names, a reason. Out: withdrawals in the feed, keys and rows destroyed (`erasure`, `bank.erasing`), rows
of the audit. Next: `repit bank erase`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.db.models import QuerySet

from repit.foundation import audit
from repit.foundation.audit import Entry
from repit.foundation.errors import InputRefused, NotFound, Text
from repit.hotline.bank import erasing, feed, import_file, items, letters, lookups, unreadable
from repit.hotline.bank.items import NO_SUCH_ITEM, SEE_THE_LIST
from repit.hotline.bank.models import Claim, Item, Letter, LookupKey, Transition
from repit.hotline.bank.states import LIVE
from repit.hotline.feeds import erasure

TOGETHER: Final = 100
_LONGEST_REASON: Final = 200


@dataclass(frozen=True, slots=True)
class ToErase:
    """What an erasure would concern. `live`: items that are served or wait; `of_people`: of these, those that
    people submitted here, who lose their protection; `gone`: those of which nothing is left."""

    names: tuple[str, ...]
    live: int = 0
    of_people: int = 0
    gone: int = 0


@dataclass(frozen=True, slots=True)
class Erased:
    """`told`: items of which everyone is told to forget them; `destroyed`: of which nothing is left now;
    `waiting`: of which the hashes by which some subscribers are told are kept until they have heard."""

    announced: int = 0
    destroyed: int = 0
    waiting: int = 0

    def __add__(self, other: "Erased") -> "Erased":
        return Erased(
            self.announced + other.announced, self.destroyed + other.destroyed, self.waiting + other.waiting
        )


def give_up_lost_keys(actor: str) -> int:
    """The bank's keys are lost for good: what is found or asked for by them is dropped, so that the bank goes
    on with new ones; how many letters of cases went. What they asked for is lost: their persons submit it
    again. Items are erased by themselves (`erase`)."""
    with transaction.atomic():
        feed.locked()
        letters.opened(list(Letter.objects.all()))
        lost, _ = Letter.objects.filter(pk__in=unreadable.others(letters.TABLE)).delete()
        alive = [lookup.number for lookup in lookups.alive()]
        LookupKey.objects.exclude(pk__in=alive).delete()
        audit.record(actor, "bank-keys.give-up", "", f"{lost} letters")
    return lost


def to_erase(names: Sequence[str]) -> ToErase:
    """What erasing these would concern. Raises `NotFound`, before anything is done, where one of them is no
    item's."""
    wanted, live, of_people, gone = list(dict.fromkeys(names)), 0, 0, 0
    for some in _some(wanted):
        rows = list(_named(some))
        if len(rows) < len(some):
            raise NotFound(NO_SUCH_ITEM, SEE_THE_LIST)
        alive = [item for item in rows if item.state in LIVE]
        live += len(alive)
        of_people += _of_people([item for item in alive if item.own])
        gone += sum(item.state == "erased" for item in rows)
    return ToErase(tuple(wanted), live, of_people, gone)


def _of_people(own: Sequence[Item]) -> int:
    """How many of these are more than a line of an imported file."""
    steps = Transition.objects.filter(item__in=own, before="", actor=import_file.ACTOR)
    imported = set(steps.values_list("item", flat=True))
    claimed = set(Claim.objects.filter(item__in=own, back=False).values_list("item", flat=True))
    return sum(item.pk not in imported or item.pk in claimed for item in own)


def erase(wanted: ToErase, reason: str, *, at_once: bool = False, actor: str) -> Iterator[Erased]:
    """Have everyone forget these items and destroy what they hold for good; after each some, how many.

    What some exchange can only be told of by its hash is kept until those who need it were told, or its last
    day; with `at_once` it is not. May be repeated. Raises `InputRefused` for a reason that does not fit.
    """
    if not 0 < len(reason) <= _LONGEST_REASON or "\0" in reason:
        raise InputRefused(
            Text("Say why, in a line.", "Dites pourquoi, en une ligne."),
            Text("It is kept with the item.", "C’est conservé avec l’élément."),
        )
    for some in _some(wanted.names):
        announced = 0
        for name in _named(some).filter(state__in=LIVE).values_list("token", flat=True):
            items.withdraw(name, actor=actor, reason=reason)
            announced += 1
        left = list(_named(some).filter(state="withdrawn"))
        needed = set[int]() if at_once else erasure.still_needed(left)
        audit.record_all([Entry(actor, "item.erase", item.token, reason) for item in left])
        free = [item for item in left if item.pk not in needed]
        erasing.erase(free, reason)
        yield Erased(announced, len(free), len(left) - len(free))
    while erasure.begin():
        pass


def _some(names: Sequence[str]) -> Iterator[Sequence[str]]:
    return (names[begin : begin + TOGETHER] for begin in range(0, len(names), TOGETHER))


def _named(names: Sequence[str]) -> QuerySet[Item]:
    return Item.objects.filter(token__in=names).order_by("id")
