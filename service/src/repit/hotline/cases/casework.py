"""What those at the hotline do with cases: open one, take it up, hand it on, let it go.

In: a desk's or a caseworker's `Holder`, a case of their `worklist`. Out: `Casefile`s, one case in full. Next:
the desk's pages, which call these, `thread`, `locations`, `tasks`, `checklist` and `closing` with the file.

The rules are kept by keys, not by lists: a caseworker opens what was granted to them and nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from repit.foundation.errors import NotFound, NotGranted, Text, TransitionRefused
from repit.hotline.cases import (
    caseworkers,
    checklist,
    desk,
    grants,
    locations,
    protection,
    recovery,
    tasks,
    thread,
)
from repit.hotline.cases.access_log import LogEntry
from repit.hotline.cases.casefile import Casefile
from repit.hotline.cases.checklist import Checklist
from repit.hotline.cases.grants import Holder
from repit.hotline.cases.locations import Locations, Wishes
from repit.hotline.cases.models import CaseStep, Caseworker
from repit.hotline.cases.protection import Status
from repit.hotline.cases.recovery import Asked
from repit.hotline.cases.tasks import Tasked
from repit.hotline.cases.thread import Message
from repit.hotline.cases.worklist import Summary, summary_in


@dataclass(frozen=True, slots=True, repr=False)
class Overview:
    """A case in full, as far as its holder may read it."""

    summary: Summary
    status: Status
    wishes: Wishes
    locations: Locations
    messages: Sequence[Message]
    tasks: Sequence[Tasked]
    checklist: Checklist | None
    steps: Sequence[tuple[date, str, str, str]]
    holders: Sequence[str]
    recovery: Asked | None


def file_of(by: Holder, case_id: int) -> Casefile:
    """A case in someone's own hands, or at the desk for those who take cases in. Raises `NotFound`."""
    if grants.holds(case_id, by.named):
        return Casefile(case_id, by)
    try:
        return Casefile(case_id, desk.unlock(by))
    except NotGranted:
        raise NotFound from None


def overview(file: Casefile) -> Overview:
    """One case. Raises `NotFound` where it is not (or no longer) granted."""
    with file.turn() as turn:
        steps = CaseStep.objects.filter(case=turn.case).order_by("number")
        found = Overview(
            summary_in(turn),
            protection.status(turn),
            locations.wishes_of(turn) if turn.may_read("locations") else Wishes(),
            locations.known(turn),
            thread.known(turn) if turn.may_read("thread") else (),
            tasks.known(turn),
            checklist.known(turn),
            [(s.on, s.before, s.after, s.by) for s in steps],
            holders(turn.case.id),
            recovery.pending(turn),
        )
        turn.log_access("case")
        return found


def assign(at: Holder, case_id: int, who: str) -> None:
    """Give a case to a caseworker (oneself too), from the desk or from the one who has it.

    Raises `NotFound`, `NotGranted`.
    """
    to = caseworkers.named(who)
    with Casefile(case_id, at).turn() as turn:
        if turn.role not in ("desk", "caseworker"):
            raise NotGranted
        turn.give(to, [room for room in desk.ROOMS if turn.may_read(room)])
        if turn.case.state in ("new", "closed"):
            turn.move("in-hand")
        turn.log_access(f"assigned to {who}")


def take(file: Casefile) -> None:
    """Take a case that nobody has into one's own hands, or one's own up again. Raises `TransitionRefused`
    where a colleague was quicker."""
    with transaction.atomic():
        with file.turn() as turn:
            others = [who for who in holders(turn.case.id) if who != file.holder.who]
            if others:
                raise TransitionRefused(
                    Text("A colleague has this case.", "Un ou une collègue a ce dossier."),
                    Text("Ask them to hand it on.", "Demandez-lui de vous le passer."),
                )
        assign(file.holder, file.case_id, file.holder.who)


def release(at: Holder, case_id: int, who: str) -> None:
    """Take a case from a caseworker: its rooms get new keys. Raises `NotFound`, `NotGranted`.

    Without anybody left it is new again, for the desk.
    """
    from_whom = caseworkers.named(who)
    with Casefile(case_id, at).turn() as turn:
        if turn.role not in ("desk", "caseworker"):
            raise NotGranted
        grants.withdraw(case_id, "caseworker", from_whom.id)
        turn.rotate([room for room in desk.ROOMS if turn.may_read(room)])
        if not holders(case_id) and turn.case.state in ("in-hand", "waiting"):
            turn.move("new")
        turn.log_access(f"released by {who}")


def part_with(by: Holder, who: str) -> None:
    """Someone left, or lost their passphrase: every case they had is new or stays with the others, with new
    keys, and theirs open nothing any more. Raises `NotGranted`, `NotFound`, `TransitionRefused`."""
    if who == by.who:
        raise TransitionRefused(detail="one cannot part with oneself")
    with transaction.atomic():
        at_desk = desk.unlock(by)
        leaving = caseworkers.named(who)
        if who in desk.members():
            at_desk = desk.dismiss(by, who)
        for case_id in caseworkers.cases_of(Holder("caseworker", leaving.id, by.pair)):
            if grants.holds(case_id, at_desk.named):
                release(at_desk, case_id, who)
        caseworkers.retire(who, actor=by.who)


def holders(case_id: int) -> list[str]:
    """The accounts that have a case."""
    return [
        who for who in Caseworker.objects.order_by("who").values_list("who", flat=True) if _has(case_id, who)
    ]


def access_log(file: Casefile) -> list[LogEntry]:
    """Who read or did what, newest first, for those who have the case. Raises `NotFound`."""
    with file.turn() as turn:
        return turn.log()


def _has(case_id: int, who: str) -> bool:
    return grants.holds(case_id, caseworkers.named(who))
