"""An operator is told of subscribers that are silent, and of withdrawals not confirmed, by the day."""

from __future__ import annotations

import secrets
from datetime import timedelta

import pytest

from repit.foundation import clock
from repit.foundation.clock import now
from repit.foundation.hashes import Hash
from repit.foundation.metrics.figures import Figure
from repit.hotline.bank import items
from repit.hotline.bank.types import Submission
from repit.hotline.feeds import health, subscribers
from repit.hotline.feeds.models import Alarm, Subscriber

pytestmark = pytest.mark.django_db


def submit() -> str:
    hash_ = Hash("pdq", "whole", secrets.token_bytes(32), 90)
    return items.submit(Submission("picture", "intimate", (hash_,)), actor="test", publish=True).item


def codes() -> list[str]:
    found = list(health.check())
    assert not any(finding.grave for finding in found)
    return [finding.code for finding in found]


def figures() -> dict[str, object]:
    return {figure.name: figure.values for figure in health.source() if isinstance(figure, Figure)}


def later(days: float) -> object:
    moment = now() + timedelta(days=days)
    return clock.at(lambda: moment)


def test_a_subscriber_is_told_of_once_it_has_been_silent_for_a_day() -> None:
    subscribers.add("forum")
    assert codes() == [], "one that never came yet is not silent"
    Subscriber.objects.update(last_used_at=now())
    assert codes() == []
    with later(2.5):
        [finding] = health.check()
        assert finding.code == "subscriber-silent" and "forum" in finding.message.fr
        assert "2 days" in finding.message.en
        silent = figures()["repit_hotline_subscriber_silent_seconds"]
        assert silent["forum"] == pytest.approx(2.5 * 86_400, abs=60)
        subscribers.close("forum")
        assert codes() == []


def test_what_came_today_is_told_tomorrow() -> None:
    subscribers.add("forum")
    item = submit()
    items.withdraw(item, actor="test", reason="taken back")
    today = figures()
    assert today["repit_hotline_subscriber_behind_changes"] == {"forum": 0.0}
    assert today["repit_hotline_withdrawals_unconfirmed"] == {"forum": 0.0}
    assert codes() == []
    with later(1.5):
        tomorrow = figures()
        assert tomorrow["repit_hotline_subscriber_behind_changes"] == {"forum": 2.0}
        assert tomorrow["repit_hotline_withdrawals_unconfirmed"] == {"forum": 1.0}
        assert codes() == ["withdrawals-unconfirmed"]
        Subscriber.objects.update(acknowledged=2, fetched=2)
        assert codes() == []
        assert figures()["repit_hotline_withdrawals_unconfirmed"] == {"forum": 0.0}


def test_an_alarm_is_told_of_until_somebody_has_looked() -> None:
    subscribers.add("forum")
    alarm = Alarm.objects.create(subscriber=Subscriber.objects.get(), what="moved", at=now())
    assert codes() == ["alarm-open"]
    Alarm.objects.filter(pk=alarm.pk).update(closed_at=now())
    assert codes() == []
