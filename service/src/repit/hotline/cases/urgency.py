"""What makes a case pressing, as a table.

In: facts about one case, the present moment. Out: its reasons, the most pressing first, and a rank to sort
by. Next: `worklist`, the desk's list, which says the reasons in words. Pure.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal

from repit.hotline.cases.states import CaseState

Reason = Literal[
    "danger", "late", "not-taken", "waits-long", "today", "recovery", "first-day", "answer", "new", "none"
]
DAY: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one case without reading what was said.

    `waits_since`: the person wrote last, at that moment. `next_due`: of the tasks that are open.
    `steps_open`: of the checklist. `taken`: someone has the case.
    """

    state: CaseState
    opened_on: date
    taken: bool = True
    danger: bool = False
    waits_since: datetime | None = None
    next_due: datetime | None = None
    steps_open: int = 0
    recovery: bool = False


@dataclass(frozen=True, slots=True)
class Urgency:
    """`reasons` hold one at least; `since` breaks ties, the earlier first."""

    reasons: tuple[Reason, ...]
    since: datetime
    next_due: datetime | None = None

    @property
    def rank(self) -> tuple[int, datetime]:
        return ORDER.index(self.reasons[0]), self.since


_TESTS: Final[tuple[tuple[Reason, Callable[[Facts, datetime], bool]], ...]] = (
    ("danger", lambda facts, _: facts.danger),
    ("late", lambda facts, moment: facts.next_due is not None and facts.next_due <= moment),
    ("not-taken", lambda facts, moment: not facts.taken and facts.opened_on < moment.date()),
    (
        "waits-long",
        lambda facts, moment: facts.waits_since is not None and moment - facts.waits_since >= DAY,
    ),
    (
        "today",
        lambda facts, moment: facts.next_due is not None and moment < facts.next_due <= moment + DAY,
    ),
    ("recovery", lambda facts, _: facts.recovery),
    (
        "first-day",
        lambda facts, moment: facts.taken and facts.steps_open > 0 and moment.date() - facts.opened_on <= DAY,
    ),
    ("answer", lambda facts, moment: facts.waits_since is not None and moment - facts.waits_since < DAY),
    ("new", lambda facts, moment: not facts.taken and facts.opened_on >= moment.date()),
)
ORDER: Final[tuple[Reason, ...]] = (*(reason for reason, _ in _TESTS), "none")


def of(facts: Facts, moment: datetime) -> Urgency:
    """How pressing a case is now."""
    reasons = tuple(reason for reason, holds in _TESTS if holds(facts, moment)) or ("none",)
    opened = datetime(facts.opened_on.year, facts.opened_on.month, facts.opened_on.day, tzinfo=moment.tzinfo)
    since = {
        "late": facts.next_due,
        "today": facts.next_due,
        "waits-long": facts.waits_since,
        "answer": facts.waits_since,
    }.get(reasons[0])
    return Urgency(reasons, since or opened, facts.next_due)
