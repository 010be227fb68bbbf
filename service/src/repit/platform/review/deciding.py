"""Decisions of people: first look, second look, a third's.

In: a member who holds a review, an outcome, the reason. Out: the review's next state, a statement of reasons
where the upload is refused, answers to objections, an opinion for the bank, a row for the audit. Next: the
platform asks for the outcome (`decision_status`), `platform.loops.tell_banks` tells the bank.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import transaction

from repit.foundation import audit
from repit.foundation.clock import now
from repit.foundation.errors import InputRefused, NotFound, Text, TransitionRefused
from repit.foundation.staff.models import Member
from repit.platform.gate.policy import CANARY
from repit.platform.gate.verdict import SAME
from repit.platform.review import (
    grounds,
    let_go,
    media,
    objections,
    opinions,
    questions,
    queue,
    rules,
    statements,
    wellbeing,
)
from repit.platform.review.models import Review
from repit.platform.review.states import OUTCOMES, Outcome, State

MOST_TEXT: Final = 5000
DEEP: Final = 25
"""Of a hundred: `hotline.bank.doubt_rule` at the hotline counts a word by the same measure."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a member decides. `ground`: the code of a ground, needed to refuse. `why`: in their words.

    `picture`: with `allow`, that the picture itself may be shown by everyone, so that the known items of
    which it is are let go here, and their banks hear of it. It takes someone who has seen it.
    """

    outcome: str
    ground: str = ""
    why: str = ""
    picture: bool = False


def decide(member: Member, name: str, answer: Answer) -> Review:
    """Decide a review that this member holds. Raises `NotFound`, `InputRefused`."""
    outcome = _checked(answer)
    with transaction.atomic():
        review = Review.objects.select_for_update(of=("self",)).filter(name=name, holder=member).first()
        if review is None or review.claimed_until is None or review.claimed_until <= now():
            raise NotFound(
                Text("You no longer hold this one.", "Vous ne tenez plus celui-ci."),
                Text("Take the next one.", "Prenez le suivant."),
            )
        picture = answer.picture and outcome == "allow" and bool(may_free(review))
        before: State = review.state  # type: ignore[assignment]
        after, final = _next(review, before, outcome, picture)
        fields: dict[str, object] = {"state": after, "holder": None, "claim": "", "claimed_until": None}
        if before == "held":
            fields |= {"first": outcome, "first_picture": picture}
        elif before == "second-held":
            fields["second"] = outcome
        if final:
            fields |= {"outcome": outcome, "decided_at": now(), "picture": picture}
        for field, value in fields.items():
            setattr(review, field, value)
        review.save(update_fields=list(fields))
        queue.note(review, before, after, member, outcome=outcome, why=answer.why)
        done = f"review {outcome}, the picture itself" if picture else f"review {outcome}"
        audit.record(member.name, done, review.name, f"{before} to {after}")
        if final:
            _finish(review, outcome, answer)
        wellbeing.decided(member)
    if final:
        media.forget(review)
    return review


def may_free(review: Review) -> dict[str, int | None]:
    """The items with which this upload's picture agrees, where people may let that picture go: once it is
    known how it is recognised. To each how much of its family agreed, which its bank weighs."""
    known = review.signature is not None or review.decision.tier == "exact"
    if not review.about or not review.compared or not known:
        return {}
    items = list(review.decision.sources()) or [review.about]
    return {item: review.depths.get(item) for item in items if item != CANARY}


def is_the_item(review: Review) -> bool:
    """Whether the upload at hand is the item's own picture, so that what is decided of it holds for all that
    agree with the item's whole: it has its family too, and not only its hash."""
    depth = review.depths.get(review.about)
    return review.decision.tier in SAME and depth is not None and depth >= DEEP


def _next(review: Review, before: State, outcome: Outcome, picture: bool) -> tuple[State, bool]:
    if before == "held":
        pairs = settings.REPIT_REVIEW_SECOND_LOOK
        second = rules.needs_second(outcome, review.basis, pairs, item=bool(review.why) or picture)
        return ("second", False) if second else ("decided", True)
    if before == "second-held":
        agreed = outcome == "refer" or (outcome, picture) == (review.first, review.first_picture)
        return ("decided", True) if agreed else ("split", False)
    if before in ("split-held", "appeal-held"):
        return "decided", True
    raise TransitionRefused(detail=before)


def _finish(review: Review, outcome: Outcome, answer: Answer) -> None:
    statements.write(review, answer.ground, answer.why) if outcome == "refuse" else statements.drop(review)
    freed = may_free(review) if review.picture else {}
    opinions.note(review, outcome, freed)
    questions.answered(review, outcome, freed)
    if outcome != "allow":
        let_go.end_for_file(review.decision.file)
    elif not freed and review.decision.file and _reverses(review):
        let_go.add_file(review)
    if outcome == "allow" and not _for_all(review):
        queue.split(review)
    objections.answer(review, outcome, answer.why)


def _for_all(review: Review) -> bool:
    return review.picture and is_the_item(review)


def _reverses(review: Review) -> bool:
    """Whether letting the upload at hand go takes a refusal back, by the gate alone or by people."""
    return review.decision.outcome == "block" or objections.wait_for_release(review)


def _checked(answer: Answer) -> Outcome:
    for outcome in OUTCOMES:
        if answer.outcome == outcome:
            break
    else:
        raise InputRefused(
            Text("Choose one of the outcomes.", "Choisissez une des issues."),
            Text("Go back to the review.", "Revenez à l’examen."),
        )
    if outcome == "refuse" and grounds.named(answer.ground) is None:
        raise InputRefused(
            Text("A refusal needs a ground.", "Un refus a besoin d’un motif."),
            Text("Choose the rule that it rests on.", "Choisissez la règle sur laquelle il repose."),
        )
    if len(answer.why) > MOST_TEXT or "\0" in answer.why:
        raise InputRefused(Text("The text is too long.", "Le texte est trop long."))
    return outcome


def due_before(moment: datetime) -> int:
    """How many reviews should be decided by then and are not."""
    return Review.objects.exclude(state="decided").filter(due_at__lte=moment).count()
