"""Rows that wait for a worker, in any story: workers that are late, die or fail, and clocks that are set."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Q
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from repit.foundation import clock
from repit.foundation.jobs.backoff import Backoff
from repit.foundation.jobs.claims import Claims, Hold
from repit.platform.integrations.s3.models import QueuedObject

pytestmark = pytest.mark.django_db
LEASE, FARTHEST, MOST = timedelta(seconds=60), timedelta(days=1), 4
BACKOFF = Backoff(5.0, 1800.0)
BEGIN = clock.now()
MOVES = [timedelta(seconds=n) for n in (0, 61, 130, 1, 3_600, 6, 3 * 86_400, -1, -30, -130, -3 * 86_400)]
AFTER = st.sampled_from(MOVES)
"""How far the clock is moved before a step: time goes by, or the clock is set."""
WORKERS = st.integers(0, 2)
_numbers = itertools.count()


def claims_of(**how: object) -> Claims[QueuedObject]:
    return Claims(
        QueuedObject.objects.filter(state="waiting"),
        LEASE,
        BACKOFF,
        most=MOST,
        given_up=lambda: {"state": "dead"},
        farthest=FARTHEST,
        **how,
    )


def waiting(**how: object) -> QueuedObject:
    moment, name = clock.now(), f"row {next(_numbers)}"
    return QueuedObject.objects.create(
        digest=name, location=b"", news="n", due_at=moment, taken_in_at=moment, **how
    )


class Story(RuleBasedStateMachine):
    """Three workers on one table. What stands in the table is foretold, and compared after every step."""

    def __init__(self) -> None:
        super().__init__()
        QueuedObject.objects.all().delete()
        self.claims, self.moment = claims_of(), BEGIN
        self.at = clock.at(lambda: self.moment)
        self.at.__enter__()
        self.rows: dict[int, QueuedObject] = {}
        """How each should stand."""
        self.hands: list[QueuedObject] = []
        """What each of three workers believes to hold."""
        self.ended: dict[int, int] = {}

    def teardown(self) -> None:
        """Nothing is lost: whoever comes in the next days finds all that was not done, and nothing else."""
        try:
            for _ in range(4):
                while (row := self.claims.claim()) is not None:
                    self.ended[row.pk] = self.ended.get(row.pk, 0) + 1
                    assert self.claims.end(row)
                self.moment += FARTHEST
            left = QueuedObject.objects.exclude(state="dead").exclude(due_at=None)
            assert not left.exists()
            assert all(count == 1 for count in self.ended.values())
            dead = QueuedObject.objects.filter(state="dead")
            assert set(self.rows) == {*self.ended, *dead.values_list("pk", flat=True)}
        finally:
            self.at.__exit__(None, None, None)

    @precondition(lambda self: len(self.rows) < 3)
    @rule(after=AFTER)
    def something_arrives(self, after: timedelta) -> None:
        self.moment += after
        row = waiting()
        self.rows[row.pk] = row

    # --- workers --------------------------------------------------------------------------------------------

    @precondition(lambda self: self.rows and len(self.hands) < 3)
    @rule(after=AFTER)
    def claim(self, after: timedelta) -> None:
        self.moment += after
        able = [row for row in self.rows.values() if self._due(row) and self._free(row)]
        spent = [row for row in able if row.attempts >= MOST]
        taken = self.claims.claim()
        for row in spent:
            stands = QueuedObject.objects.get(pk=row.pk)
            if stands.state == "dead":  # met on the way to another
                assert stands.trouble and (stands.claim, stands.due_at) == ("", None)
                self.rows[row.pk] = stands
        if taken is None:
            assert [row for row in able if row not in spent] == []
            return
        before = self.rows[taken.pk]
        assert before in able and before not in spent
        assert taken.claim and taken.claim != before.claim
        assert taken.attempts == before.attempts + 1 <= MOST
        assert taken.claimed_until == self.moment + LEASE
        self._foretell(taken, claim=taken.claim, claimed_until=taken.claimed_until, attempts=taken.attempts)
        self.hands.append(taken)

    @precondition(lambda self: self.hands)
    @rule(who=WORKERS, after=AFTER)
    def die(self, who: int, after: timedelta) -> None:
        """Killed at any moment, right after the claim included: each step is one UPDATE, or none."""
        self.moment += after
        self._hand(who)

    @rule(after=AFTER)
    def start_anew(self, after: timedelta) -> None:
        """The only process was killed, with all of its workers."""
        self.moment += after
        self.hands.clear()
        held = [row for row in self.rows.values() if row.claim]
        assert self.claims.free_all() == len(held)
        for row in held:
            self._foretell(row, claim="", claimed_until=None)

    @precondition(lambda self: self.hands)
    @rule(who=WORKERS, after=AFTER)
    def keep(self, who: int, after: timedelta) -> None:
        self.moment += after
        row = self.hands[who % len(self.hands)]
        ours = self._is_theirs(row)
        assert self.claims.keep(row) == ours
        if ours:
            self._foretell(row, claimed_until=self.moment + LEASE)

    @precondition(lambda self: self.hands)
    @rule(who=WORKERS, after=AFTER)
    def end(self, who: int, after: timedelta) -> None:
        self.moment += after
        row = self._hand(who)
        ours = self._is_theirs(row)
        assert self.claims.end(row) == ours
        if ours:
            assert not self.claims.end(row)
            self.ended[row.pk] = self.ended.get(row.pk, 0) + 1
            self._foretell(row, claim="", claimed_until=None, due_at=None, attempts=0, trouble="")

    @precondition(lambda self: self.hands)
    @rule(who=WORKERS, after=AFTER, for_good=st.booleans(), wants=st.sampled_from([0, 600]))
    def fail(self, who: int, after: timedelta, for_good: bool, wants: int) -> None:
        self.moment += after
        row = self._hand(who)
        ours = self._is_theirs(row)
        assert self.claims.fail(row, "x" * 90, for_good=for_good, at_least_seconds=wants) == ours
        if not ours:
            return
        freed = {"claim": "", "claimed_until": None, "trouble": "x" * 60}
        if for_good or row.attempts >= MOST:
            self._foretell(row, state="dead", due_at=None, **freed)
        else:
            pause = max(float(wants), BACKOFF.pause(row.attempts))
            assert pause >= BACKOFF.pause(row.attempts - 1)
            self._foretell(row, due_at=self.moment + timedelta(seconds=pause), **freed)

    @precondition(lambda self: self.hands)
    @rule(who=WORKERS, after=AFTER, seconds=st.sampled_from([0, 20, 10**7]))
    def put_off(self, who: int, after: timedelta, seconds: int) -> None:
        self.moment += after
        row = self._hand(who)
        ours = self._is_theirs(row)
        assert self.claims.later(row, seconds) == ours
        if ours:
            due = self.moment + min(timedelta(seconds=seconds), FARTHEST)
            self._foretell(row, claim="", claimed_until=None, due_at=due, attempts=row.attempts - 1)

    # --- what must hold -------------------------------------------------------------------------------------

    @invariant()
    def the_table_stands_as_foretold(self) -> None:
        columns = ("state", "claim", "claimed_until", "due_at", "attempts", "trouble")
        stands = {row.pk: [getattr(row, name) for name in columns] for row in QueuedObject.objects.all()}
        assert stands == {pk: [getattr(row, name) for name in columns] for pk, row in self.rows.items()}

    @invariant()
    def one_at_most_holds_a_row(self) -> None:
        holding = [row.pk for row in self.hands if self._is_theirs(row)]
        assert len(holding) == len(set(holding))

    def _hand(self, who: int) -> QueuedObject:
        """What one of those at work has in hand, and lays down."""
        return self.hands.pop(who % len(self.hands))

    def _is_theirs(self, row: QueuedObject) -> bool:
        return bool(row.claim) and self.rows[row.pk].claim == row.claim

    def _due(self, row: QueuedObject) -> bool:
        due = row.due_at
        return (
            row.state == "waiting" and due is not None and not self.moment < due <= self.moment + 2 * FARTHEST
        )

    def _free(self, row: QueuedObject) -> bool:
        until = row.claimed_until
        return until is None or not self.moment < until <= self.moment + 2 * LEASE

    def _foretell(self, row: QueuedObject, **changes: object) -> None:
        for name, value in changes.items():
            setattr(self.rows[row.pk], name, value)


def test_in_any_story_one_holds_a_row_nothing_is_ended_twice_and_nothing_is_lost():
    calm = settings(
        max_examples=100,
        stateful_step_count=30,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Story, settings=calm)


def test_many_workers_do_not_all_try_the_same_row_first():
    for _ in range(16):
        waiting()
    crowd = claims_of(among=16)
    firsts = {row.pk for row in (crowd._waiting(Q())[0] for _ in range(100))}
    assert len(firsts) > 3
    alone = claims_of()
    assert len({alone._waiting(Q())[0].pk for _ in range(20)}) == 1


def test_of_workers_that_see_the_same_rows_each_gets_one():
    pks = {waiting().pk for _ in range(5)}
    crowd = [claims_of(among=5) for _ in range(6)]
    taken = [claims.claim() for claims in crowd]
    assert {row.pk for row in taken if row} == pks and taken.count(None) == 1


def test_a_row_that_kills_its_workers_is_given_up():
    row, claims = waiting(), claims_of()
    for number in range(MOST):
        with clock.at(lambda after=number: BEGIN + timedelta(hours=1) + after * LEASE):
            assert claims.claim() is not None
    with clock.at(lambda: BEGIN + timedelta(hours=2)):
        assert claims.claim() is None
    row.refresh_from_db()
    assert (row.state, row.trouble, row.claim, row.due_at) == ("dead", "its workers ended", "", None)


def test_a_row_that_was_never_claimed_is_nobodys_to_end():
    row, claims = waiting(), claims_of()
    assert not any((claims.keep(row), claims.end(row), claims.remove(row), claims.let_go(row)))
    assert not claims.fail(row, "x") and not claims.later(row, 0)
    row.refresh_from_db()
    assert row.due_at is not None


def test_a_claim_without_an_end_and_an_end_without_a_claim_are_refused_by_the_database():
    row = waiting()
    for odd in ({"claim": "a"}, {"claimed_until": clock.now()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            QueuedObject.objects.filter(pk=row.pk).update(**odd)


def test_a_hold_renews_when_a_third_of_its_lease_is_over_by_either_clock(monkeypatch: pytest.MonkeyPatch):
    waiting()
    claims, moment, count = claims_of(), clock.now(), [0.0]
    monkeypatch.setattr("repit.foundation.jobs.claims.elapsed", lambda: count[0])
    with clock.at(lambda: moment):
        row = claims.claim()
        assert row is not None
        hold, first = Hold(claims, row), row.claimed_until
        hold()
        assert row.claimed_until == first
    with clock.at(lambda: moment + timedelta(seconds=1)):
        hold()
        assert row.claimed_until == first
        count[0] += 21  # the wall clock was set back meanwhile
        hold()
        assert row.claimed_until == first + timedelta(seconds=1)
    with clock.at(lambda: moment + timedelta(seconds=59)):  # the machine slept, and the other clock with it
        hold()
    row.refresh_from_db()
    assert row.claimed_until == moment + timedelta(seconds=59) + LEASE
