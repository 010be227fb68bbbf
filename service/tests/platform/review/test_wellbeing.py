"""Breaks, budgets, and keys that can be turned off."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from review_rows import decision
from staff_people import Someone

from repit.foundation import clock
from repit.platform.review import queue, undoing, wellbeing
from repit.platform.review.models import Review

Make = Callable[..., Someone]
pytestmark = pytest.mark.django_db


def test_after_a_stretch_of_work_the_desk_gives_no_more_until_ten_minutes_have_passed(someone: Make) -> None:
    who = someone("moderator")
    decision()
    begin = clock.now()
    for minute in range(0, 51, 5):
        with clock.at(lambda minute=minute: begin + timedelta(minutes=minute)):
            wellbeing.at_work(who.member)
    with clock.at(lambda: begin + timedelta(minutes=50, seconds=1)):
        workload = wellbeing.workload(who.member)
        assert workload.resting_until is not None
        wellbeing.back(who.member)
        assert wellbeing.workload(who.member).resting_until is not None
    with clock.at(lambda: begin + timedelta(minutes=61)):
        workload = wellbeing.workload(who.member)
        assert (workload.resting_until, workload.minutes_worked) == (None, 0)


def test_a_pause_of_ten_minutes_begins_the_stretch_anew(someone: Make) -> None:
    who = someone("moderator")
    begin = clock.now()
    for minute in (0, 30, 45, 56, 80):
        with clock.at(lambda minute=minute: begin + timedelta(minutes=minute)):
            wellbeing.at_work(who.member)
    with clock.at(lambda: begin + timedelta(minutes=80)):
        assert wellbeing.workload(who.member).minutes_worked == 0


def test_a_break_of_one_s_own_gives_back_what_one_held_and_may_end_early(someone: Make) -> None:
    who = someone("moderator")
    decision()
    assert queue.take(who.member)
    who.client.post("/staff/review/rest/")
    assert Review.objects.get().state == "waiting"
    assert who.client.post("/staff/review/next/").headers["Location"] == "/staff/review/rest/"
    who.client.post("/staff/review/rest/", {"back": "1"})
    assert "/rest/" not in who.client.post("/staff/review/next/").headers["Location"]


def test_counts_begin_anew_each_day(someone: Make) -> None:
    who = someone("moderator")
    assert wellbeing.looked(who.member)
    assert wellbeing.workload(who.member).looks == 1
    begin = clock.now()
    with clock.at(lambda: begin + timedelta(days=1)):
        assert wellbeing.workload(who.member).looks == 0


def test_a_supervisor_sets_a_budget_of_one_s_own_and_zero_means_none(someone: Make) -> None:
    who, chief = someone("moderator"), someone("supervisor")
    address = "/staff/review/oversight/budget/"
    assert chief.client.post(address, {"member": who.name, "budget": "0"}).status_code == 302
    assert not wellbeing.looked(who.member)
    assert chief.client.post(address, {"member": who.name, "budget": ""}).status_code == 302
    assert wellbeing.looked(who.member)
    for wrong in ("-1", "1e3", "99999", "x"):
        assert chief.client.post(address, {"member": who.name, "budget": wrong}).status_code == 400
    assert chief.client.post(address, {"member": "nobody", "budget": "1"}).status_code == 404
    assert who.client.post(address, {"member": who.name, "budget": "999"}).status_code == 403


def test_single_keys_can_be_turned_off(someone: Make) -> None:
    who = someone("moderator")
    assert b"data-shortcuts" in who.client.get("/staff/review/").content
    who.client.post("/staff/review/keys/", {"off": "1"})
    assert b"data-shortcuts" not in who.client.get("/staff/review/").content


def test_the_next_one_comes_after_a_decision_without_going_back_to_the_queue(someone: Make) -> None:
    who = someone("moderator")
    first, second = decision("altered"), decision("altered")
    where = who.client.post("/staff/review/next/").headers["Location"]
    form = {"outcome": "refuse", "ground": "terms-intimate", "then": "next"}
    after = who.client.post(f"{where}decide/", form).headers["Location"]
    assert after.startswith("/staff/review/")
    assert after != where
    assert (
        who.client.post(f"{after}decide/", {**form, "then": "queue"}).headers["Location"] == "/staff/review/"
    )
    moment = clock.now() + timedelta(seconds=11)
    with clock.at(lambda: moment):
        assert undoing.settle() == 2
    assert Review.objects.filter(decision__in=[first, second], outcome="refuse").count() == 2
