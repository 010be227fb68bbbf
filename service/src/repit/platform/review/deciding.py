"""Decisions of people: first look, second look, a third's, the answer to an objection.

In: a member who holds a review, an outcome, the reason. Out: the review's next state, a statement of reasons
where the upload is refused, an opinion for the bank, a row for the audit. Next: the platform asks for the
outcome, `platform.loops.tell_banks` tells the bank.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from repit.foundation import audit
from repit.foundation.clock import now
from repit.foundation.errors import InputRefused, NotFound, Text, TransitionRefused
from repit.foundation.staff.models import Member
from repit.platform.gate.models import Decision
from repit.platform.gate.policy import CANARY
from repit.platform.gate.verdict import SAME
from repit.platform.review import grounds, media, opinions, questions, queue, rules, statements, wellbeing
from repit.platform.review.models import Appeal, Review
from repit.platform.review.states import OUTCOMES, Outcome, State

MOST_APPEALS: Final = 3
MOST_OBJECTIONS: Final = 100
"""In one question about an item; they are answered together."""
MOST_TEXT: Final = 5000
DEEP: Final = 25
"""Of a hundred: `hotline.bank.doubt_rule` at the hotline counts a word by the same measure."""
_ENOUGH: Final = TransitionRefused(
    Text(
        "It is not decided yet, or has been objected to often enough.",
        "Ce n'est pas encore décidé, ou déjà contesté assez de fois.",
    )
)


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
    _answer_objections(review, outcome, answer.why)
    if outcome == "allow" and not _for_all(review):
        queue.split(review)


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


def object_to(decision: Decision, text: str) -> Review:
    """Note an objection to a refusal; the review that answers it. Raises `TransitionRefused`, `InputRefused`,
    `NotFound` for a decision that refused nothing and of which there is no review.

    An upload that is an item's very picture is objected to as part of the question about that item: whoever
    spreads a picture would otherwise ask until somebody errs. Any other is looked at again by itself.
    """
    if not text.strip() or len(text) > MOST_TEXT or "\0" in text:
        raise InputRefused(
            Text("Say in a few words what is wrong.", "Dites en quelques mots ce qui ne va pas.")
        )
    with transaction.atomic():
        review = queue.review_of(decision.pk)
        asked = _waiting_with(decision, review)
        if asked is not None:
            return _objected(asked, decision, text)
        if review is None:
            raise NotFound
        return _appealed(review, text)


def _waiting_with(decision: Decision, review: Review | None) -> Review | None:
    """The review that waits and will answer; None where one of this upload alone is to be taken up again."""
    if review is None and decision.outcome != "block":
        return None
    if review is not None and not review.about:
        return review if _unanswered_yet(review) else None
    if review is not None and review.state != "decided":
        return review
    if review is not None and review.outcome != "refuse":
        raise _ENOUGH
    return questions.objected(decision) or queue.refused(decision)


def _unanswered_yet(review: Review) -> bool:
    """Whether nobody has decided it since an objection to what the gate alone refused brought it up."""
    return review.state not in ("decided", "appealed", "appeal-held") and review.decision.outcome == "block"


def _objected(review: Review, decision: Decision, text: str) -> Review:
    before = Appeal.objects.filter(Q(decision=decision) | Q(decision__isnull=True, review__decision=decision))
    if before.count() >= MOST_APPEALS or before.filter(answered_at__isnull=True).exists():
        raise _ENOUGH
    if Appeal.objects.filter(review=review).count() >= MOST_OBJECTIONS:
        raise _ENOUGH
    _note(review, text, decision)
    return review


def _note(review: Review, text: str, decision: Decision | None = None) -> None:
    number = Appeal.objects.filter(review=review).count() + 1
    Appeal.objects.create(review=review, decision=decision, number=number, at=now(), text=text)


def _appealed(review: Review, text: str) -> Review:
    changed = Review.objects.filter(pk=review.pk, state="decided", appeals__lt=MOST_APPEALS).update(
        state="appealed",
        appeals=F("appeals") + 1,
        due_at=rules.due(now(), settings.REPIT_REVIEW_HOURS, review.risk),
    )
    if not changed:
        raise _ENOUGH
    review.refresh_from_db()
    queue.note(review, "decided", "appealed", None)
    _note(review, text)
    return review


def _for_all(review: Review) -> bool:
    return review.picture and is_the_item(review)


def _answer_objections(review: Review, outcome: Outcome, why: str) -> None:
    unanswered = Appeal.objects.filter(review=review, answered_at__isnull=True)
    if outcome == "allow" and not _for_all(review):
        # The upload at hand was let go, and what others objected to is looked at by itself.
        for objection in unanswered.exclude(decision__isnull=True).exclude(decision=review.decision):
            objection.answer, objection.answered_at, objection.upheld = why, now(), False
            objection.save(update_fields=["answer", "answered_at", "upheld"])
    unanswered.update(answer=why, answered_at=now(), upheld=outcome == "allow")


def due_before(moment: datetime) -> int:
    """How many reviews should be decided by then and are not."""
    return Review.objects.exclude(state="decided").filter(due_at__lte=moment).count()
