"""What a case protects: its links to the bank's items, readable by nobody who holds no key of the case.

In: submissions, a turn. Out: links, sealed; how each item stands. Next: `service`, the person's pages.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final, Literal

from django.conf import settings

from repit.bank import items
from repit.bank.types import Kind, Media, State, Submission
from repit.cases import links
from repit.cases.casefile import Turn
from repit.cases.links import MAX_ITEMS, Link
from repit.exchange import reach
from repit.exchange.reach import Reach
from repit.foundation.clock import now
from repit.foundation.errors import InputRefused, NotGranted, Text, TooLarge

_ACTOR: Final = "person concerned"
NOWHERE: Final = Reach()


@dataclass(frozen=True, slots=True)
class ItemStatus:
    """One item of a case, by its number in it. `state` is `withdrawn` as soon as the person took it back."""

    number: int
    state: State
    media: Media
    kind: Kind
    reach: Reach = NOWHERE


@dataclass(frozen=True, slots=True)
class Status:
    """How a case stands."""

    items: tuple[ItemStatus, ...]


def take_in(turn: Turn, submissions: Sequence[Submission]) -> None:
    """Hand items to the bank and keep the links. Raises `InputRefused`, `TooLarge`, `NotGranted`."""
    if turn.role != "person":
        raise NotGranted
    held = links.of(turn)
    if len(held) + len(submissions) > MAX_ITEMS:
        raise TooLarge
    for submission in submissions:
        taken = items.submit(submission, actor=_ACTOR, publish=settings.REPIT_PUBLISH == "at-once")
        held.append(Link(taken.item, submission.media, submission.kind))
    links.write(turn, held)


def take_back(turn: Turn, which: Sequence[int] | Literal["all"]) -> None:
    """Take items back, by their numbers, or all. The bank's feed carries it on at once.

    Doing it again changes nothing. Raises `InputRefused` for an item that is not there, `NotGranted`.
    """
    if turn.role != "person":
        raise NotGranted
    held = links.of(turn)
    chosen = range(1, len(held) + 1) if which == "all" else sorted(set(which))
    if any(not 1 <= number <= len(held) for number in chosen):
        raise InputRefused(Text("The case has no such item.", "Le dossier n'a pas cet élément."))
    kept = links.keep_anything(turn.case, turn.keys)
    for number in chosen:
        link = held[number - 1]
        if not link.back:
            held[number - 1] = replace(link, back=True)
            items.withdraw_one(link.item, actor=_ACTOR, reason="the person took it back")
    links.write(turn, held)
    if turn.case.state == "kept" and kept and not links.keep_anything(turn.case, turn.keys):
        # Time to see how far the withdrawal has come; then nothing of the case is left.
        turn.case.due_on = now().date() + timedelta(days=settings.REPIT_CASE_RETENTION_DAYS)
        turn.case.save(update_fields=["due_on"])


def standing(turn: Turn) -> Status:
    """How each item stands, and how far it has come. Raises `NotGranted`."""
    held = links.of(turn)
    names = [link.item for link in held]
    states, reaches = items.states(names), reach.of(names)
    return Status(tuple(_standing(number, link, states, reaches) for number, link in enumerate(held, 1)))


def _standing(number: int, link: Link, states: dict[str, State], reaches: dict[str, Reach]) -> ItemStatus:
    state: State = "withdrawn" if link.back else states[link.item]
    far = reaches[link.item]
    if link.back and states[link.item] not in ("withdrawn", "erased"):
        # Someone else asked for the same: that is theirs, and not told here.
        far = Reach(met=far.met)
    return ItemStatus(number, state, link.media, link.kind, far)
