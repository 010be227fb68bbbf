"""Figures of a month say how much, never whose: whole tens, nothing below ten, no month before it is over."""

from __future__ import annotations

import csv
import io
import re
import secrets
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from repit.foundation import clock
from repit.foundation.hashes import Hash
from repit.hotline.bank import feed, floods, items
from repit.hotline.bank.types import Submission
from repit.hotline.cases import oversight
from repit.hotline.cases.models import Case, CaseStep
from repit.hotline.feeds import subscribers
from repit.hotline.feeds.models import Subscriber
from repit.hotline.reports import counting, figures
from repit.hotline.reports.models import Month
from repit.hotline.reports.rounding import half_within, shown

pytestmark = pytest.mark.django_db
OCTOBER = date(2026, 10, 1)


def on(year: int, month: int, day: int, hour: int = 12) -> AbstractContextManager[None]:
    moment = datetime(year, month, day, hour, tzinfo=UTC)
    return clock.at(lambda: moment)


def submit(number: int = 1, *, origin: str | None = None) -> list[str]:
    made = [
        Submission("picture", "intimate", (Hash("pdq", "whole", secrets.token_bytes(32), 90),))
        for _ in range(number)
    ]
    return [taken.item for taken in items.submit_all(made, actor="test", publish=True, origin=origin)]


def met(names: list[str], count: int, reporter: str = "forum") -> None:
    begins = clock.now()
    floods.report(reporter, dict.fromkeys(names, count), begins, begins + timedelta(seconds=30))


def answered(days: list[int], answer: date) -> None:
    for at, waited in enumerate(days):
        case = Case.objects.create(
            slot=secrets.randbelow(2**40) + at, opened_on=answer - timedelta(days=waited), due_on=answer
        )
        CaseStep.objects.create(case=case, number=1, after="new", by="person", on=case.opened_on)
        CaseStep.objects.create(
            case=case, number=2, before="new", after="waiting", by="caseworker", on=answer
        )
        CaseStep.objects.create(
            case=case,
            number=3,
            before="in-hand",
            after="waiting",
            by="caseworker",
            on=answer + timedelta(days=40),
        )


def shown_of(month: date = OCTOBER) -> dict[figures.Series, figures.Figure]:
    [found] = [each.values for each in figures.months() if each.month == month]
    return found


@given(st.integers(0, 10**9), st.integers(0, 30))
def test_a_count_is_shown_in_whole_tens_and_never_above_what_was_counted(count: int, of: int) -> None:
    seen = shown(count, of=of)
    assert seen % 10 == 0 and seen <= count
    assert seen == 0 if of < 10 or count < 10 else count - seen < 10


def test_a_waiting_time_of_fewer_than_ten_people_is_not_shown() -> None:
    assert half_within([3] * 9) is None
    assert half_within([0] * 5 + [1] * 5) == 1
    assert half_within([0, 0, 0, 0, 0, 2, 9, 9, 9, 9]) == 1


def test_a_month_is_counted_once_when_it_is_over_and_rounded_before_it_is_written() -> None:
    with on(2026, 10, 3):
        taken = submit(34)
        submit(25, origin="elsewhere")
    with on(2026, 10, 20):
        for name in taken[:7]:
            items.withdraw(name, actor="test", reason="taken back")
        met(taken[7:20], 3)
    with on(2026, 10, 31, 23):
        assert counting.due() == 0 and figures.months() == []
    with on(2026, 11, 1, 0):
        assert counting.due() == 1 and counting.due() == 0
        assert shown_of() == {
            "protected": 20,
            "fresh": 30,
            "met": 30,
            "sites": 0,
            "answer_days": None,
        }
    assert list(Month.objects.values_list("protected", "fresh", "met")) == [(20, 30, 30)]
    with on(2026, 11, 20):
        submit(40)
        assert counting.due() == 0 and shown_of()["protected"] == 20, "what is written stays as it is"


def test_what_is_below_ten_is_not_told_from_nothing() -> None:
    with on(2026, 9, 3):
        submit(9)
    with on(2026, 11, 2):
        assert counting.due() == 2
    september, october = shown_of(date(2026, 9, 1)), shown_of()
    assert september["fresh"] == october["fresh"] == "few"
    assert september["protected"] == october["protected"] == "few"


def test_many_copies_of_few_pictures_are_not_shown_and_a_muted_site_does_not_count() -> None:
    subscribers.add("liar")
    Subscriber.objects.update(muted_at=clock.now())
    with on(2026, 10, 3):
        taken = submit(12)
        met(taken[:9], 500)
        met(taken, 500, "liar")
    with on(2026, 11, 1):
        counting.due()
    assert shown_of()["met"] == "few"


def test_what_can_no_longer_be_known_is_left_out_and_never_guessed(settings: SimpleNamespace) -> None:
    settings.REPIT_MATCH_REPORT_DAYS = 20
    with on(2026, 10, 3):
        met(submit(12), 5)
        answered([1] * 12, date(2026, 10, 5))
    with on(2026, 11, 2):
        counting.due()
    assert shown_of()["met"] is None and shown_of()["answer_days"] == 1
    Month.objects.all().delete()
    with on(2026, 12, 10):
        counting.due()
    assert shown_of()["sites"] is None and shown_of()["answer_days"] is None and shown_of()["fresh"] == 10


