"""No moment is kept for longer than somebody needs it; what is kept of a day that is over says the day."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, models, transaction
from django.db.models.functions import TruncDay

from repit.foundation import audit, clock
from repit.foundation.hashes import Hash
from repit.foundation.models import AuditRow, Upkeep
from repit.hotline.bank import carrying, closing, feed, items, partner_records
from repit.hotline.bank.models import Change, Claim, Feed, Transition
from repit.hotline.bank.record import Record
from repit.hotline.bank.types import Submission
from repit.hotline.cases import service
from repit.hotline.feeds import access, erasure, opinions, subscribers
from repit.hotline.feeds import stopncii_server as stopncii
from repit.hotline.feeds.keys import Granted, recognise
from repit.hotline.feeds.models import Access
from repit.hotline.loops import upkeep

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
EVENING = datetime(2026, 3, 1, 21, 14, 7, 355_113, tzinfo=UTC)


class At:
    """A clock that is set."""

    moment = EVENING

    def __call__(self) -> datetime:
        return self.moment


@pytest.fixture
def at() -> Iterator[At]:
    moment = At()
    with clock.at(moment):
        yield moment


def picture() -> Submission:
    return Submission("picture", "intimate", (Hash("pdq", "whole", secrets.token_bytes(32), 90),))


def submit() -> str:
    return items.submit(picture(), actor="person", publish=True).item


@pytest.fixture(autouse=True)
def nothing_noted_yet() -> None:
    access.flush()


@pytest.fixture
def who() -> Granted:
    return recognise(subscribers.add("forum"))


def test_todays_changes_bear_their_second_and_those_of_days_that_are_over_none(at: At) -> None:
    for hours in range(5):
        at.moment = EVENING + timedelta(hours=hours)
        submit()
    assert closing.close_days() == 3, "three before midnight, two after"
    listed = list(Change.objects.order_by("sequence").values_list("at", flat=True))
    assert listed[:3] == [datetime(2026, 3, 1, 23, 59, 59, tzinfo=UTC)] * 3
    assert listed[3:] == [EVENING + timedelta(hours=3), EVENING + timedelta(hours=4)]
    assert closing.close_days() == 0


def test_after_it_was_cut_off_it_goes_on(at: At, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(closing, "_TOGETHER", 2)
    for _ in range(5):
        at.moment += timedelta(seconds=1)
        submit()
    at.moment += DAY

    class Killed(BaseException):
        pass

    real, done = closing._some, 0

    def some(closed: datetime) -> int:
        nonlocal done
        if done == 1:
            raise Killed
        done += 1
        return real(closed)

    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(closing, "_some", some)
        closing.close_days()
    assert Change.objects.values("at").distinct().count() == 4
    submit()
    closing.close_days()
    assert Change.objects.filter(sequence__lte=5).values("at").distinct().count() == 1


def test_a_clock_that_is_put_back_writes_into_no_closed_day(at: At) -> None:
    submit()
    at.moment += DAY
    closing.close_days()
    at.moment -= DAY
    submit()
    first, second = Change.objects.order_by("sequence").values_list("at", flat=True)
    assert second == first + timedelta(seconds=1)


def test_the_database_lets_a_moment_be_moved_up_and_nothing_else(at: At) -> None:
    submit()
    Change.objects.update(at=EVENING + timedelta(hours=1))
    for change in (
        {"at": EVENING},
        {"sequence": 7},
        {"at": EVENING + timedelta(hours=2), "item": None},
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            Change.objects.update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        Change.objects.all()._raw_delete("default")


def test_a_client_that_is_up_to_date_is_not_told_the_whole_of_yesterday_again(at: At, who: Granted) -> None:
    for _ in range(4):
        submit()
    page = stopncii.fetch(who, 10, 2)
    while page.next_token:
        page = stopncii.fetch(who, 10, 2, page.next_token)
    at.moment += DAY
    closing.close_days()
    again = stopncii.fetch(who, page.next_second, 100)
    assert len(again.records) == 4, "it stood in the midst of the day"
    assert stopncii.fetch(who, again.next_second, 100).records == ()
    submit()
    assert len(stopncii.fetch(who, again.next_second, 100).records) == 1


def test_what_persons_do_is_noted_to_the_day_and_what_staff_does_to_the_minute(at: At) -> None:
    name = submit()
    items.dispute(name, actor="gate", reason="flood")
    items.settle(name, actor="staff", reason="looked at")
    items.withdraw(name, actor="person", reason="")
    erasure.begin()
    steps = {(row.before, row.after): row.at for row in Transition.objects.all()}
    midnight = datetime(2026, 3, 1, tzinfo=UTC)
    assert steps == {
        ("", "received"): midnight,
        ("received", "active"): midnight,
        ("active", "disputed"): EVENING,
        ("disputed", "active"): EVENING,
        ("active", "withdrawn"): midnight,
        ("withdrawn", "erased"): midnight,
    }
    for action in ("item.confirmations 2", "case.erase", "staff added"):
        audit.record("x", action, "y")
    rows = dict(AuditRow.objects.values_list("action", "at"))
    assert rows["item.confirmations 2"] == rows["case.erase"] == midnight
    assert rows["staff added"] == EVENING.replace(second=0, microsecond=0)
    assert audit.verify() is None


def test_the_access_log_says_the_minute_of_today_and_of_other_days_the_day(at: At, who: Granted) -> None:
    for minute in range(3):
        at.moment = EVENING + timedelta(minutes=minute)
        access.note(who.id, "repit", 10 + minute, 20 + minute, 7)
        access.note(who.id, "ncmec", 1, 2, 1)
        access.flush()
    assert Access.objects.count() == 6 and access.keep_days_only() == 0
    at.moment += DAY
    access.note(who.id, "repit", 23, 30, 1)
    access.flush()
    assert access.keep_days_only() == 6 and access.keep_days_only() == 0
    rows = Access.objects.order_by("minute", "endpoint").values_list(
        "endpoint", "minute", "begins", "through", "fetches", "records"
    )
    midnight = datetime(2026, 3, 1, tzinfo=UTC)
    assert list(rows) == [
        ("ncmec", midnight, 1, 2, 3, 3),
        ("repit", midnight, 10, 22, 3, 21),
        ("repit", at.moment.replace(second=0, microsecond=0), 23, 30, 1, 1),
    ]


# Moments that are kept, and why none of them says when a person did something. A new one needs a line here.
KEPT = {
    "bank.Change.at": "today only; `closing`",
    "bank.Feed.closed_through": "the end of a day",
    "bank.Item.expires_at": "set by staff for a time to come, gone with the item",
    "bank.MatchReport.at": "a gate's act, forgotten after REPIT_MATCH_REPORT_DAYS",
    "bank.MatchReport.begins": "the same",
    "bank.MatchReport.ends": "the same",
    "bank.MatchReport.forget_at": "the same",
    "bank.Question.again_at": "staff",
    "bank.Question.closed_at": "staff; of a withdrawal the day",
    "bank.Question.opened_at": "gates' and subscribers' acts",
    "bank.Tombstone.at": "the day",
    "bank.Transition.at": "the day; of a doubt and its end the moment, which are decided by gates and staff",
    "bank.WidelyPublished.added_at": "staff",
    "feeds.Access.minute": "today only; `access.keep_days_only`",
    "feeds.Alarm.at": "a subscriber's act",
    "feeds.Alarm.closed_at": "staff",
    "feeds.Moved.hour": "a subscriber's acts, counted for two days",
    "feeds.Opinion.at": "a subscriber's act",
    "exchanges.Partner.claimed_until": "this very moment's pull",
    "exchanges.Partner.current_at": "the latest pull",
    "exchanges.Partner.due_at": "the next pull",
    "exchanges.Partner.tried_at": "the latest pull",
    "exchanges.RejectedRecord.first_at": "a pull",
    "exchanges.RejectedRecord.last_at": "a pull",
    "feeds.Subscriber.acknowledged_at": "today only",
    "feeds.Subscriber.added_at": "staff",
    "feeds.Subscriber.fetched_at": "today only",
    "feeds.Subscriber.last_used_at": "the latest request",
    "feeds.Subscriber.muted_at": "a subscriber's act",
    "feeds.SubscriberKey.added_at": "staff",
    "feeds.SubscriberKey.ends_at": "staff",
    "feeds.SubscriberKey.last_used_at": "the latest request",
    "feeds.WithdrawalAcknowledged.at": "the day",
    "feeds.Feedback.claimed_until": "while it is being sent",
    "feeds.Feedback.due_at": "until it is sent, within minutes where the partner answers",
    "feeds.Feedback.sent_at": "the day",
    "foundation.AuditRow.at": "the day for items and cases, the minute for staff",
}


def timestamps(*rooms: str) -> Iterator[tuple[str, type[models.Model], str]]:
    for room in rooms:
        for model in apps.get_app_config(room).get_models():
            for field in model._meta.get_fields():
                if isinstance(field, models.DateTimeField):
                    yield f"{room}.{model.__name__}.{field.name}", model, field.name


def test_every_moment_that_is_kept_is_accounted_for() -> None:
    assert {name for name, _, _ in timestamps("bank", "exchanges", "feeds", "foundation")} == set(KEPT)


def test_the_night_after_a_full_day_no_moment_of_it_is_left_by_which_an_item_could_be_found(
    at: At, who: Granted, settings: Any
) -> None:
    """A case is opened, confirmed by another, told of by a partner, fetched, acknowledged, withdrawn,
    destroyed."""
    settings.REPIT_SPREAD_SECONDS = 5
    whole, carrier = picture(), carrying.Carrier()

    def later(seconds: float = 7) -> None:
        at.moment += timedelta(seconds=seconds)
        carrier.once()
        erasure.begin()
        access.flush()

    receipts = [service.open_case([whole, picture()]) for _ in range(2)]
    later()
    partner_records.take("ncmec/ngo", [Record("1-2", picture())], publish=True)
    page = stopncii.fetch(who, 10, 100)
    opinions.give(who, [next(feed.everything()).item], "blocked", ["seen"])
    subscribers.acknowledge(who, feed.head().sequence, [])
    later()
    for receipt in receipts:
        service.withdraw(receipt.number, receipt.secret, "all")
        later()
    access.note(who.id, "repit", 1, feed.head().sequence, 3)
    gone = [change.item.item for change in feed.changes_after(0) if change.item.state == "withdrawn"]
    subscribers.acknowledge(who, feed.head().sequence, gone)
    for _ in range(2):
        page = stopncii.fetch(who, page.next_second, 100)
        later()
    erasure.go_on()
    assert len(set(gone)) == 3 and Transition.objects.filter(after="erased").count() == 3
    at.moment += DAY
    upkeep.nightly()
    theirs = {
        "feeds.Moved.hour",
        "feeds.Opinion.at",
        "feeds.Subscriber.added_at",
        "feeds.Subscriber.last_used_at",
        "feeds.SubscriberKey.added_at",
        "feeds.SubscriberKey.last_used_at",
        "foundation.AuditRow.at",
    }
    ends = {time(0, 0, 0), time(23, 59, 59)}
    for name, model, field in timestamps("bank", "exchanges", "feeds", "foundation"):
        found = {moment.time() for moment in model._default_manager.values_list(field, flat=True) if moment}
        assert found <= ends or name in theirs, name
    items_and_cases = AuditRow.objects.filter(action__regex=r"^(item|case)\.")
    assert items_and_cases.exists() and not items_and_cases.exclude(at=TruncDay("at")).exists()


def test_each_thing_of_the_night_is_done_once_and_again_the_next(
    at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    for name in ("_days", "_claims", "_rows"):
        monkeypatch.setattr(upkeep, name, lambda name=name: done.append(name) or True)
    upkeep.nightly(), upkeep.nightly()
    assert sorted(done) == ["_claims", "_days", "_rows"]
    at.moment += DAY
    upkeep.nightly()
    assert len(done) == 6
    monkeypatch.setattr(upkeep, "_rows", lambda: False)
    at.moment += DAY
    upkeep.nightly()
    assert Upkeep.objects.get(name="rows laid anew").done_on != at.moment.date(), (
        "tried again in a few minutes"
    )
    with monkeypatch.context() as patched, pytest.raises(ZeroDivisionError):
        patched.setattr(upkeep, "_rows", lambda: 1 // 0)
        upkeep.nightly()
    monkeypatch.setattr(upkeep, "_rows", lambda: True)
    upkeep.nightly()
    assert Upkeep.objects.get(name="rows laid anew").done_on == at.moment.date()


def test_claims_of_what_was_destroyed_go_once_nobody_asks_any_more(at: At) -> None:
    [name] = carrying.protect([picture()], actor="person", publish=True)
    [lives] = carrying.protect([picture()], actor="person", publish=True)
    carrying.let_go([name], actor="person")
    erasure.begin()
    at.moment += 89 * DAY
    upkeep.nightly()
    assert Claim.objects.count() == 2
    at.moment += 3 * DAY
    upkeep.nightly()
    assert Claim.objects.count() == 1
    assert [status.state for status in carrying.statuses([name, lives]).values()] == ["withdrawn", "active"]
    assert Feed.objects.get().closed_through == datetime.combine(at.moment.date(), time(), UTC) - timedelta(
        seconds=1
    )
