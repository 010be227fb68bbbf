"""However often an item is reported as matched, a person is asked, and it goes on being refused."""

from __future__ import annotations

import secrets
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from hypothesis import given
from hypothesis import strategies as st

from repit.foundation import clock
from repit.foundation.clock import now
from repit.foundation.errors import InputRefused, NotFound
from repit.foundation.hashes import Hash
from repit.hotline.bank import doubt_rule, feed, floods, items, questions
from repit.hotline.bank.doubt_rule import FLOOR, SATURATION
from repit.hotline.bank.models import Item, MatchReport, Question
from repit.hotline.bank.types import Submission


def submit(value: bytes | None = None) -> str:
    hash_ = Hash("pdq", "whole", value or secrets.token_bytes(32), 90)
    return items.submit(Submission("picture", "intimate", (hash_,)), actor="test", publish=True).item


def state_of(name: str) -> str:
    return [change.item.state for change in feed.changes_after(0) if change.item.item == name][-1]


def report(name: str, count: int, reporter: str = "forum", minute: int = 0) -> floods.Taken:
    begins = now() + timedelta(minutes=minute)
    return floods.report(reporter, {name: count}, begins, begins + timedelta(minutes=1))


def asked(name: str) -> list[tuple[str, str]]:
    rows = Question.objects.filter(item__token=name).order_by("id")
    return list(rows.values_list("why", "decision"))


@pytest.mark.django_db
def test_no_number_of_matches_at_any_number_of_platforms_suspends_anything():
    name = submit()
    before = feed.head().sequence
    for platform in range(30):
        report(name, 1_000_000, reporter=f"platform {platform}")
    assert state_of(name) == "active" and feed.head().sequence == before
    assert asked(name) == [("counts", "")]
    [question] = Question.objects.all()
    assert question.reason.startswith("50 matches at 2 platforms")


@pytest.mark.django_db
def test_one_reporter_alone_asks_nobody_however_much_it_counts():
    name = submit()
    for minute in range(20):
        report(name, 1_000, minute=minute)
    assert asked(name) == []
    report(name, SATURATION, reporter="another")
    assert asked(name) == [("counts", "")]


@pytest.mark.django_db
def test_one_reporter_s_counts_lead_to_so_many_questions_in_a_day_and_no_more():
    names = [submit() for _ in range(floods.ASKED_A_DAY + 5)]
    begins = now()
    for reporter in ("loud", "louder"):
        taken = floods.report(reporter, dict.fromkeys(names, 500), begins, begins + timedelta(minutes=1))
    assert (taken.asked, taken.beyond) == (floods.ASKED_A_DAY, 5)
    assert Question.objects.count() == floods.ASKED_A_DAY
    report(names[-1], 30, reporter="honest")
    assert asked(names[-1]) == [("counts", "")]


@pytest.mark.django_db
def test_a_report_sent_twice_counts_once():
    name = submit()
    begins = now()
    for _ in range(100):
        floods.report("forum", {name: 10}, begins, begins + timedelta(minutes=1))
    assert state_of(name) == "active" and len(floods.evidence(name)) == 1


@pytest.mark.django_db
def test_what_a_person_kept_is_not_asked_about_again_by_counts_for_a_month_then_for_two():
    name = submit()

    def flood(minute: int) -> None:
        for reporter in ("forum", "video site"):
            report(name, 60, reporter, minute)

    flood(0)
    items.settle(name, actor="person", reason="a real case")
    flood(1)
    assert asked(name) == [("counts", "kept")] and state_of(name) == "active"
    later = now() + timedelta(days=31)
    with clock.at(lambda: later):
        flood(2)
        assert asked(name) == [("counts", "kept"), ("counts", "")]
        items.settle(name, actor="person", reason="still a real case")
    later += timedelta(days=31)
    with clock.at(lambda: later):
        flood(3)
        assert len(asked(name)) == 2
    later += timedelta(days=31)
    with clock.at(lambda: later):
        flood(4)
        assert len(asked(name)) == 3


