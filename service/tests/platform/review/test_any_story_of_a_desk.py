"""Whatever people do at a desk in whatever order, however long they wait: done whole, or refused by name."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import transaction
from review_rows import decision
from staff_people import Someone

from repit.foundation import audit, clock
from repit.foundation.errors import InputRefused, NotFound, TransitionRefused
from repit.platform.gate.models import Decision
from repit.platform.gate.pictures import Signature
from repit.platform.review import deciding, let_go, opinions, questions, queue, retention
from repit.platform.review.deciding import Answer
from repit.platform.review.models import Appeal, OutgoingOpinion, Part, Review, Statement, Step
from repit.platform.review.states import HELD, OPEN, OUTCOMES, TRANSITIONS

Make = Callable[..., Someone]
pytestmark = pytest.mark.django_db
STEPS = 200
WAITS = (
    timedelta(seconds=30),
    timedelta(minutes=10),
    timedelta(minutes=16),
    timedelta(hours=20),
    timedelta(days=370),
)
OBJECTED = ("appealed", "appeal-held")


def holds() -> None:
    """What must be true of a desk between any two steps."""
    reviews = list(Review.objects.select_related("decision"))
    parts = dict(Part.objects.values_list("decision", "review"))
    queued = set(Decision.objects.filter(queued=True).values_list("pk", flat=True))
    assert queued <= set(parts) and {review.decision_id for review in reviews} <= set(parts)
    assert all(parts[review.decision_id] == review.pk for review in reviews if review.state != "decided")
    open_ones = [review.about for review in reviews if review.about and review.state != "decided"]
    assert len(open_ones) == len(set(open_ones))
    assert {row.name for row in let_go.rows()} <= {review.name for review in reviews if review.picture}
    assert all(review.signature is None for review in reviews if review.state == "decided")
    holders = Counter(review.holder_id for review in reviews if review.holder_id)
    assert all(count == 1 for count in holders.values())
    for review in reviews:
        holds_together(review)
    due = OutgoingOpinion.objects.filter(state="due").values_list("exchange", "item")
    assert len(due) == len(set(due))
    counts = queue.counts()
    assert sum(counts.values()) == len(reviews) and set(counts) == {*HELD, *OPEN, "decided"}


def holds_together(review: Review) -> None:
    """One review with all that belongs to it."""
    steps = list(Step.objects.filter(review=review).order_by("pk"))
    states = ["waiting", *(step.after for step in steps)]
    assert [step.before for step in steps] == states[:-1] and states[-1] == review.state
    assert all((step.before, step.after) in TRANSITIONS for step in steps)
    said = [step for step in steps if step.outcome]
    assert len({step.member_id for step in said}) == len(said)
    final = [step.outcome for step in said if step.after == "decided"]
    assert review.outcome == (final[-1] if final else "")
    assert (review.decided_at is not None) == bool(final)
    assert review.first == (said[0].outcome if said else "")
    assert Statement.objects.filter(review=review).exists() == (review.outcome == "refuse")
    objections = Appeal.objects.filter(review=review)
    assert objections.count() == len(set(objections.values_list("number", flat=True)))
    open_ones = objections.filter(answered_at__isnull=True).count()
    assert open_ones == 0 if review.state == "decided" else open_ones >= (review.state in OBJECTED)
    if review.about:
        assert len(final) <= 1 and review.state not in OBJECTED
        # What concerns an item itself takes two.
        assert len(said) >= 2 or not review.picture
        assert len(said) >= 2 or not (review.why and final) or review.outcome == "refer"
    sure = review.decision.item and review.decision.tier in ("standard", "altered")
    told = OutgoingOpinion.objects.filter(review=review).order_by("pk").values_list("opinion", flat=True)
    blocked = ["blocked" for one in final if one == "refuse" and sure]
    assert sorted(told) == sorted(
        [*blocked, *["not_blocked"] * (review.picture and review.outcome == "allow")]
    )


@pytest.mark.parametrize("seed", range(4))
def test_every_step_is_refused_by_name_or_leaves_a_desk_that_holds(
    seed: int, someone: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(seed)
    people = [
        someone(role) for role in ("moderator", "moderator", "senior", "senior", "senior", "supervisor")
    ]
    members = [one.member for one in people]
    moment = clock.now()

    def wait() -> None:
        nonlocal moment
        moment += chance.choices(WAITS, (8, 8, 4, 3, 3))[0]

    def arrive() -> None:
        item = chance.choice(("", "cat", "dog", "repit-x"))
        decision(chance.choice(("possible", "altered", "standard", "standard")) if item else "", item=item)

    def refuse() -> None:
        """The gate alone refuses an upload, and tells the desk."""
        tier = chance.choice(("standard", "standard", "altered"))
        row = decision(tier, item=chance.choice(("cat", "dog", "repit-x")), outcome="block")
        if tier == "standard":
            upload = questions.Met(row.name, row.item, "repit", tier, 1, refused=True, counts=True)
            for wanted in questions.met([upload]):
                known = chance.choice((None, Signature(bytes(32), bytes(128))))
                questions.compared(wanted, {row.item: chance.choice((None, 5, 90))}, known)

    def object_to() -> None:
        row = chance.choice(list(Decision.objects.order_by("pk")) or [Decision(name="nobody")])
        deciding.object_to(row, "That is my dog.")

    def bank_speaks() -> None:
        questions.bank_asks({chance.choice(("cat", "dog")): chance.randrange(9)}, ())

    def some() -> Review:
        nobody = Review(name="nobody", risk=0, decision=Decision(name="nobody"))
        return chance.choice(list(Review.objects.select_related("decision").order_by("pk")) or [nobody])

    def one_of(**those: object) -> Review:
        return chance.choice(list(Review.objects.filter(**those).order_by("pk")) or [some()])

    def decide() -> None:
        ground, picture = chance.choice(("terms-intimate", "")), chance.random() < 0.5
        answer = Answer(chance.choice(OUTCOMES), ground, "It is.", picture)
        name = one_of(holder__isnull=False).name
        holder = Review.objects.filter(name=name).values_list("holder", flat=True).first()
        mine = [member for member in members if member.pk == holder]
        deciding.decide(chance.choice(mine * 8 + members), name, answer)

    def tell() -> None:
        row = opinions.claim()
        if row is not None:
            chance.choice((opinions.told, lambda one: opinions.failed(one, "no", for_good=False)))(row)

    def sweep() -> None:
        owed = set(OutgoingOpinion.objects.filter(state="due").values_list("pk", flat=True))
        retention.sweep()
        assert owed == set(OutgoingOpinion.objects.filter(state="due").values_list("pk", flat=True))

    deeds: list[tuple[Callable[[], object], int]] = [
        (wait, 12),
        (arrive, 10),
        (lambda: queue.take(chance.choice(members)), 16),
        (lambda: queue.take_named(chance.choice(members), some().name), 6),
        (decide, 24),
        (lambda: deciding.object_to(one_of(state="decided").decision, "That is my dog."), 8),
        (refuse, 12),
        (object_to, 8),
        (bank_speaks, 2),
        (lambda: let_go.refuse_again(chance.choice(let_go.rows()).name), 1),
        (lambda: queue.give_back(chance.choice(members)), 2),
        (lambda: queue.free(some().name, chance.choice(members)), 2),
        (queue.free_overdue, 2),
        (tell, 6),
        (lambda: opinions.give_up_orphans(("repit-y",)), 1),
        (sweep, 4),
    ]
    done: Counter[str] = Counter()
    with clock.at(lambda: moment):
        for _ in range(STEPS):
            deed = chance.choices([one for one, _ in deeds], [weight for _, weight in deeds])[0]
            with suppress(NotFound, TransitionRefused, InputRefused, IndexError), transaction.atomic():
                deed()
            holds()
            done.update(Review.objects.values_list("state", flat=True))
    assert {"decided", "waiting", "appealed"} <= set(done)
    assert audit.verify() is None
