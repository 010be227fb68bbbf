"""What presses, on the desk: lists of cases, the most pressing first.

In: a desk's or a caseworker's `Holder`. Out: summaries, each noted in the log; of cases in other
hands only who has them. Next: the inbox, `casework`, which shows one case of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from repit.foundation.clock import now
from repit.foundation.errors import NotGranted
from repit.foundation.ids import ALPHABET, grouped
from repit.foundation.sealing import keyed_digest
from repit.hotline.cases import (
    access_log,
    caseworkers,
    checklist,
    desk,
    locations,
    naming,
    recovery,
    tasks,
    thread,
    together,
    urgency,
)
from repit.hotline.cases.casefile import Turn
from repit.hotline.cases.caseworkers import Caseload
from repit.hotline.cases.grants import Holder
from repit.hotline.cases.models import Case
from repit.hotline.cases.records import RecordKind
from repit.hotline.cases.rooms import RoomName
from repit.hotline.cases.states import LIVE, STATES, CaseState
from repit.hotline.cases.tasks import Tasked
from repit.hotline.cases.thread import Message
from repit.hotline.cases.urgency import Facts, Urgency

MOST_WAITING: Final = 50
_TOGETHER: Final = 100
_KINDS: Final[tuple[RecordKind, ...]] = ("message", "task", "checklist", "name")
_ROOMS: Final[tuple[RoomName, ...]] = ("thread",)


@dataclass(frozen=True, slots=True, repr=False)
class Summary:
    """A case on a list: `case` names it in addresses of pages and opens nothing, `label` among colleagues.

    `name`: what they call it. `last`: the last message. `waits_since`: the person waits for an answer.
    `tasks`: those that are open, the first due first. `addresses`: only where they were asked for.
    """

    case: int
    label: str
    name: str
    state: CaseState
    opened_on: date
    last: Message | None
    waits_since: datetime | None
    tasks: Sequence[Tasked]
    urgency: Urgency
    addresses: Sequence[str] = ()

    @property
    def moved(self) -> date:
        """When something was said last; the day on which it was opened, where nothing was."""
        return self.last.at if self.last else self.opened_on


@dataclass(frozen=True, slots=True, repr=False)
class Waiting:
    """New cases that nobody has: how many, and of the oldest the most pressing first, if they were opened."""

    count: int
    shown: Sequence[Summary]

    @property
    def more(self) -> int:
        """How many wait behind those that a list shows."""
        return max(0, self.count - MOST_WAITING)


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
    """Everything on someone's desk; `waiting` and `elsewhere` are None for who takes no cases in. `held`: how
    many are in their hands, those of `mine` if they were opened."""

    held: int
    mine: Sequence[Summary]
    closed: Sequence[Elsewhere]
    waiting: Waiting | None
    elsewhere: Sequence[Elsewhere] | None


def tray(by: Holder, *, opened: bool = True, addresses: bool = False) -> Tray:
    """What a caseworker has, and what those who take cases in find at the desk. Without `opened` the cases
    are counted alone, and nothing is noted. With `addresses` those are opened too, to be searched."""
    mine, done = inbox(by, addresses=addresses) if opened else (), closed(by)
    held = len(mine) if opened else len(caseworkers.cases_of(by, LIVE))
    try:
        at_desk = desk.unlock(by)
    except NotGranted:
        return Tray(held, mine, done, None, None)
    loads = caseworkers.everyone()
    free = waiting(at_desk, loads, opened=opened, addresses=addresses)
    return Tray(held, mine, done, free, elsewhere(at_desk, loads))


def inbox(at: Holder, *, addresses: bool = False) -> list[Summary]:
    """The open cases granted to the desk or to a caseworker, the most pressing first; the look is noted."""
    return _listed(at, caseworkers.cases_of(at, LIVE), addresses=addresses)


def waiting(
    at_desk: Holder, loads: Sequence[Caseload], *, opened: bool = True, addresses: bool = False
) -> Waiting:
    """The new cases that nobody has, for those who take cases in. Only the oldest are opened for it."""
    days = dict(Case.objects.filter(state="new").values_list("pk", "opened_on"))
    mine = caseworkers.cases_of(at_desk, ["new"])
    taken = {pk for held in loads for pk in held.cases}
    free = sorted((pk for pk in mine if pk not in taken and pk in days), key=lambda pk: (days[pk], pk))
    shown = _listed(at_desk, free[:MOST_WAITING], addresses=addresses) if opened else ()
    return Waiting(len(free), shown)


def elsewhere(at_desk: Holder, loads: Sequence[Caseload]) -> list[Elsewhere]:
    """Every open case that colleagues have, for those who take cases in: who has it, not what is in it."""
    held: dict[int, list[str]] = {}
    for caseload in loads:
        for pk in caseload.cases:
            held.setdefault(pk, []).append(caseload.who)
    mine = set(caseworkers.cases_of(at_desk, LIVE))
    return [
        Elsewhere(row.pk, label(row.pk), row.state, row.opened_on, held.get(row.pk, []))
        for row in Case.objects.filter(state__in=LIVE).order_by("opened_on", "pk")
        if row.pk in mine
        and (row.pk in held or row.state != "new")
        and at_desk.who not in held.get(row.pk, [])
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


def _listed(at: Holder, case_ids: Sequence[int], *, addresses: bool) -> list[Summary]:
    kinds: tuple[RecordKind, ...] = (*_KINDS, "location") if addresses else _KINDS
    rooms: tuple[RoomName, ...] = (*_ROOMS, "locations") if addresses else _ROOMS
    found: list[Summary] = []
    for start in range(0, len(case_ids), _TOGETHER):
        with together.turns(at, case_ids[start : start + _TOGETHER], kinds, rooms) as turns:
            found += [summary_in(turn, addresses=addresses) for turn in turns]
            seen = [(turn.case, turn.keys) for turn in turns]
            access_log.note_list(seen, by=at.kind, who=at.who)
    return sorted(found, key=lambda summary: (summary.urgency.rank, summary.case))


def summary_in(turn: Turn, *, addresses: bool = False) -> Summary:
    """A case's line within a turn, without one in the log."""
    latest, to_do = thread.latest(turn), tasks.open_ones(turn)
    return Summary(
        turn.case.id,
        label(turn.case.id),
        naming.known(turn),
        next(state for state in STATES if state == turn.case.state),
        turn.case.opened_on,
        latest.message,
        latest.waits_since,
        to_do,
        urgency.of(_facts(turn, latest.waits_since, to_do), now()),
        [location.text for location in locations.known(turn).shown] if addresses else [],
    )


def _facts(turn: Turn, waits_since: datetime | None, to_do: Sequence[Tasked]) -> Facts:
    listed = checklist.known(turn)
    return Facts(
        state=next(state for state in STATES if state == turn.case.state),
        opened_on=turn.case.opened_on,
        taken=turn.role == "caseworker" or turn.case.state in ("in-hand", "waiting"),
        danger=listed.danger if listed else False,
        waits_since=waits_since,
        next_due=to_do[0].due_at if to_do else None,
        steps_open=listed.open if listed else 0,
        recovery=recovery.is_asked(turn),
    )
