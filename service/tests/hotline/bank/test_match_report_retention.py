"""Reports of matches are forgotten in time; how often an item matched stays."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.test import override_settings

from repit.foundation import audit, clock
from repit.foundation.hashes import Hash
from repit.foundation.jobs.retention import GRACE
from repit.foundation.models import AuditRow
from repit.hotline.bank import floods, items
from repit.hotline.bank.models import MatchReport
from repit.hotline.bank.retention import sweep
from repit.hotline.bank.types import Submission
from repit.hotline.feeds import reach

pytestmark = pytest.mark.django_db
MONTHS = timedelta(days=91)
HOUR = timedelta(hours=1)


def submit() -> str:
    hash_ = Hash("pdq", "whole", secrets.token_bytes(32), 90)
    return items.submit(Submission("picture", "intimate", (hash_,)), actor="test", publish=True).item


@contextmanager
def after(*waits: timedelta) -> Iterator[None]:
    """Within, that much later."""
    moment = clock.now() + sum(waits, timedelta())
    with clock.at(lambda: moment):
        yield


def report(name: str, count: int, minute: int = 0) -> None:
    begins = clock.now() + timedelta(minutes=minute)
    floods.report("forum", {name: count}, begins, begins + timedelta(seconds=30))


def swept(*waits: timedelta) -> int:
    with after(*waits):
        return sweep()


def deleted(*waits: timedelta) -> int:
    """Swept twice, a day and a bit apart."""
    return swept(*waits) + swept(*waits, GRACE, HOUR)


def met(name: str) -> int:
    return reach.of([name])[name].met


def test_old_reports_go_and_the_person_still_sees_how_many_copies_were_met() -> None:
    reported, other = submit(), submit()
    for minute in range(3):
        report(reported, 5, minute)
    report(other, 7)
    with after(MONTHS, timedelta(days=-2)):
        report(reported, 2)
    assert deleted(MONTHS) == 4
    assert [line.count for line in floods.evidence(reported)] == [2]
    assert not floods.evidence(other)
    assert (met(reported), met(other)) == (17, 7)
    assert deleted(MONTHS * 2) == 1
    assert (met(reported), met(other)) == (17, 7)
    kept = AuditRow.objects.filter(actor="retention").order_by("sequence")
    assert [row.reason for row in kept] == ["4", "1"] and audit.verify() is None


def test_many_reports_go_in_turns_and_each_counts_once() -> None:
    name = submit()
    report(name, 1)
    first = MatchReport.objects.get()
    MatchReport.objects.bulk_create(
        MatchReport(
            item_id=first.item_id,
            reporter=f"gate {nth % 7}",
            count=1 + nth % 3,
            begins=first.begins + timedelta(seconds=nth),
            ends=first.ends + timedelta(seconds=nth),
            at=first.at,
        )
        for nth in range(2500)
    )
    before = met(name)
    assert deleted(MONTHS) == 2501
    assert not MatchReport.objects.exists()
    assert met(name) == before


def test_what_a_person_must_still_decide_keeps_its_evidence() -> None:
    name = submit()
    for reporter in ("forum", "video site"):
        floods.report(reporter, {name: 60}, clock.now(), clock.now() + timedelta(minutes=1))
    assert deleted(MONTHS) == 0
    assert [line.count for line in floods.evidence(name)] == [60, 60]
    items.suspend(name, actor="person", reason="to be seen")
    assert deleted(MONTHS) == 0
    items.settle(name, actor="person", reason="a real case")
    assert deleted(MONTHS) == 2
    assert met(name) == 120


def test_a_clock_that_is_wrong_for_a_day_deletes_no_report() -> None:
    report(submit(), 5)
    assert swept(MONTHS * 50) == 0  # the clock runs years ahead …
    assert MatchReport.objects.filter(forget_at__isnull=False).exists()
    assert swept() == 0  # … and is set right again
    assert not MatchReport.objects.filter(forget_at__isnull=False).exists()
    assert swept(MONTHS) == 0
    assert swept(MONTHS, GRACE, HOUR) == 1


@override_settings(REPIT_MATCH_REPORT_DAYS=2)
def test_the_hotline_says_how_long_reports_are_kept() -> None:
    report(submit(), 5)
    assert deleted(timedelta(days=1)) == 0
    assert deleted(timedelta(days=2), HOUR) == 1


def test_the_database_lets_nobody_change_a_report_or_delete_one_before_its_time() -> None:
    report(submit(), 5)
    rows = MatchReport.objects.all()
    for column, value in (("count", 2), ("reporter", "x"), ("at", clock.now())):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**{column: value})
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.delete()
