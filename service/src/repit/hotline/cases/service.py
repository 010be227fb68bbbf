"""A person's case: open it, come back to it, see how it stands, take items back.

In: submissions, receipts. Out: `Receipt`, `Status`, a `Casefile` to go on with. Next: the pages and the JSON
API, which call these and the other modules of this room, one call a request.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Literal

from django.db import IntegrityError, transaction

from repit.foundation import videos
from repit.foundation.clock import now
from repit.foundation.errors import InputRefused, Text, TooLarge
from repit.foundation.ids import random_key
from repit.hotline.bank.types import Submission
from repit.hotline.cases import (
    access_codes,
    desk,
    due,
    locations,
    nicknames,
    protection,
    recovery,
    stopping,
    tasks,
    vault,
)
from repit.hotline.cases.access_codes import Code
from repit.hotline.cases.access_log import LogEntry
from repit.hotline.cases.casefile import Casefile, found_rooms
from repit.hotline.cases.links import MAX_ITEMS
from repit.hotline.cases.locations import Level, Locations, Wishes
from repit.hotline.cases.models import Case
from repit.hotline.cases.protection import ItemStatus, Status
from repit.hotline.cases.recovery import Asked
from repit.hotline.cases.states import STATES, CaseState
from repit.hotline.cases.tasks import TaskNotice

__all__ = ["MAX_ITEMS", "ItemStatus", "Status"]
_EMPTY: Final = InputRefused(Text("A case needs an item.", "Un dossier a besoin d’un élément."))


@dataclass(frozen=True, slots=True, repr=False)
class Receipt(Code):
    """What the person keeps. Shown once; `secret` is nowhere on our side."""

    status: Status


@dataclass(frozen=True, slots=True, repr=False)
class View:
    """A case as its person or a helper sees it on coming back. What is not theirs to see is None.
    `desk_waits`: nobody at the hotline can read it yet."""

    by: Literal["person", "helper"]
    state: CaseState | None
    status: Status | None
    wishes: Wishes | None
    locations: Locations | None
    recovery_asked: Asked | None
    recovery_prepared: bool
    may_add_locations: bool
    may_read_log: bool
    notices: Sequence[TaskNotice] = ()
    desk_waits: bool = False


def open_case(
    submissions: Sequence[Submission],
    *,
    wishes: Wishes | None = None,
    seen_at: Sequence[str] = (),
    number: str | None = None,
) -> Receipt:
    """Open a case and hand its items to the bank, all or nothing.

    A case needs an item, or a wish, or a location. `number` is drawn unless the caller has drawn it before;
    one that is in use is refused, so a form sent twice opens one case. Raises `InputRefused`, `TooLarge`,
    `TransitionRefused`.
    """
    if not submissions and not seen_at and (wishes is None or not wishes.wants):
        raise _EMPTY
    if len(submissions) > MAX_ITEMS:
        raise TooLarge
    level = (wishes or Wishes()).level
    with transaction.atomic():
        today = now().date()
        case = _new_case(opened_on=today, due_on=due.after_silence(today))
        _, code, owner = access_codes.build(case.id, "person", number)
        turn = found_rooms(case, vault.of(case), owner)
        protection.take_in(turn, at_level(submissions, level))
        locations.put(turn, seen_at)
        if wishes is not None:
            locations.put_wishes(turn, wishes)
        desk.hand_over(turn)
        turn.log_access("opened")
        turn.blur_the_log()
        return Receipt(code.number, code.secret, protection.status(turn))


def _new_case(*, opened_on: date, due_on: date) -> Case:
    """Two who draw the same slot at once: the second draws again."""
    while True:
        try:
            with transaction.atomic():
                return Case.objects.create(
                    id=random_key(), slot=vault.draw(), opened_on=opened_on, due_on=due_on
                )
        except IntegrityError:
            continue


def at_level(submissions: Sequence[Submission], level: Level) -> list[Submission]:
    """The submissions with no more hashes than the person agreed to."""
    if level == "family":
        return list(submissions)
    return [
        replace(
            submission,
            hashes=tuple(hash_ for hash_ in submission.hashes if hash_.role == "whole"),
            moments=videos.of_the_whole(submission.moments),
        )
        for submission in submissions
    ]


def add_items(file: Casefile, submissions: Sequence[Submission]) -> Status:
    """Protect more, at the level that the person chose. Raises `InputRefused`, `TooLarge`, `NotGranted`."""
    if not submissions:
        raise _EMPTY
    with file.turn() as turn:
        level = locations.wishes_of(turn).level
        protection.take_in(turn, at_level(submissions, level))
        turn.log_access("items-added")
        return protection.status(turn)


def view(file: Casefile) -> View:
    """The case at a glance. A person's session lets the desk in where nobody at the hotline has the case."""
    with file.turn() as turn:
        person, sees = turn.role == "person", turn.may_read("protection")
        desk.hand_over(turn)
        status = protection.status(turn) if sees else None
        found = View(
            by="person" if person else "helper",
            state=next(state for state in STATES if state == turn.case.state) if sees else None,
            status=nicknames.on(turn, status) if status and person else status,
            wishes=locations.wishes_of(turn) if turn.may_read("locations") else None,
            locations=locations.known(turn) if "locations" in turn.writes else None,
            recovery_asked=recovery.pending(turn) if person else None,
            recovery_prepared=person and recovery.is_prepared(turn),
            may_add_locations="locations" in turn.writes,
            may_read_log=person or turn.sees_log,
            notices=tasks.notices(turn),
            desk_waits=person and turn.case.state == "new" and desk.state() == "waiting",
        )
        turn.log_access("case")
        return found


def take_back(file: Casefile, which: Sequence[int] | Literal["all"]) -> Status:
    """Take items back, by their numbers, or all. Raises `NotGranted`, `InputRefused`."""
    with file.turn() as turn:
        stopping.at_once(turn, which)
        turn.log_access("withdrawn")
        return protection.status(turn)


def stop_in_an_hour(file: Casefile, which: Sequence[int] | Literal["all"]) -> Status:
    """Take items back in an hour, unless they are kept by then. Raises `NotGranted`, `InputRefused`."""
    with file.turn() as turn:
        stopping.in_an_hour(turn, which)
        turn.log_access("withdrawn")
        return protection.status(turn)


def keep_after_all(file: Casefile, which: Sequence[int] | Literal["all"] = "all") -> Status:
    """Have everything go on that waits for its hour; `which` was seen to. Raises `TooLateToKeep`,
    `InputRefused`, `NotGranted`."""
    with file.turn() as turn:
        if stopping.keep_after_all(turn, which):
            turn.log_access("kept-after-all")
        return protection.status(turn)


def access_log(file: Casefile) -> list[LogEntry]:
    """Who read or did what in the case, newest first. Raises `NotFound`, `NotGranted`."""
    with file.turn() as turn:
        return turn.log()


def status(number: str, secret: str) -> Status:
    """How the case of a receipt stands. Raises `NotFound`, `InputRefused`, `NotGranted`."""
    with access_codes.enter(number, secret).turn() as turn:
        turn.log_access("status")
        return protection.status(turn)


def withdraw(number: str, secret: str, which: Sequence[int] | Literal["all"]) -> Status:
    """Take items of a case back with its receipt. Raises `NotFound`, `InputRefused`."""
    return take_back(access_codes.enter(number, secret), which)
