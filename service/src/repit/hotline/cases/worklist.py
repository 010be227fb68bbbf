"""What presses, on the desk: lists of cases, the most pressing first.

In: a desk's or a caseworker's `Holder`. Out: summaries, each noted in the log; of cases in other
hands only who has them. Next: the inbox, `casework`, which shows one case of them.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Final

from repit.foundation.clock import now
from repit.foundation.errors import NotFound, NotGranted
from repit.foundation.ids import ALPHABET, grouped
from repit.foundation.sealing import keyed_digest
from repit.hotline.cases import (
    caseworkers,
    checklist,
    desk,
    locations,
    protection,
    recovery,
    tasks,
    thread,
    urgency,
)
from repit.hotline.cases.casefile import Casefile, Turn
from repit.hotline.cases.grants import Holder
from repit.hotline.cases.locations import Wishes
from repit.hotline.cases.models import Case
from repit.hotline.cases.states import LIVE, STATES, CaseState
from repit.hotline.cases.urgency import Facts, Urgency

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
    locations: int
    messages: int
    urgency: Urgency


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
    for caseload in caseworkers.everyone():
        for pk in caseload.cases:
            held.setdefault(pk, []).append(caseload.who)
    mine = set(caseworkers.cases_of(at_desk, LIVE))
    return [
        Elsewhere(row.pk, label(row.pk), row.state, row.opened_on, held.get(row.pk, []))
        for row in Case.objects.filter(state__in=LIVE).order_by("opened_on", "pk")
        if row.pk in mine and (row.pk in held or row.state != "new")
    ]


def closed(at: Holder) -> list[Elsewhere]:
    """The closed cases that are still in someone's hands, until their time is over; nothing is opened."""
    rows = Case.objects.filter(state="closed").order_by("due_on", "pk")
    mine = set(caseworkers.cases_of(at, ["closed"]))
    return [Elsewhere(row.pk, label(row.pk), row.state, row.opened_on, []) for row in rows if row.pk in mine]


def label(case_id: int) -> str:
    """Eight signs by which colleagues speak of a case; they open nothing and are not on the receipt."""
    raw = keyed_digest("case label", str(case_id).encode())
    return grouped("".join(ALPHABET[byte % 32] for byte in raw[:8]), 4)


def _listed(at: Holder, case_ids: Iterable[int]) -> list[Summary]:
    found: list[Summary] = []
    for pk in case_ids:
        with suppress(NotFound):  # erased, or taken away, a moment ago
            found.append(_summary(Casefile(pk, at)))
    return sorted(found, key=lambda summary: (summary.urgency.rank, summary.case))


def _summary(file: Casefile) -> Summary:
    with file.turn() as turn:
        found = summary_in(turn)
        turn.log_list_access()
        return found


def summary_in(turn: Turn) -> Summary:
    """A case's line within a turn, without one in the log."""
    status = protection.status(turn)
    sees_locations = turn.may_read("locations")
    return Summary(
        turn.case.id,
        label(turn.case.id),
        next(state for state in STATES if state == turn.case.state),
        turn.case.opened_on,
        locations.wishes_of(turn) if sees_locations else Wishes(),
        sorted({item.kind for item in status.items}),
        locations.known(turn).count if sees_locations else 0,
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
        recovery=recovery.pending(turn) is not None,
    )