@pytest.mark.django_db
def test_an_item_that_matches_like_its_peers_is_no_flood():
    names = [submit() for _ in range(12)]
    begins = now()
    counts = {name: 8 + number % 3 for number, name in enumerate(names)}
    for platform in range(8):
        floods.report(f"p{platform}", counts, begins, begins + timedelta(minutes=1))
    assert Question.objects.count() == 0
    for platform in range(8):
        report(names[11], 25, f"p{platform}", minute=1)
    assert asked(names[11]) == [("counts", "")] and Question.objects.count() == 1


@pytest.mark.django_db
def test_a_person_keeps_suspends_or_withdraws_and_the_question_is_closed():
    kept, suspended, gone, famous = (submit() for _ in range(4))
    for name in (kept, suspended, gone, famous):
        for reporter in ("forum", "video site"):
            report(name, 60, reporter)
    items.settle(kept, actor="person", reason="a real case")
    items.suspend(suspended, actor="person", reason="to be seen")
    items.withdraw(gone, actor="person", reason="a press photograph")
    items.withdraw(famous, actor="person", reason="a meme", everyones=True)
    assert [state_of(name) for name in (kept, suspended, gone, famous)] == [
        "active",
        "disputed",
        "withdrawn",
        "withdrawn",
    ]
    assert [asked(name)[0][1] for name in (kept, suspended, gone, famous)] == [
        "kept",
        "suspended",
        "withdrawn",
        "withdrawn",
    ]
    assert not Question.objects.filter(closed_at__isnull=True).exists()
    items.settle(suspended, actor="person", reason="it was one, after all")
    assert state_of(suspended) == "active" and questions.keeps(Item.objects.get(token=suspended)) == 1


@pytest.mark.django_db
def test_what_was_withdrawn_as_everyone_s_waits_for_a_person_when_it_is_submitted_again():
    value = secrets.token_bytes(32)
    items.withdraw(submit(value), actor="person", reason="a meme", everyones=True)
    near = bytes([value[0] ^ 7]) + value[1:]
    hash_ = Hash("pdq", "whole", near, 90)
    again = items.submit(Submission("picture", "intimate", (hash_,)), actor="test", publish=True)
    assert again.state == "received"


@pytest.mark.django_db
def test_who_takes_the_last_submission_back_closes_the_question_too():
    name = submit()
    for reporter in ("forum", "video site"):
        report(name, 60, reporter)
    items.withdraw_one(name, actor="person concerned")
    assert asked(name) == [("counts", "withdrawn")]


@pytest.mark.django_db
def test_matches_of_unknown_items_and_impossible_counts_change_nothing():
    name = submit()
    begins = now()
    assert floods.report("forum", {"nobody": 500}, begins, begins + timedelta(minutes=1)).known == 0
    with pytest.raises(InputRefused):
        floods.report("forum", {name: 0}, begins, begins + timedelta(minutes=1))
    with pytest.raises(InputRefused):
        floods.report("forum", {name: 1}, begins, begins)
    with pytest.raises(NotFound):
        floods.evidence("nobody")


@pytest.mark.django_db
def test_the_evidence_cannot_be_changed():
    report(submit(), 1)
    with pytest.raises(DatabaseError), transaction.atomic():
        MatchReport.objects.update(count=2)


@given(
    st.dictionaries(st.text(min_size=1, max_size=3), st.integers(1, 10**6), max_size=40),
    st.lists(st.integers(1, 1000), max_size=60),
)
def test_counts_only_ever_ask_and_never_below_their_floor(matches: dict[str, int], peers: list[int]):
    judged = doubt_rule.by_counts(matches, peers)
    assert judged.finding in ("quiet", "ask")
    if len(matches) < 2 or sum(matches.values()) < FLOOR:
        assert judged.finding == "quiet"
    many = doubt_rule.by_counts({f"p{n}": 10**6 for n in range(2)}, [])
    assert many.finding == "ask"


@given(st.lists(st.integers(1, 10), min_size=21, max_size=21), st.integers(11, 10**6))
def test_less_than_half_of_the_peers_cannot_lift_the_limit_beyond_reach(honest: list[int], padding: int):
    padded = [*honest, *[padding] * 20]
    flood = {f"p{n}": SATURATION for n in range(6)}
    assert doubt_rule.by_counts(flood, padded).finding == "ask"
