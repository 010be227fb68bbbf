"""What is to be done in a case, and by when.

In: a caseworker's words and a due time. Out: sealed tasks; the days on which they are due, for counting; what
of them the person is told. Next: `casework`, `oversight`, the person's page.

What a task is and its exact time are sealed in the thread's room, so the person holds a key to them and a
supervisor does not. In clear stand its state and the day: with these a supervisor sees what is late, and a
thief on which days something was to be done.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, Literal, NamedTuple, get_args

from repit.foundation.clock import now
from repit.foundation.errors import InputRefused, Text, TooLarge, TransitionRefused
from repit.foundation.ids import random_key
from repit.hotline.cases import locations
from repit.hotline.cases.casefile import Casefile, Turn, worked
from repit.hotline.cases.models import Task
from repit.hotline.cases.records import Entry

TaskState = Literal["open", "done", "dropped"]
TaskKind = Literal["write", "evidence", "notice", "answer", "watch", "other"]
STATES: Final[tuple[TaskState, ...]] = get_args(TaskState)
KINDS: Final[tuple[TaskKind, ...]] = get_args(TaskKind)
TRANSITIONS: Final[dict[tuple[TaskState, TaskState], str]] = {
    ("open", "done"): "it was done",
    ("open", "dropped"): "it is not needed any more",
    ("done", "open"): "it was not done after all",
    ("dropped", "open"): "it is needed after all",
}
NOTIFIED: Final[frozenset[TaskKind]] = frozenset({"answer"})
"""Kinds of which the person is told: a notice went out, and its answer is due."""
MAX_TASKS: Final = 200
MAX_CHARACTERS: Final = 500
FARTHEST: Final = timedelta(days=366)
_KIND: Final = "task"


class TaskWithoutWords(InputRefused):
    code = "task-without-words"
    message = Text("The task says nothing.", "La tâche ne dit rien.")
    next_step = Text("Choose what it is, or write a few words.", "Choisissez ce que c’est, ou écrivez-le.")


class TaskTooLong(TooLarge):
    code = "task-too-long"
    message = Text("These are too many words for a task.", "Cela fait trop de mots pour une tâche.")
    next_step = Text("Write 500 characters at most.", "Écrivez 500 caractères au plus.")


class TooManyTasks(TooLarge):
    code = "too-many-tasks"
    message = Text(
        "This case holds as many tasks as a case can.",
        "Ce dossier a autant de tâches qu’un dossier peut en avoir.",
    )
    next_step = Text(
        "Put off, or open again, one that stands there.", "Reportez ou rouvrez une de celles qui y sont."
    )


class NoSuchAddress(InputRefused):
    code = "no-such-address"
    message = Text("There is no such address.", "Cette adresse n’existe pas.")
    next_step = Text("Choose one from the list, or none.", "Choisissez-en une dans la liste, ou aucune.")


class New(NamedTuple):
    """A task to be added. `location` is the number of the address it is about, or 0."""

    kind: TaskKind
    text: str
    due_at: datetime
    location: int = 0


@dataclass(frozen=True, slots=True, repr=False)
class Tasked:
    """One task, opened. `by` is the account that added it."""

    number: int
    kind: TaskKind
    text: str
    due_at: datetime
    state: TaskState
    by: str
    location: int = 0
    location_text: str = ""

    @property
    def is_late(self) -> bool:
        """Whether it is open and its time is over."""
        return self.state == "open" and self.due_at <= now()

    @property
    def days_late(self) -> int:
        """Whole days since it was due; 0 on the first."""
        return max(0, (now() - self.due_at).days)


@dataclass(frozen=True, slots=True, repr=False)
class TaskNotice:
    """What the person sees of a task that concerns them; nothing of what the caseworker noted."""

    location: str
    due_at: datetime
    state: Literal["open", "late", "done"]


def add(file: Casefile, new: New) -> int:
    """Add a task; its number. Raises `TaskWithoutWords`, `TaskTooLong`, `TooManyTasks`, `NoSuchAddress`,
    `InputRefused` for its time, `NotGranted`."""
    text = " ".join(new.text.split())
    if len(text) > MAX_CHARACTERS:
        raise TaskTooLong
    if new.kind not in KINDS or (new.kind == "other" and not text):
        raise TaskWithoutWords
    with worked(file) as turn:
        if turn.count(_KIND) >= MAX_TASKS:
            raise TooManyTasks
        if new.location and new.location not in {location.number for location in locations.known(turn).shown}:
            raise NoSuchAddress
        value = {"kind": new.kind, "text": text, "location": new.location, "by": turn.holder.who}
        number = turn.add("thread", _KIND, {**value, "due_at": _written(_future(new.due_at))})
        Task.objects.create(
            id=random_key(), case=turn.case, number=number, state="open", due_on=_day(new.due_at)
        )
        turn.log_access(f"task {number} open")
        return number


def move(file: Casefile, number: int, after: TaskState) -> None:
    """Done, not needed, or open again. Raises `TransitionRefused`, `InputRefused`, `NotGranted`."""
    with worked(file) as turn:
        row = _row(turn, number)
        before = _state(row)
        if (before, after) not in TRANSITIONS:
            raise TransitionRefused(detail=f"task {before} to {after}")
        Task.objects.filter(pk=row.pk, state=before).update(state=after)
        turn.log_access(f"task {number} {after}")


def put_off(file: Casefile, number: int, due_at: datetime) -> None:
    """Another due time for an open task. Raises `TransitionRefused`, `InputRefused`, `NotGranted`."""
    with worked(file) as turn:
        row = _row(turn, number)
        if row.state != "open":
            raise TransitionRefused(detail="a task that is not open")
        entry = next(task for task in turn.read("thread", _KIND) if task.number == number)
        turn.rewrite(entry, {**entry.value, "due_at": _written(_future(due_at))})
        Task.objects.filter(pk=row.pk).update(due_on=_day(due_at))
        turn.log_access(f"task {number} due")


def known(turn: Turn) -> list[Tasked]:
    """Every task that this holder may read: open ones first, by due time."""
    if not turn.may_read("thread"):
        return []
    states = dict(Task.objects.filter(case=turn.case).values_list("number", "state"))
    where = {location.number: location.text for location in locations.known(turn).shown}
    found = [_opened(entry, states, where) for entry in turn.read("thread", _KIND)]
    return sorted(found, key=lambda task: (task.state != "open", task.due_at, task.number))


def open_ones(turn: Turn) -> list[Tasked]:
    """Those that are open, the first due first, for those who may read them; not which address they are
    about."""
    numbers = turn.open_tasks()
    if not numbers or not turn.may_read("thread"):
        return []
    states = dict.fromkeys(numbers, "open")
    found = [_opened(entry, states, {}) for entry in turn.read("thread", _KIND, numbers)]
    return sorted(found, key=lambda task: (task.due_at, task.number))


def notices(turn: Turn) -> list[TaskNotice]:
    """What of them the person is told, the earliest due first."""
    if turn.role != "person":
        return []
    return [
        TaskNotice(
            task.location_text,
            task.due_at,
            "done" if task.state == "done" else "late" if task.is_late else "open",
        )
        for task in known(turn)
        if task.kind in NOTIFIED and task.state != "dropped"
    ]


def _opened(entry: Entry, states: Mapping[int, str], where: Mapping[int, str]) -> Tasked:
    value: dict[str, Any] = entry.value
    state = next(known_state for known_state in STATES if known_state == states[entry.number])
    return Tasked(
        entry.number,
        value["kind"],
        value["text"],
        datetime.fromisoformat(value["due_at"]),
        state,
        value["by"],
        value["location"],
        where.get(value["location"], ""),
    )


def _row(turn: Turn, number: int) -> Task:
    row = Task.objects.filter(case=turn.case, number=number).first()
    if row is None:
        raise InputRefused(Text("There is no such task.", "Cette tâche n’existe pas."))
    return row


def _state(row: Task) -> TaskState:
    return next(state for state in STATES if state == row.state)


def _future(due_at: datetime) -> datetime:
    if not now() <= due_at <= now() + FARTHEST:
        raise InputRefused(
            Text("This time is over, or too far away.", "Cette heure est passée, ou trop lointaine."),
            Text("Choose a time within a year.", "Choisissez une heure dans l’année qui vient."),
        )
    return due_at


def _written(due_at: datetime) -> str:
    return due_at.astimezone(UTC).isoformat(timespec="minutes")


def _day(due_at: datetime) -> date:
    return due_at.astimezone(UTC).date()
