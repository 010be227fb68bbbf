"""Keys, grants and acknowledgements."""

from __future__ import annotations

import secrets
from datetime import timedelta

import pytest

from repit.foundation import audit, clock
from repit.foundation.errors import InputRefused, KeyRefused, NotFound
from repit.foundation.hashes import Hash
from repit.hotline.bank import items
from repit.hotline.bank.types import Submission
from repit.hotline.feeds import repit_server, subscribers
from repit.hotline.feeds.models import Subscriber, SubscriberKey, WithdrawalAcknowledged

pytestmark = pytest.mark.django_db


def submit() -> str:
    family = (
        Hash("pdq", "whole", secrets.token_bytes(32), 90),
        Hash("pdq", "anchored", secrets.token_bytes(32), 90),
    )
    return items.submit(Submission("picture", "deepfake", family), actor="test", publish=True).item


def test_a_key_opens_and_is_kept_nowhere():
    key = subscribers.add("forum")
    assert subscribers.recognise(key).name == "forum"
    rows = [Subscriber.objects.values().get(), SubscriberKey.objects.values().get()]
    assert key.rsplit("_", 1)[1] not in repr(rows)


def test_every_wrong_key_gets_the_same_answer():
    key = subscribers.add("forum")
    shape = key[:-1] + ("0" if key[-1] != "0" else "1")
    other = "repit_" + "0" * 10 + "_" + "0" * 32
    for wrong in ("", "nonsense", shape, other, key.upper(), key + "0"):
        with pytest.raises(KeyRefused) as refused:
            subscribers.recognise(wrong)
        assert refused.value.detail == ""


def test_a_rotated_or_closed_key_stops_at_once():
    old = subscribers.add("forum")
    new = subscribers.rotate("forum")
    with pytest.raises(KeyRefused):
        subscribers.recognise(old)
    subscribers.close("forum")
    with pytest.raises(KeyRefused):
        subscribers.recognise(new)
    with pytest.raises(NotFound):
        subscribers.rotate("nobody")


def test_names_are_taken_once_and_are_names():
    subscribers.add("forum")
    for name in ("forum", "", "x" * 101, "a\nb"):
        with pytest.raises(InputRefused):
            subscribers.add(name)


def test_what_was_done_with_keys_is_in_the_audit():
    subscribers.add("forum", sees_anchored=True)
    subscribers.close("forum")
    assert audit.verify() is None


def test_anchored_hashes_go_only_to_those_who_were_granted_them():
    submit()
    without = subscribers.recognise(subscribers.add("forum"))
    granted = subscribers.recognise(subscribers.add("image host", sees_anchored=True))
    roles = {
        who.name: [h.role for h in repit_server.page(who, 0, 0).changes[0].entry.hashes]
        for who in (without, granted)
    }
    assert roles["forum"] == ["whole"] and sorted(roles["image host"]) == ["anchored", "whole"]
    assert b"anchored" not in b"".join(repit_server.snapshot(without))
    assert b"anchored" in b"".join(repit_server.snapshot(granted))


def test_the_order_in_which_anchored_hashes_are_kept_and_served_says_nothing_of_their_rank():
    who = subscribers.recognise(subscribers.add("image host", sees_anchored=True))
    in_order = []
    for _ in range(4):
        family = [Hash("pdq", "whole", secrets.token_bytes(32), 90)]
        family += [Hash("pdq", "anchored", secrets.token_bytes(32), 90) for _ in range(8)]
        items.submit(Submission("picture", "deepfake", tuple(family)), actor="test", publish=True)
        hashes = repit_server.page(who, 0, 0).changes[-1].entry.hashes
        assert {h.value for h in hashes} == {s.value for s in family}
        in_order.append([h.value for h in hashes if h.role == "anchored"] == [s.value for s in family[1:]])
    assert not all(in_order)


def test_a_subscriber_that_is_ahead_of_the_feed_is_answered_at_once():
    submit()
    who = subscribers.recognise(subscribers.add("forum"))
    page = repit_server.page(who, 99, 25)
    assert page.head == 1 and page.changes == ()


def test_acknowledgements_only_grow_and_may_be_repeated():
    item = submit()
    items.withdraw(item, actor="test", reason="")
    who = subscribers.recognise(subscribers.add("forum"))
    subscribers.acknowledge(who, 2, [item, item])
    subscribers.acknowledge(who, 1, [item])
    assert WithdrawalAcknowledged.objects.count() == 1
    [status] = subscribers.statuses()
    assert (status.lag, status.withdrawals_acknowledged) == (0, 1)
    with pytest.raises(InputRefused):
        subscribers.acknowledge(who, 3, [])


def test_lag_is_what_has_not_been_acknowledged_and_use_is_noted_each_minute():
    submit(), submit()
    key = subscribers.add("forum")
    moment = clock.now()
    with clock.at(lambda: moment):
        subscribers.recognise(key)
    with clock.at(lambda: moment + timedelta(seconds=59)):
        subscribers.recognise(key)
    assert [(s.lag, s.last_used_at) for s in subscribers.statuses()] == [(2, moment)]
    later = moment + timedelta(seconds=61)
    with clock.at(lambda: later):
        subscribers.recognise(key)
    assert subscribers.statuses()[0].last_used_at == later
