"""What a case protects: its links to the bank's items, readable by nobody who holds no key of the case.

In: submissions, a turn. Out: links, sealed; how each item stands. Next: `service`, the person's pages.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from django.conf import settings

from repit.foundation.clock import now
from repit.foundation.errors import InputRefused, NotGranted, Text, TooLarge
from repit.foundation.hashes import Kind, Media
from repit.hotline.bank import carrying
from repit.hotline.bank.carrying import SubmissionStatus
from repit.hotline.bank.types import State, Submission
from repit.hotline.cases import due, links
from repit.hotline.cases.casefile import Turn
from repit.hotline.cases.links import MAX_ITEMS, Link
from repit.hotline.feeds import reach
from repit.hotline.feeds.reach import Reach

_ACTOR: Final = "person concerned"
NOWHERE: Final = Reach()


@dataclass(frozen=True, slots=True)
class ItemStatus:
    """One item of a case, by its number in it. `state` is `withdrawn` as soon as the person took it back.
    `readable`: whether the bank opens it, so that it can be given to further sites."""

    number: int
    state: State
    media: Media
    kind: Kind
    reach: Reach = NOWHERE
    readable: bool = True


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
    names = carrying.protect(submissions, actor=_ACTOR, publish=settings.REPIT_PUBLISH == "at-once")
    for name, submission in zip(names, submissions, strict=True):
        held.append(Link(name, submission.media, submission.kind))
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
        raise InputRefused(Text("The case has no such item.", "Le dossier n’a pas cet élément."))
    kept = links.keep_anything(turn.case, turn.keys)
    names = [held[number - 1].item for number in chosen if not held[number - 1].back]
    for number in chosen:
        held[number - 1] = replace(held[number - 1], back=True)
    links.write(turn, held)
    carrying.let_go(names, actor=_ACTOR, reason="the person took it back")
    if turn.case.state == "kept" and kept and not links.keep_anything(turn.case, turn.keys):
        # Time to see how far the withdrawal has come; then nothing of the case is left.
        turn.case.due_on = due.at_the_latest(now().date())
        turn.case.save(update_fields=["due_on"])


def status(turn: Turn) -> Status:
    """How each item stands, and how far it has come. Raises `NotGranted`."""
    held = links.of(turn)
    names = [link.item for link in held]
    statuses, reaches = carrying.statuses(names), reach.of(names)
    return Status(tuple(_item_status(number, link, statuses, reaches) for number, link in enumerate(held, 1)))


def _item_status(
    number: int, link: Link, statuses: dict[str, SubmissionStatus], reaches: dict[str, Reach]
) -> ItemStatus:
    here, far = statuses[link.item], reaches[link.item]
    state: State = "withdrawn" if link.back else here.state
    if link.back and here.leaving:
        far = Reach(announced=far.holding, met=far.met)
    elif link.back and here.state != "withdrawn":
        # Someone else asked for the same: that is theirs, and not told here.
        far = Reach(met=far.met)
    return ItemStatus(number, state, link.media, link.kind, far, link.back or here.readable)
