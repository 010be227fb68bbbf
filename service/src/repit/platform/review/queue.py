"""The queue: what waits, who takes what, for how long.

In: the gate's decisions with the outcome review; members who ask for work. Out: reviews, each held by one
member at a time. Next: `deciding`, the desk.

Of two who want the same review one gets it, and the other gets the next. A claim ends by itself (`LEASE`),
so that nothing is lost with a browser that was closed.
Nobody takes a review twice: who decided first gives no second look, and answers no objection to it.
"""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Case, Count, Q, QuerySet, Value, When

from repit.foundation.clock import now
from repit.foundation.errors import NotFound
from repit.foundation.ids import token
from repit.foundation.jobs.claims import Leases
from repit.foundation.staff.models import Member
from repit.platform.gate.models import Decision
from repit.platform.gate.verdict import SAME
from repit.platform.review import rules
from repit.platform.review.models import Appeal, Part, Review, Step
from repit.platform.review.states import HELD, NEEDS, OPEN, State, step

LEASE: Final = timedelta(minutes=15)
_leases: Final = Leases(Review.objects.all(), LEASE)
_AT_ONCE: Final = 500
_SOON: Final = timedelta(hours=2)


def take_in() -> int:
    """Make a review of each decision that asks for one; how many were new.

    Of several who do so at once one makes them and the others wait for it: who asks for work must not be told
    that there is none while it is being written. Uploads that are one item's very picture are one review: a
    flood costs people one look.
    """
    waiting = Decision.objects.filter(outcome="review", queued=False).order_by("at")
    with transaction.atomic():
        rows = waiting.select_for_update() if _locks() else waiting
        found = list(rows[:_AT_ONCE])
        alone = [decision for decision in found if decision.tier not in SAME or not decision.item]
        _each(alone)
        _grouped([decision for decision in found if decision.tier in SAME and decision.item])
        Decision.objects.filter(pk__in=[decision.pk for decision in found]).update(queued=True)
    return len(found)


def review_of(decision: str) -> Review | None:
    """The review that an upload belongs to."""
    part = Part.objects.filter(decision=decision).select_related("review__decision").first()
    return None if part is None else part.review


def reviewed(decision: Decision) -> Review | None:
    """The same; made now where the decision asks for one and none was made yet."""
    found = review_of(decision.pk)
    while found is None and decision.outcome == "review" and take_in():
        found = review_of(decision.pk)
    return found


def outcomes(decisions: Collection[str]) -> dict[str, str]:
    """What people decided of these uploads; those that wait are left out."""
    parts = Part.objects.filter(decision__in=decisions, review__state="decided")
    return dict(parts.values_list("decision_id", "review__outcome"))


def alone(decision: Decision) -> Review:
    """A review of an upload by itself, since somebody objects to what the gate alone decided."""
    _each([decision])
    Decision.objects.filter(pk=decision.pk).update(queued=True)
    return Part.objects.select_related("review__decision").get(decision=decision).review


def split(review: Review) -> int:
    """What was decided of the upload at hand does not hold for the others: each is looked at by itself, and
    what its sender objected is answered then."""
    others = Part.objects.filter(review=review).exclude(decision=review.decision_id)
    found = [part.decision for part in others.select_related("decision")]
    others.delete()
    open_ones = Appeal.objects.filter(review=review, answered_at__isnull=True)
    for own in _each(found):
        open_ones.filter(decision=own.decision_id).update(review=own, number=1)
    return len(found)


def _each(found: Sequence[Decision]) -> list[Review]:
    """A review for each of these."""
    reviews = Review.objects.bulk_create([_review(decision) for decision in found])
    Part.objects.bulk_create([Part(decision_id=review.decision_id, review=review) for review in reviews])
    return reviews


def _grouped(found: Sequence[Decision]) -> None:
    """One review for each item of which these are the very picture."""
    first = {decision.item: decision for decision in reversed(found)}
    Review.objects.bulk_create(
        [_review(decision, item) for item, decision in first.items()], ignore_conflicts=True
    )
    asked = dict(Review.objects.filter(about__in=first).exclude(state="decided").values_list("about", "pk"))
    Part.objects.bulk_create([Part(decision=decision, review_id=asked[decision.item]) for decision in found])


def open_to(member: Member) -> QuerySet[Review]:
    """What waits that this member may take, most pressing first: what is due soon, then by risk."""
    pressing = Case(When(due_at__lte=now() + _SOON, then=Value(0)), default=Value(1))
    return _takeable(member).annotate(pressing=pressing).order_by("pressing", "-risk", "due_at", "pk")


