"""What persons, partners and subscribers ask for all day is found by an index, never by reading every row.

SQLite is asked for the plan of each statement as it was really sent, with its parameters still bound: a
conditional index, for one, is not used then.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from repit.exchanges.ncmec.wire import Window
from repit.foundation import clock
from repit.foundation.clock import now
from repit.foundation.hashes import Hash
from repit.hotline.bank import bulk, feed, floods, items, partner_records, retention
from repit.hotline.bank.models import Item
from repit.hotline.bank.record import Origin, Record
from repit.hotline.bank.types import Submission
from repit.hotline.cases import service
from repit.hotline.feeds import keys, opinions, subscribers
from repit.hotline.feeds import ncmec_server as ncmec
from repit.hotline.feeds import repit_server as ours
from repit.hotline.feeds import stopncii_server as stopncii
from repit.hotline.feeds.keys import Granted

pytestmark = pytest.mark.django_db
WHO = Granted(1, "reader", sees_anchored=False)
BIG = r"bank_(?!feed|widely|lookupkey|letter)\w+|feeds_opinion|cases_(?!desk)\w+"
"""Tables that grow with what is submitted; a statement may read these only by an index."""
ANY_ROW = re.compile(r'SELECT [^()]* FROM "\w+" LIMIT 1')
"""Whether a table holds anything: its first row tells, and SQLite calls that a scan too."""


def picture(value: bytes | None = None) -> Submission:
    return Submission("picture", "intimate", (Hash("pdq", "whole", value or secrets.token_bytes(32), 90),))


@contextmanager
def walked() -> Iterator[list[str]]:
    """Statements whose plan reads a big table from end to end."""
    found: list[str] = []

    def explain(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if re.match(r"SELECT|UPDATE|DELETE", sql) and not many and not ANY_ROW.fullmatch(sql):
            with connection.cursor() as cursor:
                cursor.execute("EXPLAIN QUERY PLAN " + sql, params)
                steps = [row[3] for row in cursor.fetchall()]
            found.extend(f"{step}: {sql}" for step in steps if re.match(rf"SCAN ({BIG})", step))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explain):
        yield found


@pytest.fixture
def banked() -> list[str]:
    return [items.submit(picture(), actor="test", publish=True).item for _ in range(3)]


def submit(banked: list[str]) -> None:
    items.submit(picture(), actor="test", publish=True)


def take_back(banked: list[str]) -> None:
    items.withdraw_one(banked[0], actor="test")


def decide(banked: list[str]) -> None:
    items.dispute(banked[0], actor="test", reason="")
    items.settle(banked[0], actor="test", reason="")
    items.withdraw(banked[1], actor="test", reason="")
    items.erase(banked[1], actor="test")


def move_in(banked: list[str]) -> None:
    list(bulk.load([picture() for _ in range(5)], actor="test", reason="", publish=True))


def take_records(banked: list[str]) -> None:
    records = [Record(f"record {n}", picture()) for n in range(3)]
    partner_records.take("partner", records, publish=True)
    partner_records.take("partner", [Record("record 0", None)], publish=True)
    passed = Record("record 3", picture(), origins=(Origin("there", "t1"),))
    partner_records.take("partner", [passed], publish=True)


def follow(banked: list[str]) -> None:
    assert len(ours.page(WHO, 1, 0).changes) == 2
    assert next(iter(feed.everything())).item in banked


def fetch_as_stopncii(banked: list[str]) -> None:
    assert stopncii.fetch(WHO, int(now().timestamp()) - 60, 2).records


def fetch_as_ncmec(banked: list[str]) -> None:
    second = int(now().timestamp())
    assert banked[0].encode() in ncmec.entries(WHO, Window(second - 60, second + 1))


def say_an_opinion(banked: list[str]) -> None:
    who = keys.recognise(subscribers.add("reader"))
    opinions.give(who, banked[:1], "blocked")


def report_matches(banked: list[str]) -> None:
    begins = datetime.now(UTC) - timedelta(minutes=1)
    for gate in ("one gate", "another"):
        taken = floods.report(gate, {banked[0]: 60}, begins, begins + timedelta(seconds=30))
    assert taken.asked == 1


def delete_reports(banked: list[str]) -> None:
    begins = datetime.now(UTC) - timedelta(minutes=1)
    floods.report("gate", {banked[0]: 2}, begins, begins + timedelta(seconds=30))
    for days in (100, 102):
        moment = now() + timedelta(days=days)
        with clock.at(lambda moment=moment: moment):
            gone = retention.sweep()
    assert gone == 1


def open_and_withdraw_a_case(banked: list[str]) -> None:
    receipt = service.open_case([picture()])
    service.withdraw(receipt.number, receipt.secret, "all")


@pytest.mark.parametrize(
    "ask",
    [
        submit,
        take_back,
        decide,
        move_in,
        take_records,
        follow,
        fetch_as_stopncii,
        fetch_as_ncmec,
        say_an_opinion,
        report_matches,
        delete_reports,
        open_and_withdraw_a_case,
    ],
)
def test_no_statement_reads_a_big_table_from_end_to_end(
    ask: Callable[[list[str]], None], banked: list[str]
) -> None:
    with walked() as found:
        ask(banked)
    assert found == []


def test_a_statement_that_does_is_seen(banked: list[str]) -> None:
    with walked() as found:
        assert Item.objects.filter(origin="elsewhere").count() == 0
        assert not Item.objects.filter(origin="elsewhere").exists()
    assert len(found) == 2


def test_whether_a_table_holds_anything_is_told_by_its_first_row(banked: list[str]) -> None:
    with walked() as found:
        assert Item.objects.exists()
    assert found == []
