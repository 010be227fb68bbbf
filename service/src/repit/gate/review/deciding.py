"""Decisions of people: first look, second look, a third's, the answer to an objection.

In: a member who holds a review, an outcome, the reason. Out: the review's next state, a statement of reasons
where the upload is refused, an opinion for the bank, a row for the audit. Next: the platform asks for the
outcome, `workers.tell_banks` tells the bank.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import F

from repit.foundation import audit
from repit.foundation.clock import now
from repit.foundation.errors import InputRefused, NotFound, Text, TransitionRefused
from repit.foundation.staff.models import Member
from repit.gate.review import grounds, media, opinions, queue, rules, statements, wellbeing
from repit.gate.review.models import Appeal, Review
from repit.gate.review.states import OUTCOMES, Outcome, State

MOST_APPEALS: Final = 3
MOST_TEXT: Final = 5000


@dataclass(frozen=True, slots=True)
class Answer:
    """What a member decides. `ground`: the code of a ground, needed to refuse. `why`: in their words."""

    outcome: str
    ground: str = ""
    why: str = ""


def decide(member: Member, name: str, answer: Answer) -> Review:
    """Decide a review that this member holds. Raises `NotFound`, `InputRefused`."""
    outcome = _checked(answer)
    with transaction.atomic():
        review = Review.objects.select_for_update(of=("self",)).filter(name=name, holder=member).first()
        if review is None or review.held_until is None or review.held_until <= now():
            raise NotFound(
                Text("You no longer hold this one.", "Vous ne tenez plus celui-ci."),
                Text("Take the next one.", "Prenez le suivant."),
            )
        before: State = review.state  # type: ignore[assignment]
        after, final = _next(review, before, outcome)
        fields: dict[str, object] = {"state": after, "holder": None, "held_until": None}
        if before == "held":
            fields["first"] = outcome
        elif before == "second-held":
            fields["second"] = outcome
        if final:
            fields |= {"outcome": outcome, "decided_at": now()}
        for field, value in fields.items():
            setattr(review, field, value)
        review.save(update_fields=list(fields))
        queue.note(review, before, after, member, outcome=outcome, why=answer.why)
        audit.record(member.name, f"review {outcome}", review.name, f"{before} to {after}")
        if before == "appeal-held":
            _answer_appeal(review, outcome, answer.why)
        if final:
            _finish(review, outcome, answer)
        wellbeing.decided(member)
    if final:
        media.forget(review)
    return review


def _next(review: Review, before: State, outcome: Outcome) -> tuple[State, bool]:
    if before == "held":
        pairs = settings.REPIT_REVIEW_SECOND_LOOK
        return ("second", False) if rules.needs_second(outcome, review.basis, pairs) else ("decided", True)
    if before == "second-held":
        agreed = outcome in (review.first, "refer")
        return ("decided", True) if agreed else ("split", False)
    if before in ("split-held", "appeal-held"):
        return "decided", True
    raise TransitionRefused(detail=before)


def _finish(review: Review, outcome: Outcome, answer: Answer) -> None:
    statements.write(review, answer.ground, answer.why) if outcome == "refuse" else statements.drop(review)
    opinions.note(review, outcome)


def _checked(answer: Answer) -> Outcome:
    for outcome in OUTCOMES:
        if answer.outcome == outcome:
            break
    else:
        raise InputRefused(
            Text("Choose one of the outcomes.", "Choisissez une des issues."),
            Text("Go back to the review.", "Revenez à l'examen."),
        )
    if outcome == "refuse" and grounds.named(answer.ground) is None:
        raise InputRefused(
            Text("A refusal needs a ground.", "Un refus a besoin d'un motif."),
            Text("Choose the rule that it rests on.", "Choisissez la règle sur laquelle il repose."),
        )
    if len(answer.why) > MOST_TEXT or "\0" in answer.why:
        raise InputRefused(Text("The text is too long.", "Le texte est trop long."))
    return outcome


# --- objections ---------------------------------------------------------------------------------------------


def object_to(review: Review, said: str) -> Appeal:
    """Note an objection to a decided review. Raises `TransitionRefused`, `InputRefused`."""
    if not said.strip() or len(said) > MOST_TEXT or "\0" in said:
        raise InputRefused(
            Text("Say in a few words what is wrong.", "Dites en quelques mots ce qui ne va pas.")
        )
    with transaction.atomic():
        changed = Review.objects.filter(pk=review.pk, state="decided", appeals__lt=MOST_APPEALS).update(
            state="appealed",
            appeals=F("appeals") + 1,
            due_at=rules.due(now(), settings.REPIT_REVIEW_HOURS, review.risk),
        )
        if not changed:
            raise TransitionRefused(
                Text(
                    "It is not decided yet, or has been objected to often enough.",
                    "Ce n'est pas encore décidé, ou déjà contesté assez de fois.",
                )
            )
        review.refresh_from_db()
        queue.note(review, "decided", "appealed", None)
        return Appeal.objects.create(review=review, number=review.appeals, at=now(), said=said)


def _answer_appeal(review: Review, outcome: Outcome, why: str) -> None:
    appeal = Appeal.objects.filter(review=review, answered_at__isnull=True).latest("number")
    appeal.answer, appeal.answered_at = why, now()
    appeal.upheld = outcome == "allow"
    appeal.save(update_fields=["answer", "answered_at", "upheld"])


def due_before(moment: datetime) -> int:
    """How many reviews should be decided by then and are not."""
    return Review.objects.exclude(state="decided").filter(due_at__lte=moment).count()