def due_soon(member: Member) -> set[str]:
    """What this member may take and is due within two hours, by its number."""
    due = _takeable(member).filter(due_at__lte=now() + _SOON)
    return {str(pk) for pk in due.values_list("pk", flat=True)[:_AT_ONCE]}


def take(member: Member) -> Review | None:
    """The review this member holds already, else the most pressing one; None where nothing waits."""
    take_in()
    free_overdue()
    held = held_by(member)
    if held is not None:
        return held
    for _ in range(20):
        candidate = open_to(member).first()
        if candidate is None:
            return None
        taken = _claim(candidate, member)
        if taken is not None:
            return taken
    return None


def take_named(member: Member, name: str) -> Review:
    """This very review, if it may be taken. Raises `NotFound`."""
    free_overdue()
    found = _takeable(member).filter(name=name).first()
    taken = None if found is None or held_by(member) is not None else _claim(found, member)
    if taken is None:
        raise NotFound
    return taken


def held_by(member: Member) -> Review | None:
    """What a member holds now; looking at it holds it on."""
    mine = Review.objects.filter(_undecided(), holder=member, claimed_until__gt=now()).first()
    return mine if mine is not None and _leases.keep(mine) else None


def give_back(member: Member, why: str = "", *, but: str = "") -> None:
    """Let go of what a member holds, except the review named `but`."""
    for review in Review.objects.filter(_undecided(), holder=member).exclude(name=but):
        _free(review, member, why or "given back")


def free_overdue() -> int:
    """End every claim whose time ran out; how many."""
    # Of a clock that is set back nobody is told to go: who looks at theirs holds it on from then.
    stale = list(Review.objects.filter(_undecided(), holder__isnull=False, claimed_until__lte=now()))
    return sum(_free(review, None, "its time ran out") for review in stale)


def free(name: str, member: Member, why: str = "freed by a supervisor") -> None:
    """End someone's claim; `member`: who does, or whose decision is handed back. Raises `NotFound`."""
    review = Review.objects.filter(_undecided(), name=name, holder__isnull=False).first()
    if review is None or not _free(review, member, why):
        raise NotFound


def hold_on(review: Review) -> bool:
    """Hold it for another lease from now; whether it is still held by whom this was read of."""
    return _leases.keep(review)


def _undecided() -> Q:
    """That its holder has not decided; what they have takes effect, or is undone (`undoing`)."""
    return Q(pending__isnull=True)


def _takeable(member: Member) -> QuerySet[Review]:
    states = [state for state, permission in NEEDS.items() if member.may(permission)]
    decided = Step.objects.filter(member=member).exclude(outcome="").values("review")
    open_ones = Review.objects.filter(Q(not_before__isnull=True) | Q(not_before__lte=now()), state__in=states)
    return open_ones.exclude(pk__in=decided)


def _claim(review: Review, member: Member) -> Review | None:
    before: State = review.state  # type: ignore[assignment]
    after = HELD[before]
    with transaction.atomic():
        taken = _leases.claim_one(review.pk, when=Q(state=before), state=after, holder=member)
        if taken is not None:
            note(taken, before, after, member)
    return taken


def _free(review: Review, member: Member | None, why: str) -> bool:
    """End the claim as it was seen; one that was renewed since stays."""
    before: State = review.state  # type: ignore[assignment]
    after = OPEN[before]
    seen = Q(state=before, claimed_until=review.claimed_until)
    with transaction.atomic():
        freed = _leases.let_go(review, when=seen, state=after, holder=None)
        if freed:
            note(review, before, after, member, why=why)
    return freed


def note(
    review: Review, before: State, after: State, member: Member | None, *, outcome: str = "", why: str = ""
) -> None:
    """Leave the row of a step. Raises `TransitionRefused` for one that the table does not have."""
    step(before, after)
    Step.objects.create(
        review=review, at=now(), before=before, after=after, member=member, outcome=outcome, why=why
    )


def counts() -> dict[str, int]:
    """How many reviews are in each state."""
    rows = Review.objects.values_list("state").annotate(n=Count("pk"))
    return {**dict.fromkeys([*HELD, *OPEN, "decided"], 0), **dict(rows)}


def _locks() -> bool:
    """SQLite takes the whole database for a transaction, and knows no row locks."""
    return connection.features.has_select_for_update


def _review(decision: Decision, about: str = "") -> Review:
    undecided = bool(decision.undecided)
    confirmations = decision.evidence[0]["confirmations"] if decision.evidence else 1
    risk = rules.risk(decision.tier, confirmations, undecided=undecided)
    return Review(
        name=token(),
        decision=decision,
        risk=risk,
        basis=rules.basis(decision.tier, undecided=undecided),
        taken_in_at=decision.at,
        due_at=rules.due(decision.at, settings.REPIT_REVIEW_HOURS, risk),
        about=about,
    )
