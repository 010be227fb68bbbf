"""The access log: ranges and minutes, no hash; what was sent, taken in, forgotten; and not for ever."""

from __future__ import annotations

import secrets
from datetime import timedelta

import pytest

from repit.exchanges.ncmec.wire import Window
from repit.foundation import clock
from repit.foundation.errors import NotFound
from repit.foundation.hashes import Hash
from repit.hotline.bank import items
from repit.hotline.bank.types import Submission
from repit.hotline.feeds import access, repit_server, subscriber_report, subscribers
from repit.hotline.feeds import ncmec_server as ncmec
from repit.hotline.feeds import stopncii_server as stopncii
from repit.hotline.feeds.models import Access, Subscriber

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_noted() -> None:
    access._notes.take()


def submit() -> str:
    hash_ = Hash("pdq", "whole", secrets.token_bytes(32), 90)
    return items.submit(Submission("picture", "intimate", (hash_,)), actor="test", publish=True).item


def who(name: str = "forum") -> subscribers.Granted:
    return subscribers.recognise(subscribers.add(name))


def test_each_endpoint_leaves_who_when_and_which_range_once_a_minute():
    subscriber = who()
    for _ in range(5):
        submit()
    moment = clock.now().replace(second=1)
    with clock.at(lambda: moment):
        repit_server.page(subscriber, 0, 0)
        repit_server.page(subscriber, 3, 0)
        repit_server.page(subscriber, 5, 0)  # nothing told, nothing noted
        list(repit_server.snapshot(subscriber))
        stopncii.fetch(subscriber, 10, 2)
        ncmec.entries(subscriber, Window(0, 4_000_000_000))
    access.flush()
    rows = Access.objects.values_list("endpoint", "begins", "through", "fetches", "records")
    assert set(rows) == {
        ("repit", 1, 5, 2, 7),
        ("repit snapshot", 1, 5, 1, 5),
        ("stopncii", 1, 2, 1, 4),  # two canaries among them
        ("ncmec", 1, 5, 1, 7),
    }
    assert {row.minute for row in Access.objects.all()} == {moment.replace(second=0, microsecond=0)}
    with clock.at(lambda: moment + timedelta(seconds=5)):
        repit_server.page(subscriber, 0, 0)
    access.flush()
    assert Access.objects.filter(endpoint="repit").values_list("fetches", "records").get() == (3, 12)


def test_the_log_holds_no_hash():
    fields = {field.name for field in Access._meta.get_fields()}
    assert fields == {"id", "subscriber", "endpoint", "minute", "begins", "through", "fetches", "records"}


def test_a_snapshot_that_was_cut_brought_nobody_up_to_date():
    subscriber = who()
    submit(), submit()
    lines = repit_server.snapshot(subscriber)
    next(lines), next(lines)
    lines.close()  # type: ignore[attr-defined]
    access.flush()
    assert not Access.objects.exists()
    assert Subscriber.objects.get(pk=subscriber.id).fetched == 0


def test_what_was_sent_grows_without_gaps_only():
    subscriber = who()
    for _ in range(6):
        submit()
    repit_server.page(subscriber, 4, 0)
    access.flush()
    assert Subscriber.objects.get(pk=subscriber.id).fetched == 0
    repit_server.page(subscriber, 0, 0)
    access.flush()
    assert Subscriber.objects.get(pk=subscriber.id).fetched == 6
    [row] = subscribers.statuses()
    assert (row.lag, row.unsent) == (6, 0)


def test_rows_end_after_the_days_that_the_operator_chose():
    subscriber = who()
    submit()
    moment = clock.now()
    with clock.at(lambda: moment - timedelta(days=91)):
        repit_server.page(subscriber, 0, 0)
    repit_server.page(subscriber, 0, 0)
    access.flush()
    assert access.delete_older_than(90) == 1
    assert Access.objects.count() == 1


def test_notes_of_a_subscriber_that_is_gone_are_dropped_and_the_rest_is_written():
    subscriber = who()
    submit()
    access.note(10**9, "repit", 1, 1, 1)
    repit_server.page(subscriber, 0, 0)
    access.flush()
    assert Access.objects.get().subscriber_id == subscriber.id


def test_a_withdrawal_is_not_sent_then_sent_then_taken_in_or_acknowledged_by_name():
    earlier = submit()
    items.withdraw(earlier, actor="test", reason="")
    subscriber = who()
    first, second = submit(), submit()
    items.withdraw(first, actor="test", reason="")
    items.withdraw(second, actor="test", reason="")

    def obeyed() -> dict[str, str]:
        access.flush()
        return {gone.item: gone.obeyed for gone in subscriber_report.of(subscriber.id).withdrawn}

    assert obeyed() == {first: "not_sent", second: "not_sent"}
    stopncii.fetch(subscriber, 10, 800)
    assert obeyed() == {first: "sent", second: "sent"}
    subscribers.acknowledge(subscriber, 6, [second])
    assert obeyed() == {first: "taken_in", second: "acknowledged"}
    view = subscriber_report.named("forum")
    assert view.withdrawals == {"not_sent": 0, "sent": 0, "taken_in": 1, "acknowledged": 1}
    assert view.lag == 0
    with pytest.raises(NotFound):
        subscriber_report.named("nobody")


def test_what_must_still_be_obeyed_stands_first_and_pages_hold_all():
    subscriber = who()
    names = [submit() for _ in range(subscriber_report.PAGE + 3)]
    for name in names:
        items.withdraw(name, actor="test", reason="")
    subscribers.acknowledge(subscriber, 0, names[:-1])
    pages = [subscriber_report.of(subscriber.id, part).withdrawn for part in (1, 2, 3)]
    assert pages[0][0].item == names[-1]
    assert [len(page) for page in pages] == [subscriber_report.PAGE, 3, 0]
    assert {gone.item for page in pages for gone in page} == set(names)
