"""Decisions and closed reviews are forgotten in time; nothing that still waits for someone is."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from django.db import DatabaseError, transaction
from django.test import override_settings
from review_rows import decision
from staff_people import Someone

from repit.foundation import audit, clock
from repit.foundation.jobs.loop import Work
from repit.foundation.jobs.retention import GRACE
from repit.foundation.limits.models import Count, Spent
from repit.platform.gate.index_store import IndexStore
from repit.platform.gate.models import Decision
from repit.platform.loops import review_upkeep
from repit.platform.review import objections, opinions, queue
from repit.platform.review.deciding import Answer, decide
from repit.platform.review.models import Appeal, OutgoingOpinion, Review, Statement, Step
from repit.platform.review.retention import sweep

Make = Callable[..., Someone]
pytestmark = pytest.mark.django_db
REFUSE = Answer("refuse", "terms-intimate", "It is the picture.")
YEAR = timedelta(days=366)


@contextmanager
def after(*waits: timedelta) -> Iterator[None]:
    """Within, that much later."""
    moment = clock.now() + sum(waits, timedelta())
    with clock.at(lambda: moment):
        yield


def swept(*waits: timedelta) -> int:
    with after(*waits):
        return sweep()


def forgotten(*waits: timedelta) -> int:
    """Swept until nothing more goes, a day and a bit apart."""
    return swept(*waits) + swept(*waits, GRACE, timedelta(hours=1))


def reviewed(who: Someone, answer: Answer = REFUSE, item: str = "") -> Review:
    decision("altered", item=item)
    taken = queue.take(who.member)
    assert taken is not None
    return decide(who.member, taken.name, answer)


def tell_all() -> None:
    while (row := opinions.claim()) is not None:
        opinions.answered(row)


def plain(at: datetime | None = None, outcome: str = "block") -> Decision:
    row = decision("standard", at=at)
    Decision.objects.filter(pk=row.pk).update(outcome=outcome)
    return row


def test_a_decided_review_goes_with_all_that_belongs_to_it_and_the_audit_still_holds(someone: Make) -> None:
    review = reviewed(someone("moderator"))
    objections.object_to(review.decision, "That is my dog.")
    senior = someone("senior")
    assert queue.take(senior.member) is not None
    decide(senior.member, review.name, REFUSE)
    tell_all()
    assert (Statement.objects.count(), Appeal.objects.count(), OutgoingOpinion.objects.count()) == (1, 1, 2)
    assert forgotten(timedelta(days=364)) == 0
    assert forgotten(YEAR) == 1
    for table in (Review, Step, Statement, Appeal, OutgoingOpinion, Decision):
        assert table._default_manager.count() == 0, table
    assert audit.verify() is None


def test_decisions_without_a_review_go_too(someone: Make) -> None:
    old, young = plain(), plain(at=clock.now() + timedelta(days=100))
    assert forgotten(YEAR) == 1
    assert list(Decision.objects.values_list("pk", flat=True)) == [young.pk] != [old.pk]


def test_what_waits_for_someone_is_never_forgotten(someone: Make) -> None:
    moderator, two = someone("moderator"), someone("moderator")
    owed = reviewed(moderator, item="owed")
    appealed = reviewed(moderator, item="appealed")
    stopped = reviewed(moderator, Answer("refer"))
    objections.object_to(appealed.decision, "That is my dog.")
    OutgoingOpinion.objects.exclude(item="owed").update(state="answered")
    decision("altered", item="waiting")
    decision("altered", item="held")
    held = queue.take(two.member)
    assert held is not None
    plain(outcome="review")  # not taken in yet
    names = set(Review.objects.values_list("name", flat=True))
    assert {owed.name, appealed.name, stopped.name, held.name} <= names and len(names) >= 5
    assert forgotten(YEAR * 10) == 0
    assert (
        set(Review.objects.values_list("name", flat=True)) == names
        and Decision.objects.count() == len(names) + 1
    )
    OutgoingOpinion.objects.filter(item="owed").update(state="given-up")
    assert forgotten(YEAR * 10) == 1
    assert not Review.objects.filter(name=owed.name).exists()


def test_a_clock_that_is_wrong_for_a_day_forgets_nothing(someone: Make) -> None:
    reviewed(someone("moderator"))
    tell_all()
    plain()
    assert swept(YEAR * 5) == 0  # the clock runs years ahead …
    assert swept(YEAR * 5, timedelta(hours=23)) == 0
    assert Review.objects.filter(forget_at__isnull=False).count() == 1
    assert swept() == 0  # … and is set right again
    assert not Review.objects.filter(forget_at__isnull=False).exists()
    assert not Decision.objects.filter(forget_at__isnull=False).exists()
    assert swept(-YEAR) == 0  # and back
    assert swept(YEAR) == 0  # due in truth now, and marked
    assert swept(YEAR, GRACE, timedelta(hours=1)) == 2


def test_an_objection_on_the_last_day_keeps_its_review(someone: Make) -> None:
    review = reviewed(someone("moderator"))
    tell_all()
    assert swept(YEAR) == 0
    objections.object_to(review.decision, "That is my dog.")
    assert swept(YEAR, GRACE, timedelta(hours=1)) == 0
    assert Review.objects.get(name=review.name).forget_at is None


@override_settings(REPIT_REVIEW_DAYS=184, REPIT_GATE_DECISION_DAYS=1)
def test_the_operator_says_how_long(someone: Make) -> None:
    reviewed(someone("moderator"))
    tell_all()
    plain()
    assert forgotten(timedelta(days=2)) == 1
    assert Review.objects.count() == 1
    assert forgotten(timedelta(days=185)) == 1
    assert Review.objects.count() == 0


def test_many_go_in_turns_and_twice_is_as_once(someone: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("repit.platform.review.retention._TOGETHER", 3)
    who = someone("moderator")
    for _ in range(4):
        reviewed(who)
    tell_all()
    for _ in range(7):
        plain()
    assert forgotten(YEAR) == 11
    assert forgotten(YEAR) == 0


def test_the_database_itself_keeps_the_steps_of_a_review_that_is_not_forgotten(someone: Make) -> None:
    reviewed(someone("moderator"))
    step = Step.objects.first()
    assert step is not None
    for attempt in (
        lambda: Step.objects.filter(pk=step.pk).delete(),
        lambda: Step.objects.filter(pk=step.pk).update(why="another"),
        lambda: Step.objects.filter(pk=step.pk).update(forget_at=clock.now(), after="waiting"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()
    assert Step.objects.filter(pk=step.pk, why="").exists()


def test_a_gate_forgets_what_was_counted_in_its_upkeep(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which its process starts."""
    ended = clock.now() - timedelta(days=3)
    Count.objects.create(slot="0" * 64, moments=[ended.timestamp()], ends_at=ended)
    Spent.objects.create(digest="0" * 64, ends_at=ended)
    upkeep: dict[str, Work] = {}

    def loop(name: str, work: Work, **_: object) -> SimpleNamespace:
        return SimpleNamespace(start=lambda: upkeep.update({name: work}))

    monkeypatch.setattr(review_upkeep, "Loop", loop)
    ending = review_upkeep.start(IndexStore(None, sealed=False))
    assert Count.objects.count() + Spent.objects.count() == 2
    assert 0 < upkeep["desk-upkeep"](ending) <= 15
    assert Count.objects.count() + Spent.objects.count() == 0
