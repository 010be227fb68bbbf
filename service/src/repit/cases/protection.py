"""What a case protects: its links to the bank's items, readable by nobody who holds no key of the case.

In: submissions, a turn. Out: links, sealed; how each item stands. Next: `service`, the person's pages.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Literal

from django.conf import settings

from repit.bank import items
from repit.bank.types import Kind, Media, State, Submission
from repit.cases.casefile import Turn
from repit.cases.records import Entry
from repit.exchange import reach
from repit.exchange.reach import Reach
from repit.foundation.clock import now
from repit.foundation.errors import InputRefused, NotGranted, Text, TooLarge

MAX_ITEMS: Final = 200
_ACTOR: Final = "person concerned"
_KIND: Final = "link"
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
    if turn.count(_KIND) + len(submissions) > MAX_ITEMS:
        raise TooLarge
    at_once = settings.REPIT_PUBLISH == "at-once"
    made = items.submit_all(submissions, actor=_ACTOR, publish=at_once)
    for submission, taken in zip(submissions, made, strict=True):
        turn.add(
            "protection",
            _KIND,
            {"item": taken.item, "media": submission.media, "kind": submission.kind, "back": False},
        )
    if submissions:
        turn.case.keeps_protection = True
        turn.case.save(update_fields=["keeps_protection"])


def take_back(turn: Turn, which: Sequence[int] | Literal["all"]) -> None:
    """Take items back, by their numbers, or all. The bank's feed carries it on at once.

    Doing it again changes nothing. Raises `InputRefused` for an item that is not there, `NotGranted`.
    """
    if turn.role != "person":
        raise NotGranted
    links = {entry.number: entry for entry in turn.read("protection", _KIND)}
    chosen = sorted(links) if which == "all" else sorted(set(which))
    if any(number not in links for number in chosen):
        raise InputRefused(Text("The case has no such item.", "Le dossier n'a pas cet élément."))
    for number in chosen:
        if not links[number].value["back"]:
            turn.rewrite(links[number], {**links[number].value, "back": True})
            items.withdraw_one(links[number].value["item"], actor=_ACTOR, reason="the person took it back")
    keeps = any(not entry.value["back"] for number, entry in links.items() if number not in chosen)
    if turn.case.state == "kept" and turn.case.keeps_protection and not keeps:
        # Time to see how far the withdrawal has come; then nothing of the case is left.
        turn.case.due_on = now().date() + timedelta(days=settings.REPIT_CASE_RETENTION_DAYS)
    turn.case.keeps_protection = keeps
    turn.case.save(update_fields=["keeps_protection", "due_on"])


def protects(turn: Turn) -> bool:
    """Whether anything of the case was not taken back."""
    return any(not entry.value["back"] for entry in turn.read("protection", _KIND))


def standing(turn: Turn) -> Status:
    """How each item stands, and how far it has come. Raises `NotGranted`."""
    links = turn.read("protection", _KIND)
    names = [entry.value["item"] for entry in links]
    states, reaches = items.states(names), reach.of(names)
    return Status(tuple(_standing(entry, states, reaches) for entry in links))


def _standing(entry: Entry, states: dict[str, State], reaches: dict[str, Reach]) -> ItemStatus:
    value: dict[str, Any] = entry.value
    state: State = "withdrawn" if value["back"] else states[value["item"]]
    far = reaches[value["item"]]
    if value["back"] and states[value["item"]] not in ("withdrawn", "erased"):
        # Someone else asked for the same: that is theirs, and not told here.
        far = Reach(met=far.met)
    return ItemStatus(entry.number, state, value["media"], value["kind"], far)
