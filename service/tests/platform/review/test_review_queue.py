"""The queue: most pressing first, one holder at a time, nothing lost with a closed browser."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import Error as DatabaseError
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st
from review_rows import decision
from staff_people import Someone

from repit.foundation import clock
from repit.foundation.errors import NotFound, TransitionRefused
from repit.platform.gate.models import Decision
from repit.platform.loops import news
from repit.platform.review import queue, rules
from repit.platform.review.models import Review, Step
from repit.platform.review.states import HELD, NEEDS, OPEN, TRANSITIONS, step

Make = Callable[..., Someone]
pytestmark = pytest.mark.django_db


def test_every_decision_that_asks_for_review_becomes_one_review_and_only_one() -> None:
    names = {decision().name for _ in range(3)}
    Decision.objects.create(
        name="x", at=clock.now(), channel="check", outcome="block", rule="known", milliseconds=1, sequence=1
    )
    assert queue.take_in() == 3
    assert queue.take_in() == 0
    assert set(Review.objects.values_list("decision_id", flat=True)) == names


def test_only_what_is_due_within_two_hours_is_news_to_those_who_may_take_it(someone: Make) -> None:
    decision("standard")
    old = decision("possible", at=clock.now() - timedelta(hours=47))
    queue.take_in()
    soon = {str(Review.objects.get(decision=old).pk)}
    people = [someone(role).member for role in ("moderator", "caseworker")]
    assert news._waiting(people) == {people[0].name: soon, people[1].name: set()}


def test_what_is_due_soon_comes_first_then_the_higher_risk(someone: Make) -> None:
    moment = clock.now()
    low, high = decision("possible"), decision("standard")
    old = decision("possible", at=moment - timedelta(hours=47))
    queue.take_in()
    order = [row.decision_id for row in queue.open_to(someone("moderator").member)]
    assert order == [old.name, high.name, low.name]


def test_two_who_ask_at_once_get_two_different_ones_and_nobody_gets_two(someone: Make) -> None:
    for _ in range(2):
        decision()
    moderator, other = someone("moderator").member, someone("moderator").member
    first, second = queue.take(moderator), queue.take(other)
    assert first is not None
    assert second is not None
    assert first.pk != second.pk
    assert queue.take(moderator) == first
    assert queue.take(someone("moderator").member) is None


def test_a_claim_that_lost_the_race_changes_nothing(someone: Make) -> None:
    decision()
    queue.take_in()
    row = Review.objects.get()
    moderator, other = someone("moderator").member, someone("moderator").member
    assert queue._claim(row, moderator)
    assert not queue._claim(row, other)
    assert Review.objects.get().holder == moderator
    assert Step.objects.count() == 1


def test_a_claim_ends_by_itself_and_looking_at_it_holds_it_on(someone: Make) -> None:
    decision()
    moderator, other = someone("moderator").member, someone("moderator").member
    begin = clock.now()
    assert queue.take(moderator)
    with clock.at(lambda: begin + timedelta(minutes=14)):
        assert queue.held_by(moderator)
    with clock.at(lambda: begin + timedelta(minutes=28)):
        assert queue.take(other) is None
    with clock.at(lambda: begin + timedelta(minutes=30)):
        assert queue.held_by(moderator) is None
        assert queue.take(other)
    assert [row.why for row in Step.objects.order_by("pk")][1] == "its time ran out"


def test_a_clock_that_jumps_back_frees_nothing_and_breaks_nothing(someone: Make) -> None:
    decision()
    moderator = someone("moderator").member
    held = queue.take(moderator)
    with clock.at(lambda: clock._wall() - timedelta(days=400)):
        assert queue.free_overdue() == 0
        assert queue.held_by(moderator) == held


def test_who_gave_it_back_may_take_it_again_and_a_supervisor_can_free_it(someone: Make) -> None:
    decision()
    moderator, chief = someone("moderator").member, someone("supervisor").member
    assert queue.take(moderator)
    queue.give_back(moderator)
    taken = queue.take(moderator)
    assert taken
    queue.free(taken.name, chief)
    assert Review.objects.get().state == "waiting"
    with pytest.raises(NotFound):
        queue.free(taken.name, chief)


def test_nobody_takes_what_their_role_does_not_open(someone: Make) -> None:
    decision()
    queue.take_in()
    for role in ("administrator", "caseworker", "supervisor"):
        assert queue.take(someone(role).member) is None


def test_the_database_refuses_a_held_review_without_holder_and_a_changed_step(someone: Make) -> None:
    decision()
    queue.take(someone("moderator").member)
    with pytest.raises(IntegrityError), transaction.atomic():
        Review.objects.update(holder=None)
    with pytest.raises(DatabaseError), transaction.atomic():
        Step.objects.update(why="something else")
    with pytest.raises(DatabaseError), transaction.atomic():
        Step.objects.all().delete()


def test_the_table_of_steps_is_whole() -> None:
    for waiting, held in HELD.items():
        assert OPEN[held] == waiting
        assert (waiting, held) in TRANSITIONS
        assert (held, waiting) in TRANSITIONS
        assert waiting in NEEDS
    reached = {after for _, after in TRANSITIONS} | {"waiting"}
    assert reached == {before for before, _ in TRANSITIONS}
    with pytest.raises(TransitionRefused):
        step("decided", "waiting")


@given(
    st.sampled_from(["exact", "standard", "orientation", "altered", "possible", ""]), st.integers(-5, 10**6)
)
def test_risk_stays_in_its_bounds_and_stronger_evidence_is_never_less_urgent(tier: str, count: int) -> None:
    risk = rules.risk(tier, count, undecided=not tier)
    assert 0 <= risk <= 100
    assert rules.risk("exact", count, undecided=False) >= risk or tier == "exact"
    moment = clock.now()
    assert rules.due(moment, 48, 100) < rules.due(moment, 48, 0)
