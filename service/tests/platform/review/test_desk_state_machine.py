"""Whatever people do at a desk in whatever order, however long they wait: done whole, or refused by name."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import timedelta
from typing import Any, ClassVar

import machines
import pytest
from django.db.models import QuerySet
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, initialize, invariant, precondition, rule
from review_rows import decision
from staff_people import Someone

from repit.foundation import audit
from repit.foundation.errors import InputRefused, NotFound, TransitionRefused
from repit.foundation.staff.models import Member
from repit.platform.gate.models import Decision
from repit.platform.gate.pictures import Signature
from repit.platform.review import asking, deciding, let_go, objections, opinions, questions, queue, retention
from repit.platform.review.deciding import Answer
from repit.platform.review.models import Appeal, OutgoingOpinion, Part, Review, Statement, Step
from repit.platform.review.states import HELD, OPEN, OUTCOMES, TRANSITIONS

Make = Callable[..., Someone]
pytestmark = [pytest.mark.django_db, pytest.mark.timeout(machines.SHRINKING)]
ROLES = ("moderator", "moderator", "senior", "senior", "senior", "supervisor")
WAITS = (
    timedelta(seconds=30),
    timedelta(minutes=10),
    timedelta(minutes=16),
    timedelta(hours=20),
    timedelta(days=8),
    timedelta(days=370),
)
OBJECTED = ("appealed", "appeal-held")
OPENINGS = ("new", "question", "second", "split", "appealed", "let go")
REFUSE = Answer("refuse", "terms-intimate", "It is.")
FREE = Answer("allow", "", "Everyone has seen it.", picture=True)
REFUSALS = (InputRefused, NotFound, TransitionRefused)
ITEMS = st.sampled_from(("cat", "dog", "repit-x"))
ANSWERS = st.builds(
    Answer,
    st.sampled_from(("refuse", *OUTCOMES)),
    st.sampled_from(("terms-intimate", "terms-intimate", "terms-intimate", "")),
    st.just("It is."),
    st.booleans(),
)
THEN = st.sampled_from(("decide", "decide", "hold", "give back", "be late"))
MEMBERS = st.integers(0, len(ROLES) - 1)
NUMBERS = st.integers(0, 9)


class Desk(machines.Story):
    """Uploads of a gate, its members of staff, those who object."""

    uploads = Bundle("uploads")
    members: ClassVar[list[Member]]

    def __init__(self) -> None:
        super().__init__()
        let_go.forget_memory()

    def teardown(self) -> None:
        super().teardown()
        let_go.forget_memory()

    # --- what comes

    @initialize(target=uploads, opening=st.builds(lambda: Desk.opening), item=ITEMS)
    def begin(self, opening: str, item: str) -> str:
        if opening in ("new", "appealed"):
            upload = decision("altered", item=item).name
        else:
            upload = self.arrive("standard", item, refused=asking.LOOK_AFTER, depth=90, known=True)
        if opening in ("second", "split", "appealed", "let go"):
            self.take_the_next(0, "decide", REFUSE if opening == "appealed" else FREE)
        if opening in ("split", "let go"):
            self.take_the_next(2, "decide", REFUSE if opening == "split" else FREE)
        if opening == "appealed":
            self.object_to(upload, decided=True, number=0)
        state = Review.objects.values_list("state", flat=True).first()
        assert state == {"new": None, "question": "waiting", "let go": "decided"}.get(opening, opening)
        return upload

    @rule(
        target=uploads,
        tier=st.sampled_from(("standard", "standard", "altered", "possible", "")),
        item=ITEMS,
        refused=st.sampled_from((0, 1, 2, 5)),
        depth=st.sampled_from((90, 5, None)),
        known=st.booleans(),
    )
    def arrive(self, tier: str, item: str, refused: int, depth: int | None, known: bool) -> str:
        """The gate asks for a look at an upload; or refuses it by itself, so often, and tells the desk."""
        if not refused or tier in ("possible", ""):
            return decision(tier, item=item if tier else "").name
        for _ in range(refused):
            row = decision(tier, item=item, outcome="block")
            if tier == "standard":
                upload = questions.Met(row.name, item, "repit", tier, 1, refused=True, counts=True)
                for wanted in questions.met([upload]):
                    recorded = Signature(bytes(32), bytes(128)) if known else None
                    questions.compared(wanted, {item: depth}, recorded)
        return row.name

    @rule(upload=uploads, decided=st.booleans(), number=NUMBERS)
    def object_to(self, upload: str, decided: bool, number: int) -> None:
        """To any upload, or to one of those that people have decided of."""
        row = Decision.objects.filter(pk=upload).first() or Decision(name=upload)
        reviews = by_decision(state="decided")
        if decided and reviews:
            row = machines.pick(reviews, number).decision
        self.whole_or_refused(lambda: objections.object_to(row, "That is my dog."), *REFUSALS)

    # --- what members do

    @rule(member=MEMBERS, then=THEN, answer=ANSWERS)
    def take_the_next(self, member: int, then: str, answer: Answer) -> None:
        who = self.members[member]
        taken = self.take(member)
        if taken is None:
            return
        assert queue.take(who) == taken, "who holds one is shown that one again"
        if then == "hold":
            return
        if then == "decide":
            self.decide_held_by(who, answer)
        elif then == "give back":
            queue.give_back(who)
        elif then == "be late":
            self.wait(queue.LEASE)
            self.done_or_refused(lambda: deciding.decide(who, taken.name, REFUSE), False, NotFound)
            assert queue.free_overdue()
        assert not Review.objects.filter(holder=who).exists() or then == "decide"

    @rule(senior=st.integers(2, 4), then=THEN, answer=ANSWERS)
    def a_senior_takes_the_next(self, senior: int, then: str, answer: Answer) -> None:
        self.take_the_next(senior, then, answer)

    @rule(member=MEMBERS, upload=uploads, answer=ANSWERS)
    def take_this_one_and_decide(self, member: int, upload: str, answer: Answer) -> None:
        review, who = queue.review_of(upload), self.members[member]
        name = review.name if review else "nobody"
        if self.whole_or_refused(lambda: queue.take_named(who, name), NotFound):
            self.decide_held_by(who, answer)

    def take(self, member: int) -> Review | None:
        """Who asks for work holds something of it, where anything waits for them."""
        who = self.members[member]
        taken = queue.take(who)
        assert taken is None or taken.holder_id == who.pk
        assert taken is not None or not queue.open_to(who).exists()
        return taken

    @precondition(lambda self: Review.objects.filter(holder__isnull=False).exists())
    @rule(number=NUMBERS, answer=ANSWERS)
    def decide(self, number: int, answer: Answer) -> None:
        """Whoever holds a review decides it, unless their time ran out or the answer is none."""
        held = machines.pick(by_decision(holder__isnull=False), number)
        self.decide_held_by(held.holder, answer)

    def decide_held_by(self, who: Member, answer: Answer) -> None:
        review = Review.objects.get(holder=who)
        assert review.claimed_until is not None
        allowed = review.claimed_until > self.moment and (answer.outcome != "refuse" or bool(answer.ground))
        deed = lambda: deciding.decide(who, review.name, answer)  # noqa: E731
        self.done_or_refused(deed, allowed, NotFound, InputRefused)

    @precondition(lambda self: Review.objects.filter(holder__isnull=False).exists())
    @rule(number=NUMBERS, member=MEMBERS, freed=st.booleans())
    def let_go_of_a_claim(self, number: int, member: int, freed: bool) -> None:
        """And whoever has no claim decides nothing."""
        review, other = machines.pick(by_decision(holder__isnull=False), number), self.members[member]
        if review.holder != other:
            deed = lambda: deciding.decide(other, review.name, Answer("allow"))  # noqa: E731
            self.done_or_refused(deed, False, NotFound)
        if freed:
            queue.free(review.name, other)
            self.done_or_refused(lambda: queue.free(review.name, other), False, NotFound)
        else:
            queue.give_back(review.holder)
        assert not Review.objects.filter(holder=review.holder).exists()

    @precondition(lambda self: let_go.rows())
    @rule(number=NUMBERS)
    def a_supervisor_refuses_again(self, number: int) -> None:
        assert let_go.refuse_again(machines.pick(let_go.rows(), number).name)
        self.note("refused again")

    # --- what happens by itself

    @rule(time=st.sampled_from(WAITS), asked=st.integers(0, 3), seen_to=st.booleans(), forget=st.booleans())
    def time_passes(self, time: timedelta, asked: int, seen_to: bool, forget: bool) -> None:
        """Meanwhile a bank may have asked that people look again."""
        self.wait(time)
        questions.bank_asks({"cat": asked}, ())
        if not seen_to:
            return
        queue.free_overdue()
        assert not Review.objects.filter(claimed_until__lte=self.moment).exists()
        if forget:
            retention.sweep()
            self.wait(timedelta(hours=25))
            owed = set(OutgoingOpinion.objects.filter(state="due").values_list("pk", flat=True))
            unanswered = set(Appeal.objects.filter(answered_at__isnull=True).values_list("pk", flat=True))
            open_ones = set(Review.objects.exclude(state="decided").values_list("pk", flat=True))
            if retention.sweep():
                self.note("forgotten")
            assert owed == set(OutgoingOpinion.objects.filter(state="due").values_list("pk", flat=True))
            assert unanswered <= set(Appeal.objects.values_list("pk", flat=True))
            assert open_ones <= set(Review.objects.values_list("pk", flat=True))

    @precondition(lambda self: OutgoingOpinion.objects.filter(state="due").exists())
    @rule(reached=st.sampled_from((True, True, False)))
    def tell(self, reached: bool) -> None:
        row = opinions.claim()
        if row is not None:
            opinions.answered(row) if reached else opinions.failed(row, "no", for_good=False)
            self.note("told" if reached else "not reached")
        opinions.give_up_orphans(("repit-y",))

    # --- what must be true between any two steps

    @invariant()
    def holds(self) -> None:
        reviews = list(Review.objects.select_related("decision"))
        steps, objections = of_reviews(Step.objects.order_by("pk")), of_reviews(Appeal.objects.all())
        recorded = of_reviews(OutgoingOpinion.objects.order_by("pk"))
        explained = of_reviews(Statement.objects.all())
        self.every_upload_belongs_to_one_review(reviews)
        self.every_claim_is_one_persons(reviews)
        for review in reviews:
            answered = [step for step in steps[review.pk] if step.outcome]
            final = [step.outcome for step in answered if step.after == "decided"]
            self.the_steps_are_in_the_table(review, steps[review.pk])
            self.what_was_decided_last_is_what_stands(review, answered, final)
            self.it_is_decided_once_and_about_an_item_by_two(review, answered, final)
            assert bool(explained[review.pk]) == (review.outcome == "refuse")
            self.objections_are_answered_with_it(review, objections[review.pk])
            self.banks_hear_of_what_is_sure(review, final, recorded[review.pk])
        due = [(row.exchange, row.item) for rows in recorded.values() for row in rows if row.state == "due"]
        assert len(due) == len(set(due))
        assert audit.verify() is None

    def every_upload_belongs_to_one_review(self, reviews: list[Review]) -> None:
        parts = dict(Part.objects.values_list("decision", "review"))
        queued = set(Decision.objects.filter(queued=True).values_list("pk", flat=True))
        assert queued <= set(parts) and {review.decision_id for review in reviews} <= set(parts)
        assert all(parts[review.decision_id] == review.pk for review in reviews if review.state != "decided")
        open_ones = [review.about for review in reviews if review.about and review.state != "decided"]
        assert len(open_ones) == len(set(open_ones))
        counts = queue.counts()
        assert sum(counts.values()) == len(reviews) and set(counts) == {*HELD, *OPEN, "decided"}

    def every_claim_is_one_persons(self, reviews: list[Review]) -> None:
        holders = Counter(review.holder_id for review in reviews if review.holder_id)
        assert all(count == 1 for count in holders.values())
        assert all(review.signature is None for review in reviews if review.state == "decided")
        freed = {row.name for row in let_go.rows()}
        assert freed <= {review.name for review in reviews if review.picture}
        self.reached.update(["let go"] if freed else [])

    def the_steps_are_in_the_table(self, review: Review, steps: list[Step]) -> None:
        states = ["waiting", *(step.after for step in steps)]
        assert [step.before for step in steps] == states[:-1] and states[-1] == review.state
        assert all((step.before, step.after) in TRANSITIONS for step in steps)
        self.reached.update(f"{step.before} to {step.after}" for step in steps)

    def what_was_decided_last_is_what_stands(
        self, review: Review, answered: list[Step], final: list[str]
    ) -> None:
        assert len({step.member_id for step in answered}) == len(answered)
        assert review.outcome == (final[-1] if final else "")
        assert (review.decided_at is not None) == bool(final)
        assert review.first == (answered[0].outcome if answered else "")

    def it_is_decided_once_and_about_an_item_by_two(
        self, review: Review, answered: list[Step], final: list[str]
    ) -> None:
        if not review.about:
            assert len(final) <= 1 + review.appeals
            return
        assert len(final) <= 1 and review.state not in OBJECTED
        assert len(answered) >= 2 or not review.picture
        assert len(answered) >= 2 or not (review.why and final) or review.outcome == "refer"

    def objections_are_answered_with_it(self, review: Review, objections: list[Appeal]) -> None:
        assert len(objections) == len({objection.number for objection in objections})
        open_ones = [objection for objection in objections if objection.answered_at is None]
        if review.state == "decided":
            assert not open_ones
        assert open_ones or review.state not in OBJECTED

    def banks_hear_of_what_is_sure(
        self, review: Review, final: list[str], recorded: list[OutgoingOpinion]
    ) -> None:
        sure = review.decision.item and review.decision.tier in ("standard", "altered")
        blocked = ["blocked" for outcome in final if outcome == "refuse" and sure]
        freed = ["not_blocked"] * (review.picture and review.outcome == "allow")
        assert sorted(record.opinion for record in recorded) == sorted([*blocked, *freed])


def of_reviews(rows: QuerySet[Any]) -> defaultdict[int, list[Any]]:
    """Rows by the review that they belong to."""
    found = defaultdict[int, list[Any]](list)
    for row in rows:
        found[row.review_id].append(row)
    return found


def by_decision(**those: object) -> list[Review]:
    """Reviews, in an order that is the same each time a story is told."""
    return list(Review.objects.filter(**those).select_related("decision", "holder").order_by("pk"))


def test_every_step_is_refused_by_name_or_leaves_a_desk_that_holds(someone: Make) -> None:
    Desk.members = [someone(role).member for role in ROLES]
    reached = machines.tell(Desk, stories=12, steps=14, openings=OPENINGS)
    back = {f"{held} to {waiting}" for held, waiting in OPEN.items()}
    assert {f"{before} to {after}" for before, after in TRANSITIONS} - back <= set(reached)
    assert len(back & set(reached)) > 1
    assert {"told", "let go"} <= set(reached)
