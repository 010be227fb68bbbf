"""Loops beside a server: they go on whatever happens, wake when called, and end when told."""

from __future__ import annotations

import itertools
import logging
import threading

import pytest

from repit.foundation.jobs.backoff import Backoff
from repit.foundation.jobs.loop import Loop

SOON = Backoff(0.001, 0.002)
LONG = 3_600.0


class Turns:
    """A work that counts its turns, and lets a test wait for them."""

    def __init__(self, wait: float = 0.001, fails: int = 0) -> None:
        self.count, self._wait, self._fails = 0, wait, fails
        self._changed = threading.Condition()

    def __call__(self, _stop: threading.Event) -> float:
        with self._changed:
            self.count += 1
            self._changed.notify_all()
        if self.count <= self._fails:
            raise ValueError("a name that stands in a row")
        return self._wait

    def came(self, count: int) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: self.count >= count, 60)


def test_what_fails_is_tried_again_and_the_log_says_its_type_and_no_more(caplog: pytest.LogCaptureFixture):
    turns = Turns(fails=3)
    with caplog.at_level(logging.WARNING), Loop("a-loop", turns, backoff=SOON):
        assert turns.came(6)
    messages = [
        record.getMessage() for record in caplog.records if record.name == "repit.foundation.jobs.loop"
    ]
    assert messages == ["a-loop waits: ValueError"] * 3


def test_it_rests_longer_after_each_failure_and_as_before_once_it_went_well(
    monkeypatch: pytest.MonkeyPatch,
):
    rests, turns, ending = list[float](), itertools.count(1), threading.Event()

    def rest(seconds: float) -> bool:
        rests.append(seconds)
        return len(rests) > 6

    def work(_stop: threading.Event) -> float:
        if next(turns) in (1, 2, 3, 5):
            raise OSError
        return 7.0

    monkeypatch.setattr(ending, "wait", rest)
    loop = Loop("a-loop", work, first=2.0, backoff=Backoff(1.0, 30.0), ending=ending).start()
    assert loop.stop(None)
    assert rests == [2.0, 1.0, 2.0, 4.0, 7.0, 1.0, 7.0]


def test_it_is_woken_from_its_rest_and_ends_out_of_it():
    wake, turns = threading.Event(), Turns(wait=LONG)
    with Loop("a-loop", turns, wake=wake):
        for count in range(1, 4):
            assert turns.came(count)
            wake.set()
        assert turns.came(4)


def test_a_wake_does_not_shorten_the_rest_after_a_failure():
    wake, turns = threading.Event(), Turns(fails=1)
    loop = Loop("a-loop", turns, wake=wake, backoff=Backoff(LONG, LONG)).start()
    assert turns.came(1)
    wake.set()
    assert loop.stop(None)
    assert turns.count == 1


def test_all_of_its_threads_end_however_long_they_rest():
    wake, turns = threading.Event(), Turns(wait=LONG)
    loop = Loop("a-loop", turns, workers=8, wake=wake).start()
    assert turns.came(8)
    assert loop.stop(None)


def test_loops_that_end_together_end_by_one_event():
    ending = threading.Event()
    loops = [Loop(f"loop-{n}", Turns(wait=LONG), ending=ending).start() for n in range(3)]
    ending.set()
    assert all(loop.stop(None) for loop in loops)


def test_one_that_was_told_to_stop_by_its_own_work_ends():
    ended = threading.Event()

    def work(stop: threading.Event) -> float:
        loop.stop(None)
        ended.set()
        return 0.0

    loop = Loop("a-loop", work)
    loop.start()
    assert ended.wait(60) and loop.stop(None)


def test_one_that_hangs_holds_nobody_who_stops_it():
    ended, begun = threading.Event(), threading.Event()

    def work(_stop: threading.Event) -> float:
        begun.set()
        ended.wait(60)
        return 0.0

    loop = Loop("a-loop", work).start()
    assert begun.wait(60) and not loop.stop(0.0)
    ended.set()
    assert loop.stop(None)
