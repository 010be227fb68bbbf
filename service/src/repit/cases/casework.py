"""What those at the hotline do with cases: see what presses, take it up, hand it on, let it go.

In: a desk's or a caseworker's `Holder`. Out: summaries, `Casefile`s. Next: the desk's pages, which call
these, `thread`, `places`, `tasks`, `checklist` and `closing` with the file they get here.

The rules are kept by keys, not by lists: a caseworker opens what was granted to them and nothing else.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db import transaction

from repit.cases import (
    caseworkers,
    checklist,
    desk,
    grants,
    places,
    protection,
    tasks,
    thread,
    urgency,
    way_back,
)
from repit.cases.casefile import Casefile, Turn
from repit.cases.checklist import Checklist
from repit.cases.grants import Holder
from repit.cases.looks import Looked
from repit.cases.looks import of as looks_of
from repit.cases.models import Case, CaseStep, Caseworker
from repit.cases.places import Places, Wishes
from repit.cases.protection import Status
from repit.cases.states import LIVE, STATES, CaseState
from repit.cases.tasks import Tasked
from repit.cases.thread import Message
from repit.cases.urgency import Facts, Urgency
from repit.cases.way_back import Asked
from repit.foundation.clock import now
from repit.foundation.errors import NotFound, NotGranted, Text, TransitionRefused
from repit.foundation.ids import ALPHABET, grouped
from repit.foundation.sealing import keyed_digest

MOST_WAITING: Final = 50


@dataclass(frozen=True, slots=True, repr=False)
class Summary:
    """A case on a list: `case` names it in addresses of pages and opens nothing, `label` among colleagues."""

    case: int
    label: str
    state: CaseState
    opened_on: date
    wishes: Wishes
    kinds: Sequence[str]
    places: int
    messages: int
    urgency: Urgency


@dataclass(frozen=True, slots=True, repr=False)
class Overview:
    """A case in full, as far as its holder may read it."""

    summary: Summary
    status: Status
    places: Places
    messages: Sequence[Message]
    tasks: Sequence[Tasked]
    checklist: Checklist | None
    steps: Sequence[tuple[date, str, str, str]]
    holders: Sequence[str]
    way_back: Asked | None


@dataclass(frozen=True, slots=True, repr=False)
class Waiting:
    """New cases that nobody has: the most pressing of the oldest, and how many more there are."""

    shown: Sequence[Summary]
    more: int


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A case that colleagues have; nothing in it was opened to say so."""

    case: int
    label: str
    state: str
    opened_on: date
    holders: Sequence[str]


@dataclass(frozen=True, slots=True, repr=False)
class Tray:
    """Everything on someone's desk; `waiting` and `elsewhere` are None for who takes no cases in."""

    mine: Sequence[Summary]
    closed: Sequence[Elsewhere]
    waiting: Waiting | None
    elsewhere: Sequence[Elsewhere] | None


def tray(by: Holder) -> Tray:
    """What a caseworker has, and what those who take cases in find at the desk."""
    mine, done = inbox(by), closed(by)
    try:
        at_desk = desk.unlock(by)
    except NotGranted:
        return Tray(mine, done, None, None)
    return Tray(mine, done, waiting(at_desk), elsewhere(at_desk))


def file_of(by: Holder, case_id: int) -> Casefile:
    """A case in someone's own hands, or at the desk for those who take cases in. Raises `NotFound`."""
    if grants.holds(case_id, by.named):
        return Casefile(case_id, by)
    try:
        return Casefile(case_id, desk.unlock(by))
    except NotGranted:
        raise NotFound from None


def inbox(at: Holder) -> list[Summary]:
    """The open cases granted to the desk or to a caseworker, the most pressing first; the look is noted."""
    return _listed(at, caseworkers.cases_of(at, LIVE))


def waiting(at_desk: Holder) -> Waiting:
    """The new cases that nobody has, for those who take cases in. Only the oldest are opened for it."""
    opened = dict(Case.objects.filter(state="new").values_list("pk", "opened_on"))
    mine = caseworkers.cases_of(at_desk, ["new"])
    taken = {pk for held in caseworkers.everyone() for pk in held.cases}
    free = sorted((pk for pk in mine if pk not in taken and pk in opened), key=lambda pk: (opened[pk], pk))
    return Waiting(_listed(at_desk, free[:MOST_WAITING]), max(0, len(free) - MOST_WAITING))