def test_sites_are_counted_by_whom_they_belong_to() -> None:
    with on(2026, 10, 3):
        submit()
    with on(2026, 10, 31):
        for name in ("a", "b", "c", "stays away"):
            key = subscribers.add(name)
            if name != "stays away":
                subscribers.acknowledge(subscribers.recognise(key), feed.head().sequence, [])
        Subscriber.objects.filter(name__in=("a", "b")).update(party="Both")
    with on(2026, 11, 1):
        counting.due()
    assert shown_of()["sites"] == 2


def test_the_time_to_a_first_answer_is_of_the_month_in_which_it_came() -> None:
    answered([0, 1, 1, 2, 2, 3, 3, 4, 4, 20], date(2026, 10, 25))
    assert oversight.first_answers(date(2026, 10, 1), date(2026, 11, 1)) == [0, 1, 1, 2, 2, 3, 3, 4, 4, 20]
    assert oversight.first_answers(date(2026, 11, 1), date(2026, 12, 31)) == [], "later answers are not first"
    with on(2026, 10, 2):
        submit()
    with on(2026, 11, 1):
        counting.due()
    assert shown_of()["answer_days"] == 3


def kept() -> list[date]:
    return list(Month.objects.order_by("month").values_list("month", flat=True))


def counted_through(years: int) -> None:
    """Every month from October 2026 on."""
    with on(2026, 10, 2):
        submit(10)
    for number in range(years * 12):
        year, month = divmod(10 + number, 12)
        with on(2026 + year, month + 1, 1):
            assert counting.due() == 1


def test_months_are_forgotten_after_five_years() -> None:
    counted_through(5)
    assert len(kept()) == 60 and kept()[0] == OCTOBER
    with on(2031, 11, 1):
        counting.due()
    assert len(kept()) == 60 and kept()[0] == date(2026, 11, 1)


def test_what_a_clock_that_was_ahead_counted_too_soon_is_counted_when_it_is_over() -> None:
    with on(2026, 10, 3):
        submit(20)
    with on(2027, 3, 2):
        assert counting.due() == 5
    with on(2026, 11, 2):
        submit(30)
        assert counting.due() == 0 and kept() == [OCTOBER]
    with on(2026, 12, 1):
        assert counting.due() == 1 and shown_of(date(2026, 11, 1))["fresh"] == 30


@pytest.mark.parametrize("year", [1970, 2027, 2028, 2035, 2090])
def test_a_clock_that_is_wrong_by_years_takes_no_month_away(year: int) -> None:
    counted_through(3)
    before = kept()
    for shown_by_it in (year, year, 2029):
        with on(shown_by_it, 10, 20):
            counting.due()
    assert kept() == before and shown_of()["fresh"] == 10


@pytest.mark.parametrize("field", ["protected", "fresh", "met"])
def test_the_database_itself_takes_no_count_that_is_not_rounded(field: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Month.objects.create(month=OCTOBER, **{field: 21})
    Month.objects.create(month=OCTOBER, **{field: 20})


def test_the_page_its_json_and_its_csv_say_the_same_and_no_day() -> None:
    Month.objects.create(month=date(2026, 9, 1), protected=1230, fresh=0, met=None, sites=3)
    Month.objects.create(month=OCTOBER, protected=1250, fresh=20, met=0, sites=4, answer_days=2)
    english = Client().get("/en/in-figures/").content.decode()
    french = Client().get("/fr/en-chiffres/").content.decode()
    assert "1,250" in english and "October 2026" in english and "2 days" in english
    assert "1\u202f250" in french or "1\u00a0250" in french
    assert "fewer than 10" in english and "too few to show" in english
    assert "style=" not in english and not re.search(r'(?:x|y|height)="[^"]*,', french)
    months = Client().get("/en/figures.json").json()["months"]
    assert months[0] == {
        "month": "2026-09",
        "protected": 1230,
        "fresh": "few",
        "met": None,
        "sites": 3,
        "answer_days": None,
    }
    rows = list(csv.DictReader(io.StringIO(Client().get("/fr/figures.csv").content.decode())))
    assert rows == [
        {name: "" if value is None else str(value) for name, value in each.items()} for each in months
    ]


def test_a_hotline_that_shows_no_figures_counts_none_and_has_no_such_page(settings: SimpleNamespace) -> None:
    settings.REPIT_PUBLIC_FIGURES = False
    with on(2026, 10, 3):
        submit(20)
    with on(2026, 11, 2):
        assert counting.due() == 0 and not Month.objects.exists()
    for address in ("/en/in-figures/", "/en/figures.json", "/en/figures.csv"):
        assert Client().get(address).status_code == 404
    assert "in-figures" not in Client().get("/en/").content.decode()
