"""The first 24 hours of a case: what must not be forgotten, and who has seen to it.

In: a caseworker's ticks. Out: one sealed record; the list again for those who have the case. Next:
`casework`, the desk. The order is the helplines': people first, then what is lost when it is not kept in
time, then what comes next. The hour at which a case was opened is not kept, so the list runs to the end of
the next day.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, Literal, get_args

from repit.foundation.clock import now
from repit.foundation.errors import InputRefused, Text, TransitionRefused
from repit.hotline.cases.casefile import Casefile, Turn, worked
from repit.hotline.cases.records import Entry

StepState = Literal["open", "done", "not-needed"]
Code = Literal[
    "safe", "adult", "written", "protected", "locations", "evidence", "notices", "accounts", "support", "next"
]
STATES: Final[tuple[StepState, ...]] = get_args(StepState)
CODES: Final[tuple[Code, ...]] = get_args(Code)
TRANSITIONS: Final[dict[tuple[StepState, StepState], str]] = {
    ("open", "done"): "seen to",
    ("open", "not-needed"): "not needed in this case",
    ("done", "open"): "not seen to after all",
    ("not-needed", "open"): "needed after all",
}
_KIND: Final = "checklist"


@dataclass(frozen=True, slots=True)
class Point:
    """One line of the list; `by` and `at` of whoever changed it last."""

    code: Code
    state: StepState = "open"
    by: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Checklist:
    """The whole list. `danger` puts the case above all others on the desk."""

    points: tuple[Point, ...]
    danger: bool
    until: date

    @property
    def open(self) -> int:
        return sum(point.state == "open" for point in self.points)


def mark(file: Casefile, code: str, after: str) -> None:
    """Change one line. Raises `InputRefused`, `TransitionRefused`, `NotGranted`."""
    if code not in CODES or after not in STATES:
        raise InputRefused(Text("The list has no such line.", "La liste n’a pas cette ligne."))
    with worked(file) as turn:
        entry, value = _held(turn)
        before: Any = value["points"].get(code, ["open"])[0]
        state = next(known_state for known_state in STATES if known_state == after)
        if (before, state) not in TRANSITIONS:
            raise TransitionRefused(detail=f"checklist {before} to {after}")
        at = now().astimezone(UTC).isoformat(timespec="minutes")
        points = {**value["points"], code: [state, turn.holder.who, at]}
        _write(turn, entry, {**value, "points": points})
        turn.log_access(f"checklist {code} {after}")


def set_danger(file: Casefile, danger: bool) -> None:
    """Someone may be in danger, or is not any more. Raises `NotGranted`."""
    with worked(file) as turn:
        entry, value = _held(turn)
        _write(turn, entry, {**value, "danger": danger})
        turn.log_access("danger" if danger else "no danger")


def known(turn: Turn) -> Checklist | None:
    """The list, for those who may read it."""
    if not turn.may_read("thread"):
        return None
    _, value = _held(turn)
    points = tuple(_point(code, value["points"]) for code in CODES)
    return Checklist(points, value["danger"], turn.case.opened_on + timedelta(days=1))


def _point(code: Code, held: Mapping[str, Any]) -> Point:
    if code not in held:
        return Point(code)
    state, by, at = held[code]
    return Point(code, state, by, datetime.fromisoformat(at))


def _held(turn: Turn) -> tuple[Entry | None, dict[str, Any]]:
    found = turn.read("thread", _KIND)
    return (found[0], found[0].value) if found else (None, {"points": {}, "danger": False})


def _write(turn: Turn, entry: Entry | None, value: Mapping[str, Any]) -> None:
    if entry is None:
        turn.add("thread", _KIND, value)
    else:
        turn.rewrite(entry, value)
