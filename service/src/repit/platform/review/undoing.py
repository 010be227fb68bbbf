"""Ten seconds in which a decision can be undone; only then does it take effect.

In: what a member presses. Out: a row with a due time; then the decision itself (`deciding`), or nothing.
Next: `platform.loops.review_upkeep` asks every second; the desk, which shows what can be undone.

Until then nothing follows: no statement of reasons, no opinion for a bank, nothing for the platform's
software, which is still told that people are asked. The member may take the next one meanwhile. The row goes
in the transaction in which the decision takes effect: a process that is killed before has done nothing, and
what is due is done by whichever comes next; one that is killed after has done it once. What somebody objects
meanwhile is not answered unread: the decision is handed back to the queue.
"""

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.db import transaction

from repit.foundation import audit
from repit.foundation.clock import now
from repit.foundation.errors import NotFound, Text, TransitionRefused
from repit.foundation.jobs.backoff import Backoff
from repit.foundation.jobs.claims import ClaimLost, Claims
from repit.foundation.mapping import named
from repit.foundation.staff.models import Member
from repit.platform.review import deciding, media, objections, queue, wellbeing
from repit.platform.review.deciding import Answer, AnswerNotWhole
from repit.platform.review.models import PendingDecision, Review

_LEASE: Final = timedelta(minutes=1)
_FARTHEST: Final = timedelta(minutes=3)
"""Nobody waits longer (`wellbeing.UNDO_SECONDS`); what seems due later was written by a wrong clock."""
_claims: Final = Claims(PendingDecision.objects.all(), _LEASE, Backoff(1.0, 60.0), farthest=_FARTHEST)
_log: Final = logging.getLogger(__name__)


class Pressed(TransitionRefused):
    """Decided already: whoever wants to decide otherwise undoes it first."""

    code = "pressed-already"
    message = Text("You have decided this one.", "Vous avez déjà décidé de celui-ci.")
    next_step = Text("Undo it first, if you think otherwise.", "Annulez d’abord, si vous changez d’avis.")


class TooLate(TransitionRefused):
    """It has taken effect, or is about to, or was handed back."""

    code = "too-late-to-undo"
    message = Text("It can be undone no more.", "La décision ne peut plus être annulée.")
    next_step = Text(
        "Tell your supervisor if it should be otherwise: they see every decision under Oversight.",
        "Dites-le à la supervision si elle doit changer : chaque décision y figure.",
    )


@dataclass(frozen=True, slots=True)
class Undoable:
    """What a member may still undo. `seconds`: how long, 0 where it takes effect any moment. `another`:
    whether someone else looks too."""

    review: str
    answer: Answer
    seconds: int
    another: bool


def press(member: Member, name: str, answer: Answer) -> None:
    """Decide, so that it can be undone for a while. Raises `NotFound`, `AnswerNotWhole`, `Pressed`."""
    deciding.checked(answer)
    seconds = wellbeing.workload(member).undo_seconds
    with transaction.atomic():
        review = deciding.held(member, name, pressed=False)
        # Whoever saw the claim as it was, to end it, is too late now.
        if not queue.hold_on(review):
            raise NotFound
        if PendingDecision.objects.filter(review=review).exists():
            raise Pressed
        moment = now()
        PendingDecision.objects.create(
            review=review,
            member=member,
            at=moment,
            due_at=moment + timedelta(seconds=seconds),
            outcome=answer.outcome,
            ground=answer.ground,
            why=answer.why,
            picture=answer.picture,
        )


def undo(member: Member, name: str) -> Answer:
    """Take back what this member decided, and hold its review again; what they had decided. What else they
    hold goes back to the queue: nobody holds two. Raises `TooLate`."""
    with transaction.atomic():
        row = (
            PendingDecision.objects.select_related("review").filter(review__name=name, member=member).first()
        )
        # Whoever has claimed the row is about to make it take effect.
        if row is None or not PendingDecision.objects.filter(pk=row.pk, claim="").delete()[0]:
            raise TooLate
        queue.give_back(member, "an earlier one is taken up again", but=name)
        if not queue.hold_on(row.review):
            raise TooLate
        audit.record(member.name, "review decision undone", name)
    return _answer(row)


def pressed(member: Member, name: str) -> Answer | None:
    """What this member has decided of it, and that has not taken effect."""
    row = PendingDecision.objects.filter(review__name=name, member=member).first()
    return None if row is None else _answer(row)


def undoable(member: Member) -> list[Undoable]:
    """What a member may still undo, latest first."""
    rows = PendingDecision.objects.filter(member=member).select_related("review__decision").order_by("-at")
    return [_shown(row, row.review) for row in rows]


def words_of(member: Member, review: Review) -> str:
    """What this member wrote when they decided it, where the decision was handed back."""
    step = review.steps.filter(member=member, outcome="", why__contains="\n").order_by("pk").last()
    return "" if step is None else step.why.partition("\n")[2]


def settle() -> int:
    """Make everything take effect that is due; how many decisions did."""
    done = 0
    while (row := _claims.claim()) is not None:
        done += _settled(row)
    return done


def _settled(row: PendingDecision) -> bool:
    try:
        with transaction.atomic():
            if not _claims.keep(row):
                return False
            held = deciding.held(row.member, row.review.name, pressed=True)
            # What may show a minor stays shut whatever is objected, and nobody looks at it again.
            if row.outcome != "refer" and objections.came_after(row.at, held):
                _handed_back(row, "an objection came in meanwhile")
                return False
            review = deciding.decide(row.member, held.name, _answer(row), pressed=True)
            if not _claims.remove(row):
                raise ClaimLost
    except AnswerNotWhole:
        _handed_back(row, "its ground is no rule here any more")
        return False
    except NotFound:
        _claims.remove(row)  # its review is not theirs any more: whoever takes it decides
        return False
    except Exception as error:  # noqa: BLE001 - one decision must not keep the others
        trouble = named(error).code
        _log.error("a decision does not take effect: %s", trouble)
        _claims.fail(row, trouble)
        return False
    if review.state == "decided":
        media.forget(review)
    return True


def _handed_back(row: PendingDecision, why: str) -> None:
    """Somebody decides anew; the words of whoever had decided stand with the step (`words_of`)."""
    with transaction.atomic():
        if _claims.remove(row):
            queue.free(row.review.name, row.member, f"{why}\n{row.why}".strip())


def _answer(row: PendingDecision) -> Answer:
    return Answer(row.outcome, row.ground, row.why, picture=row.picture)


def _shown(row: PendingDecision, review: Review) -> Undoable:
    left = (row.due_at - now()).total_seconds() if row.due_at else 0.0
    answer = _answer(row)
    return Undoable(review.name, answer, max(0, round(left)), deciding.needs_another(review, answer))
