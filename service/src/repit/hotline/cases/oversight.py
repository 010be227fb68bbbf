"""What a supervisor sees: how much there is, how long people wait, who has how much.

In: columns that stand in clear (states, days, counts). Out: `Load`. Next: the supervisor's page. No function
here takes a holder's keys or opens a sealed value, so nothing that was said can come out of it. Cases are
counted; those that are late are named, too, by the eight signs of which colleagues speak.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import Final

from django.db.models import Count, Min, QuerySet

from repit.foundation.clock import now
from repit.hotline.cases import access_log, caseworkers, desk
from repit.hotline.cases.models import Case, CaseStep, RecoveryRequest, Task
from repit.hotline.cases.states import LIVE, STATES
from repit.hotline.cases.worklist import label

WINDOW: Final = timedelta(days=30)
TOO_LONG: Final = 7
MOST_LATE: Final = 50


@dataclass(frozen=True, slots=True)
class Workload:
    """How much one caseworker has; there to share work out, not to rank anyone."""

    who: str
    in_hand: int
    waiting: int
    tasks_open: int
    tasks_late: int
    takes_in: bool


@dataclass(frozen=True, slots=True)
class Waits:
    """Days between two steps, of the cases opened within the window. `by_days`: as `ages`."""

    cases: int
    median_days: float | None
    longest_days: int | None
    by_days: tuple[int, int, int, int] = (0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Late:
    """A case in which something is late: tasks, since the first of them was due, or (`tasks` is 0) that
    nobody has taken it since it was opened. `holders`: who has it."""

    label: str
    holders: Sequence[str]
    tasks: int
    since: date
    days: int


@dataclass(frozen=True, slots=True)
class Load:
    """Counts and days; no content, no key. `late`: the latest first, as many as fit on a page."""

    by_state: dict[str, int]
    new_by_age: tuple[int, int, int, int]
    oldest_new: date | None
    tasks_late: int
    tasks_today: int
    tasks_week: int
    recovery_requests: int
    opened: int
    closed: int
    taken_up: Waits
    answered: Waits
    not_held: int
    workloads: Sequence[Workload]
    desk_members: int
    late: Sequence[Late]


def load() -> Load:
    """Everything that a supervisor sees."""
    today = now().date()
    states = Counter(Case.objects.values_list("state", flat=True))
    new = sorted(Case.objects.filter(state="new").values_list("opened_on", flat=True))
    due = Counter(_due(today, day) for day in _open_tasks().values_list("due_on", flat=True))
    recent = dict(Case.objects.filter(opened_on__gte=today - WINDOW).values_list("pk", "opened_on"))
    takes_in = set(desk.members())
    everyone = caseworkers.everyone()
    held = {pk for caseload in everyone for pk in caseload.cases}
    in_hand = Case.objects.filter(state__in=("in-hand", "waiting")).values_list("pk", flat=True)
    return Load(
        by_state={state: states[state] for state in STATES},
        new_by_age=ages([(today - day).days for day in new]),
        oldest_new=new[0] if new else None,
        tasks_late=due["late"],
        tasks_today=due["today"],
        tasks_week=due["week"],
        recovery_requests=RecoveryRequest.objects.count(),
        opened=len(recent),
        closed=CaseStep.objects.filter(after="closed", on__gte=today - WINDOW).count(),
        taken_up=_waits(recent, "in-hand"),
        answered=_waits(recent, "waiting"),
        not_held=len(set(in_hand) - held),
        workloads=[_workload(caseload, today, takes_in) for caseload in everyone],
        desk_members=len(takes_in),
        late=_late(today, everyone),
    )


def ages(days: Sequence[int]) -> tuple[int, int, int, int]:
    """How many are of the same day, of the next, of the week, older."""
    return (
        days.count(0),
        days.count(1),
        sum(2 <= age < TOO_LONG for age in days),
        sum(age >= TOO_LONG for age in days),
    )


def first_answers(begins: date, ends: date) -> list[int]:
    """Of each case that got its first answer from `begins` up to the day before `ends`: the days since it was
    opened, in no order that leads back to a case."""
    first: dict[int, tuple[date, date]] = {}
    steps = CaseStep.objects.filter(after="waiting", on__lt=ends).order_by("-number")
    for case, opened, on in steps.values_list("case", "case__opened_on", "on"):
        first[case] = opened, on
    return sorted((on - opened).days for opened, on in first.values() if on >= begins)


def broken_logs() -> int:
    """In how many cases the access log does not hold together. Reads every row of it."""
    return sum(access_log.verify(pk) is not None for pk in Case.objects.values_list("pk", flat=True))


def _open_tasks() -> QuerySet[Task]:
    return Task.objects.filter(state="open", case__state__in=LIVE)


def _due(today: date, day: date) -> str:
    if day < today:
        return "late"
    if day == today:
        return "today"
    return "week" if day <= today + timedelta(days=7) else "later"


def _workload(held: caseworkers.Caseload, today: date, takes_in: Iterable[str]) -> Workload:
    states = Counter(Case.objects.filter(pk__in=held.cases).values_list("state", flat=True))
    tasks = list(_open_tasks().filter(case__in=held.cases).values_list("due_on", flat=True))
    return Workload(
        held.who,
        states["in-hand"],
        states["waiting"],
        len(tasks),
        sum(day < today for day in tasks),
        held.who in takes_in,
    )


def _waits(opened: dict[int, date], after: str) -> Waits:
    """From opening to the first step into a state."""
    first: dict[int, date] = {}
    steps = CaseStep.objects.filter(after=after, on__gte=now().date() - WINDOW).order_by("-number")
    for case, day in steps.values_list("case", "on"):
        if case in opened:
            first[case] = day
    days = [(day - opened[case]).days for case, day in first.items()]
    return Waits(len(days), median(days) if days else None, max(days) if days else None, by_days=ages(days))


def _late(today: date, everyone: Sequence[caseworkers.Caseload]) -> list[Late]:
    """Cases with tasks from a day before today, and those that nobody took on the day after they came."""
    holders: dict[int, list[str]] = {}
    for caseload in everyone:
        for pk in caseload.cases:
            holders.setdefault(pk, []).append(caseload.who)
    overdue = (
        _open_tasks().filter(due_on__lt=today).values("case").annotate(n=Count("pk"), since=Min("due_on"))
    )
    found = [(row["case"], row["n"], row["since"]) for row in overdue]
    left = Case.objects.filter(state="new", opened_on__lt=today - timedelta(days=1))
    found += [(pk, 0, day) for pk, day in left.values_list("pk", "opened_on") if pk not in holders]
    found.sort(key=lambda each: (each[2], each[0]))
    return [
        Late(label(pk), holders.get(pk, []), tasks, since, (today - since).days)
        for pk, tasks, since in found[:MOST_LATE]
    ]
