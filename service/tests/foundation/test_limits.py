"""How often something may be done, counted in the database, whoever counts and whatever the clock does."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from repit.foundation import clock
from repit.foundation.jobs.loop import Loop, Work
from repit.foundation.limits import counting, hour, once, retention, room
from repit.foundation.limits.counting import AHEAD, DAY, HOUR, MINUTE, Counted, Limit, Rate
from repit.foundation.limits.models import Count, Salt, Spent
from repit.foundation.process import expire_kept

pytestmark = pytest.mark.django_db
SOMEONE, OTHER = "1.1.1.1", "9.9.9.9"
BEGINS = datetime(2026, 3, 4, 9, 30, 20, tzinfo=UTC)


class Watch:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.moment = self.latest = BEGINS

    def wait(self, time: timedelta) -> None:
        self.moment += time
        self.latest = max(self.latest, self.moment)


@pytest.fixture
def watch() -> Iterator[Watch]:
    clock_ = Watch()
    with clock.at(lambda: clock_.moment):
        yield clock_


@pytest.fixture(autouse=True)
def _room_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "room", room.Room())


def opening(most: int) -> Limit:
    return Limit("open", (Rate(most, HOUR),), grain=MINUTE, origins=True)


# --- any story ----------------------------------------------------------------------------------------------

WAITS = st.tuples(st.just("wait"), st.integers(0, 400))
JUMPS = st.tuples(st.just("jump"), st.integers(-100_000, 100_000))
DEEDS = st.tuples(st.sampled_from(["in vain", "done"]), st.just(0))


class Model:
    """What a limit is to do, in one list."""

    def __init__(self, limit: Limit) -> None:
        self.limit, self.done = limit, list[float]()

    def count(self, moment: float) -> bool:
        if not self.free(moment):
            return False
        longest = max(rate.within for rate in self.limit.rates)
        self.done = [*self._within(moment, longest), self.kept_as(moment)]
        return True

    def kept_as(self, moment: float) -> float:
        grain = self.limit.grain.total_seconds()
        return -(-moment // grain) * grain if grain else moment

    def free(self, moment: float) -> bool:
        return all(len(self._within(moment, rate.within)) < rate.most for rate in self.limit.rates)

    def _within(self, moment: float, time: timedelta) -> list[float]:
        return [then for then in self.done if -120 <= moment - then < time.total_seconds()]


class AnyStory(TestCase):
    @given(
        steps=st.lists(WAITS | JUMPS | DEEDS, max_size=40),
        rates=st.lists(st.tuples(st.integers(1, 6), st.integers(1, 900)), min_size=1, max_size=3),
        grain=st.sampled_from([0, 1, 60]),
    )
    def test_as_much_is_let_through_as_the_rates_say_and_all_is_over_in_time_whatever_the_clock_does(
        self, steps: list[tuple[str, int]], rates: list[tuple[int, int]], grain: int
    ) -> None:
        allowed = tuple(Rate(most, timedelta(seconds=seconds)) for most, seconds in rates)
        limit = Limit("story", allowed, timedelta(seconds=grain))
        model, watch = Model(limit), Watch()
        limit.forget("one")
        with clock.at(lambda: watch.moment):
            for step, seconds in steps:
                if step in ("wait", "jump"):
                    watch.wait(timedelta(seconds=seconds))
                    continue
                moment = watch.moment.timestamp()
                wait = limit.free_in("one")
                assert (wait == timedelta()) == model.free(moment)
                assert wait <= max(rate.within for rate in allowed) + AHEAD
                counted = limit.count("one")
                assert (counted is not None) == model.count(moment)
                if counted and step == "in vain":
                    counted.give_back()
                    model.done.remove(model.kept_as(moment))
            # Nobody can tell a clock that came back to a moment from one that went on to it.
            watch.moment = watch.latest + max(rate.within for rate in allowed) + AHEAD
            assert limit.count("one") is not None

    @given(st.lists(st.integers(0, 1200), min_size=1, max_size=60), st.integers(1, 9))
    def test_in_no_hour_is_more_let_through_than_twice_what_an_origin_may_and_in_no_hour_of_the_salt_more(
        self, waits: list[int], most: int
    ) -> None:
        limit, watch, done = opening(most), Watch(), list[tuple[bytes, datetime]]()
        with clock.at(lambda: watch.moment):
            for seconds in waits:
                watch.wait(timedelta(seconds=seconds))
                if limit.count(SOMEONE) is not None:
                    done.append((hour.salt()[0], watch.moment))
        for salt, then in done:
            assert sum(salt == other for other, _ in done) <= most
            assert sum(timedelta() <= moment - then < HOUR for _, moment in done) <= 2 * most


def test_who_is_refused_at_a_clock_that_is_behind_begins_anew_at_no_other(watch: Watch) -> None:
    limit = Limit("x", (Rate(1, MINUTE), Rate(5, HOUR)))
    ahead = 2 * AHEAD
    assert limit.count(SOMEONE)
    watch.wait(ahead)
    assert limit.count(SOMEONE) and limit.count(SOMEONE) is None
    for _ in range(3):
        watch.wait(-ahead)
        assert limit.count(SOMEONE) is None
        watch.wait(ahead)
        assert limit.count(SOMEONE) is None


# --- what is kept -------------------------------------------------------------------------------------------


def test_how_long_is_said_by_the_oldest_that_counts_and_others_are_not_kept_out(watch: Watch) -> None:
    limit = Limit("x", (Rate(2, MINUTE),))
    first, second = limit.count(SOMEONE), limit.count(SOMEONE)
    assert first and second and limit.count(SOMEONE) is None and limit.free_in(SOMEONE) == MINUTE
    watch.wait(timedelta(seconds=20))
    second.give_back()
    assert limit.made(SOMEONE, MINUTE) == 1 and limit.count(SOMEONE) and limit.count(OTHER)
    assert limit.free_in(SOMEONE) == timedelta(seconds=40)
    assert Limit("y", (Rate(2, MINUTE),)).count(SOMEONE)


def test_an_origin_is_told_when_the_hour_ends_where_that_is_sooner(watch: Watch) -> None:
    limit = opening(1)
    assert opening(9).count(OTHER)
    watch.wait(timedelta(minutes=50))
    assert limit.count(SOMEONE) and limit.free_in(SOMEONE) == timedelta(minutes=10)
    watch.wait(timedelta(minutes=10))
    assert limit.count(SOMEONE)


def test_what_came_to_nothing_leaves_no_row(watch: Watch) -> None:
    counted = opening(2).count(SOMEONE)
    assert counted and Count.objects.count() == 1
    counted.give_back()
    counted.give_back()
    assert not Count.objects.exists()


def test_a_row_of_thousands_is_short_and_says_no_more_than_the_minute(watch: Watch) -> None:
    limit = Limit("reports", (Rate(6_000, HOUR),), grain=MINUTE)
    for _ in range(200):
        watch.wait(timedelta(seconds=7))
        assert limit.count("12")
    moments = Count.objects.get().moments
    assert len(moments) == 24 and sum(count for _, count in moments) == 200
    assert all(at % 60 == 0 for at, _ in moments)


def test_who_is_over_the_limit_costs_two_looks_and_no_write(
    watch: Watch, django_assert_num_queries: Any
) -> None:
    limit = opening(1)
    assert limit.count(SOMEONE)
    with django_assert_num_queries(2):
        assert limit.count(SOMEONE) is None


def test_nothing_of_an_origin_is_kept_and_an_hour_later_all_is_forgotten(watch: Watch) -> None:
    limit = opening(1)
    assert limit.count(SOMEONE) and limit.count(SOMEONE) is None
    [row] = Count.objects.values_list("slot", "moments")
    [salt] = Salt.objects.values_list("salt", flat=True)
    assert SOMEONE not in repr(row) and row[0] == limit._slot(SOMEONE, watch.moment)[0]
    watch.wait(HOUR)
    retention.sweep()
    assert not Count.objects.exists() and not Salt.objects.exists()
    assert limit.count(SOMEONE)  # and whoever had the salt of before finds nothing by it
    assert Salt.objects.get().salt != salt and Count.objects.get().slot != row[0]


@pytest.mark.parametrize("jump", [timedelta(hours=2), timedelta(days=-3)])
def test_an_hour_that_a_wrong_clock_began_ends_at_once(watch: Watch, jump: timedelta) -> None:
    limit = opening(1)
    assert limit.count(SOMEONE)
    watch.wait(jump)
    assert limit.count(SOMEONE) and hour.salt()[1] - watch.moment == HOUR
    watch.wait(-jump)
    assert limit.count(SOMEONE) and hour.salt()[1] - watch.moment == HOUR
    assert Salt.objects.count() == 1
    retention.sweep()
    assert Salt.objects.count() == 1  # its hour goes on


def test_a_crowd_of_origins_fills_no_table_and_keeps_nobody_out(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, watch: Watch
) -> None:
    monkeypatch.setattr(room, "MOST_ORIGINS", 40)
    limit = opening(1)
    with caplog.at_level(logging.WARNING):
        assert all(limit.count(str(number)) for number in range(90))
    held = Count.objects.count()
    assert 24 < held <= 40 and len(caplog.messages) == 1
    assert limit.count("3") is None  # who was counted is
    counted = limit.count("89")
    assert counted
    counted.give_back()  # nothing was written of it
    assert Count.objects.count() == held


def test_members_are_counted_however_many_origins_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MOST_ORIGINS", 0)
    limit = Limit("password by member", (Rate(1, HOUR),))
    assert limit.count("member 1") and limit.count("member 1") is None


def test_what_is_over_goes_and_what_a_clock_that_ran_ahead_wrote_too(watch: Watch) -> None:
    limit = Limit("x", (Rate(1, DAY),))
    assert limit.count("now")
    watch.wait(timedelta(days=400))
    assert limit.count("then")
    watch.wait(timedelta(days=-400))
    retention.sweep()
    assert limit.count("now") is None and Count.objects.count() == 1
    watch.wait(DAY - timedelta(seconds=1))
    retention.sweep()
    assert Count.objects.count() == 1
    watch.wait(timedelta(seconds=1))
    retention.sweep()
    assert not Count.objects.exists()


def test_a_hotline_forgets_what_was_counted_every_few_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """In what its process starts; of a gate `platform/review/test_review_retention` says it."""
    begun: dict[str, Work] = {}

    def loop(name: str, work: Work, **_: object) -> SimpleNamespace:
        return SimpleNamespace(start=lambda: begun.update({name: work}))

    def left() -> int:
        return Count.objects.count() + Spent.objects.count() + Salt.objects.count()

    monkeypatch.setattr(expire_kept, "Loop", loop)
    expire_kept.start()
    begin = clock.now()
    ((_, work),) = begun.items()
    assert opening(1).count(SOMEONE) and once.spend("test", b"a", lasts=MINUTE) and left() == 3
    with clock.at(lambda: begin + timedelta(days=1, minutes=2)):
        assert 0 < work(threading.Event()) <= 15
    assert left() == 0
    assert Loop is not loop


def test_a_deed_says_nothing_of_who_did_it(watch: Watch) -> None:
    assert SOMEONE not in repr(opening(1).count(SOMEONE)) and "slot" not in repr(Counted("slot", 1.0))