def elsewhere(at_desk: Holder) -> list[Elsewhere]:
    """Every open case that someone has, for those who take cases in: who has it, not what is in it."""
    held: dict[int, list[str]] = {}
    for one in caseworkers.everyone():
        for pk in one.cases:
            held.setdefault(pk, []).append(one.who)
    mine = set(caseworkers.cases_of(at_desk, LIVE))
    rows = Case.objects.filter(state__in=LIVE).exclude(state="new").order_by("opened_on", "pk")
    return [
        Elsewhere(row.pk, label(row.pk), row.state, row.opened_on, held.get(row.pk, []))
        for row in rows
        if row.pk in mine
    ]


def closed(at: Holder) -> list[Elsewhere]:
    """The closed cases that are still in someone's hands, until their time is over; nothing is opened."""
    rows = Case.objects.filter(state="closed").order_by("due_on", "pk")
    mine = set(caseworkers.cases_of(at, ["closed"]))
    return [Elsewhere(row.pk, label(row.pk), row.state, row.opened_on, []) for row in rows if row.pk in mine]


def overview(file: Casefile) -> Overview:
    """One case. Raises `NotFound` where it is not (or no longer) granted."""
    with file.turn() as turn:
        steps = CaseStep.objects.filter(case=turn.case).order_by("number")
        found = Overview(
            _summary_in(turn),
            protection.standing(turn),
            places.known(turn),
            thread.known(turn) if turn.may_read("thread") else (),
            tasks.known(turn),
            checklist.known(turn),
            [(s.on, s.before, s.after, s.by) for s in steps],
            holders(turn.case.id),
            way_back.pending(turn),
        )
        turn.look("case")
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
        turn.look(f"assigned to {who}")


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
        turn.look(f"released by {who}")


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


def label(case_id: int) -> str:
    """Eight signs by which colleagues speak of a case; they open nothing and are not on the receipt."""
    raw = keyed_digest("case label", str(case_id).encode())
    return grouped("".join(ALPHABET[byte % 32] for byte in raw[:8]), 4)


def looks(file: Casefile) -> list[Looked]:
    """Who looked, newest first, for those who have the case. Raises `NotFound`."""
    with file.turn() as turn:
        return looks_of(turn.case, turn.keys)


def _has(case_id: int, who: str) -> bool:
    return grants.holds(case_id, caseworkers.named(who))


def _listed(at: Holder, case_ids: Iterable[int]) -> list[Summary]:
    found: list[Summary] = []
    for pk in case_ids:
        with suppress(NotFound):  # erased, or taken away, a moment ago
            found.append(_summary(Casefile(pk, at)))
    return sorted(found, key=lambda summary: (summary.urgency.rank, summary.case))


def _summary(file: Casefile) -> Summary:
    with file.turn() as turn:
        found = _summary_in(turn)
        turn.look_at_the_list()
        return found


def _summary_in(turn: Turn) -> Summary:
    status = protection.standing(turn)
    sees_places = turn.may_read("places")
    return Summary(
        turn.case.id,
        label(turn.case.id),
        next(state for state in STATES if state == turn.case.state),
        turn.case.opened_on,
        places.wishes_of(turn) if sees_places else Wishes(),
        sorted({item.kind for item in status.items}),
        places.known(turn).count if sees_places else 0,
        thread.count(turn.case.id),
        urgency.of(_facts(turn), now()),
    )


def _facts(turn: Turn) -> Facts:
    listed = checklist.known(turn)
    return Facts(
        state=next(state for state in STATES if state == turn.case.state),
        opened_on=turn.case.opened_on,
        taken=turn.role == "caseworker" or turn.case.state in ("in-hand", "waiting"),
        danger=listed.danger if listed else False,
        waits_since=thread.waits_since(turn),
        next_due=tasks.next_due(turn),
        steps_open=listed.open if listed else 0,
        way_back=way_back.pending(turn) is not None,
    )
