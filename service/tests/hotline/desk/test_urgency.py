"""Which case comes first, from facts alone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from repit.hotline.cases import urgency
from repit.hotline.cases.urgency import Facts

MOMENT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
TODAY = MOMENT.date()
BEFORE = TODAY - timedelta(days=3)


def hours(number: float) -> datetime:
    return MOMENT + timedelta(hours=number)


CASES = [
    ({"danger": True}, "danger"),
    ({"next_due": hours(0)}, "late"),
    ({"next_due": hours(-100)}, "late"),
    ({"state": "new", "taken": False, "opened_on": TODAY - timedelta(days=1)}, "not-taken"),
    ({"waits_since": hours(-24)}, "waits-long"),
    ({"next_due": hours(24)}, "today"),
    ({"recovery": True}, "recovery"),
    ({"opened_on": TODAY, "steps_open": 1}, "first-day"),
    ({"opened_on": TODAY - timedelta(days=1), "steps_open": 1}, "first-day"),
    ({"opened_on": TODAY - timedelta(days=2), "steps_open": 1}, "none"),
    ({"waits_since": hours(-23.9)}, "answer"),
    ({"state": "new", "taken": False, "opened_on": TODAY}, "new"),
    ({"next_due": hours(24.1)}, "none"),
    ({}, "none"),
]


@pytest.mark.parametrize(("facts", "reason"), CASES)
def test_one_fact_gives_one_reason(facts: dict, reason: str) -> None:
    whole = Facts(**{"state": "in-hand", "opened_on": BEFORE, **facts})
    assert urgency.of(whole, MOMENT).reasons == (reason,)


def test_every_reason_is_met_above() -> None:
    assert {reason for _, reason in CASES} == set(urgency.ORDER)


def test_reasons_stand_in_their_order_and_the_earlier_moment_first() -> None:
    first = urgency.of(Facts("in-hand", BEFORE, danger=True, next_due=hours(-1)), MOMENT)
    assert first.reasons == ("danger", "late")
    sooner, later = (urgency.of(Facts("in-hand", BEFORE, next_due=hours(h)), MOMENT) for h in (2, 3))
    assert first.rank < sooner.rank < later.rank
    younger, older = (
        urgency.of(Facts("new", day, taken=False), MOMENT) for day in (date(2026, 3, 1), BEFORE)
    )
    assert older.rank < younger.rank
