"""Decisions of people: first look, second look, a third's.

In: a member who holds a review, an outcome, the reason. Out: the review's next state, a statement of reasons
where the upload is refused, answers to objections, an opinion for the bank, a row for the audit. Next: the
platform asks for the outcome (`decision_status`), `platform.loops.tell_banks` tells the bank.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, NamedTuple

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
_NEXT: Final = Text(
    "Complete the form; it kept what you chose.", "Complétez le formulaire : il a gardé vos choix."
)
_NO_OUTCOME: Final = Text("Choose what happens with the upload.", "Choisissez ce que devient l’envoi.")
_NO_GROUND: Final = Text(
    "Choose the ground: a refusal rests on a rule, and its sender will read which.",
    "Choisissez le motif : un refus repose sur une règle, et la personne refusée lira laquelle.",
)
_TOO_LONG: Final = Text(
    f"Use {MOST_TEXT:,} characters at most for your words.",
    f"Écrivez {MOST_TEXT:,} caractères au plus.".replace(",", " "),
)
_NOT_TEXT: Final = Text(
    "Your words hold a character that cannot be kept. Type them again rather than paste them.",
    "Votre texte contient un caractère qui ne peut pas être gardé. Tapez-le plutôt que de le coller.",
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


class Missing(NamedTuple):
    """What an answer lacks, and which field of the form would say it."""

    field: Literal["outcome", "ground", "why"]
    text: Text


class AnswerNotWhole(InputRefused):
    """All that an answer lacks at once, so that nobody mends one thing to hear of the next."""

    code = "answer-not-whole"

    def __init__(self, missing: tuple[Missing, ...] = ()) -> None:
        super().__init__(missing[0].text if missing else None, _NEXT)
        self.missing = missing


def decide(member: Member, name: str, answer: Answer, *, pressed: bool = False) -> Review:
    """Decide a review that this member holds: it takes effect here and now. `pressed`: they held it when they
    pressed (`undoing`), and their claim may have run out since. Raises `NotFound`, `AnswerNotWhole`."""
    outcome = checked(answer)
    with transaction.atomic():
        review = held(member, name, pressed=pressed)
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
    if final and not pressed:  # else it is erased once all of it is safe
        media.forget(review)
    return review


def held(member: Member, name: str, *, pressed: bool = False) -> Review:
    """The review that a member holds, locked within a transaction. Raises `NotFound`."""
    review = Review.objects.select_for_update(of=("self",)).filter(name=name, holder=member).first()
    lapsed = review is None or review.claimed_until is None or review.claimed_until <= now()
    if review is None or (lapsed and not pressed):
        raise NotFound(
            Text("You no longer hold this one.", "Vous ne tenez plus celui-ci."),
            Text("Take the next one.", "Prenez le suivant."),
        )
    return review


def needs_another(review: Review, answer: Answer) -> bool:
    """Whether someone else looks after a first look with this answer. Of later looks nothing is foretold: it
    would tell the second what the first decided, while they may still change their word."""
    if review.state != "held":
        return False
    outcome = _outcome(answer)
    picture = answer.picture and outcome == "allow" and bool(may_free(review))
    return not _next(review, "held", outcome, picture)[1]


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


def checked(answer: Answer) -> Outcome:
    """What is decided. Raises `AnswerNotWhole`."""
    missing = tuple(_missing(answer))
    if missing:
        raise AnswerNotWhole(missing)
    return _outcome(answer)


def _outcome(answer: Answer) -> Outcome:
    return next(outcome for outcome in OUTCOMES if outcome == answer.outcome)


def _missing(answer: Answer) -> Iterator[Missing]:
    if answer.outcome not in OUTCOMES:
        yield Missing("outcome", _NO_OUTCOME)
    elif answer.outcome == "refuse" and grounds.named(answer.ground) is None:
        yield Missing("ground", _NO_GROUND)
    if len(answer.why) > MOST_TEXT:
        yield Missing("why", _TOO_LONG)
    elif "\0" in answer.why:
        yield Missing("why", _NOT_TEXT)


def due_before(moment: datetime) -> int:
    """How many reviews should be decided by then and are not."""
    return Review.objects.exclude(state="decided").filter(due_at__lte=moment).count()
