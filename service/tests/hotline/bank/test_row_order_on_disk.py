"""After a night, how rows lie on the disk tells neither which were written together nor in which order."""

from __future__ import annotations

import secrets
from itertools import pairwise

import psycopg
import pytest
from django.db import connection, transaction

from repit.foundation import relaying
from repit.foundation.clock import now
from repit.foundation.models import Upkeep
from repit.hotline.cases.models import Case, Record
from repit.hotline.loops import upkeep

pytestmark = pytest.mark.django_db(transaction=True)
CASES = 40
BOTH = [Case, Record]


def open_case() -> int:
    """A case with two records, all in one transaction; each record is longer than a page."""
    with transaction.atomic():
        today = now().date()
        case = Case.objects.create(slot=secrets.randbelow(2**40), sealed=b"x", opened_on=today, due_on=today)
        for number in range(2):
            sealed = secrets.token_bytes(5_000)
            Record.objects.create(case=case, room="thread", mark="message", number=number, sealed=sealed)
    return case.pk


def lying() -> list[int]:
    """The cases of all records, in the order in which the disk has these."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT case_id FROM cases_record ORDER BY ctid")
            return [case for (case,) in cursor.fetchall()]
        cursor.execute(
            "SELECT path, pageno FROM dbstat WHERE name = 'cases_record' AND pagetype = 'overflow'"
        )
        pages = [page for _, page in sorted(cursor.fetchall())]
        cursor.execute("SELECT case_id FROM cases_record ORDER BY id")
        rows = [case for (case,) in cursor.fetchall()]
    return [case for _, case in sorted(zip(pages, rows, strict=True))]


def wrote() -> dict[int, set[int]]:
    """Which cases each transaction wrote, as PostgreSQL notes it."""
    found: dict[int, set[int]] = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT xmin::text::bigint, id FROM cases_case")
        for number, case in cursor.fetchall():
            found.setdefault(number, set()).add(case)
    return found


def in_order(cases: list[int], lie: list[int]) -> float:
    """How often a row lies behind one that was made before it: 1 where nothing is out of order."""
    order = [cases.index(case) for case in lie]
    return sum(earlier <= other for earlier, other in pairwise(order)) / (len(order) - 1)


@pytest.mark.parametrize("small", [True, False])
def test_rows_stay_what_they_are_and_their_order_says_nothing(
    small: bool,
) -> None:
    relaying.relay(BOTH, 0)  # no page is free: what comes lies at the end
    cases = [open_case() for _ in range(CASES)]
    before = sorted(Record.objects.values_list("id", "case_id", "number", "sealed"))
    assert in_order(cases, lying()) > 0.9, "what this is for"
    assert relaying.relay(BOTH, 0, relaying.MOST_AT_NIGHT if small else 0)
    assert sorted(Record.objects.values_list("id", "case_id", "number", "sealed")) == before
    assert 0.3 < in_order(cases, lying()) < 0.7, "a coin thrown 79 times: beyond 3.5 standard deviations"
    if connection.vendor == "postgresql":
        assert len(wrote()) == 1


def test_the_next_night_takes_what_came_or_changed_since() -> None:
    for _ in range(CASES):
        open_case()
    reached = relaying.relay(BOTH, 0)
    assert reached is not None
    fresh = {open_case() for _ in range(5)}
    changed = Case.objects.exclude(pk__in=fresh)[0]
    changed.save()
    assert relaying.relay(BOTH, reached) is not None
    assert Case.objects.count() == CASES + 5 and Record.objects.count() == 2 * (CASES + 5)
    if connection.vendor == "postgresql":
        assert {*fresh, changed.pk} in wrote().values() and len(wrote()) == 2


def test_after_a_night_no_row_tells_on_which_day_it_was_last_changed() -> None:
    for _ in range(CASES):
        open_case()
    Upkeep.objects.create(name="rows laid anew")
    assert upkeep._rows()
    Case.objects.all()[0].save()
    assert upkeep._rows()
    assert Case.objects.count() == CASES
    if connection.vendor == "postgresql":
        assert len(wrote()) == 1


def test_whoever_is_at_work_is_not_made_to_wait() -> None:
    open_case()
    if connection.vendor == "sqlite":
        return  # one writer at a time: it waits its own turn
    options = connection.get_connection_params()
    with psycopg.connect(**{k: options[k] for k in ("dbname", "user", "host") if k in options}) as other:
        other.execute("SELECT 1 FROM cases_case FOR UPDATE")
        assert relaying.relay(BOTH, 0) is None
    assert relaying.relay(BOTH, 0)
