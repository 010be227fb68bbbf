"""What a case protects: its links to the bank's items, readable by nobody who holds no key of the case.

In: submissions, a turn. Out: links, sealed; how each item stands. Next: `service`, the person's pages.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Literal

from django.conf import settings

from repit.bank import carrying
from repit.bank.carrying import Standing
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
    names = carrying.protect(submissions, actor=_ACTOR, publish=settings.REPIT_PUBLISH == "at-once")
    for name, submission in zip(names, submissions, strict=True):
        value = {"item": name, "media": submission.media, "kind": submission.kind, "back": False}
        turn.add("protection", _KIND, value)
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
    stand = [links[number] for number in chosen if not links[number].value["back"]]
    for link in stand:
        turn.rewrite(link, {**link.value, "back": True})
    if stand:
        names = [link.value["item"] for link in stand]
        carrying.let_go(names, actor=_ACTOR, reason="the person took it back")
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
    stand, reaches = carrying.standing(names), reach.of(names)
    return Status(tuple(_standing(entry, stand, reaches) for entry in links))


def _standing(entry: Entry, stand: dict[str, Standing], reaches: dict[str, Reach]) -> ItemStatus:
    value: dict[str, Any] = entry.value
    here, far = stand[value["item"]], reaches[value["item"]]
    state: State = "withdrawn" if value["back"] else here.state
    if value["back"] and here.leaving:
        far = Reach(told=far.holding, met=far.met)
    elif value["back"] and here.state != "withdrawn":
        # Someone else asked for the same: that is theirs, and not told here.
        far = Reach(met=far.met)
    return ItemStatus(entry.number, state, value["media"], value["kind"], far)
