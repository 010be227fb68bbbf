"""Objections to decisions, of people or of the gate alone (article 20 of Regulation (EU) 2022/2065).

In: any recorded decision, what somebody says against it. Out: the review in which people answer it, and the
answer. Next: `queue`, `deciding`.

Whatever the gate decided may be objected to: a refusal by whoever sent it, a pass by whoever is shown in it.
People answer, never the gate (article 20(6)), by the evidence that was recorded. What is said twice is noted
once.
"""

from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet

from repit.foundation.clock import now
from repit.foundation.errors import InputRefused, NotFound, Text, TransitionRefused
from repit.platform.gate.models import Decision
from repit.platform.review import questions, queue, rules
from repit.platform.review.models import Appeal, Review
from repit.platform.review.states import Outcome

MOST_APPEALS: Final = 3
MOST_OBJECTIONS: Final = 100
"""In one question about an item; they are answered together."""
MOST_TEXT: Final = 5000
_ENOUGH: Final = TransitionRefused(
    Text("It has been objected to often enough.", "Cette décision a déjà été contestée assez de fois."),
    Text(
        "A dispute settlement body or a court can still be asked; the statement of reasons names them.",
        "Un organe de règlement des litiges ou un tribunal peut encore être saisi ; l’exposé des motifs le"
        " rappelle.",
    ),
)
_ASKED: Final = TransitionRefused(
    Text("People are looking at an objection already.", "Une contestation est déjà en cours d’examen."),
    Text("Wait for their answer, then object to that.", "Attendez la réponse, puis contestez-la."),
)
_SHUT: Final = TransitionRefused(
    Text("Nobody here looks at it again.", "Personne ici ne le regarde de nouveau."),
    Text(
        "If you have questions, write to the people who run this site.",
        "Pour toute question, écrivez aux personnes qui gèrent ce site.",
    ),
)
"""Whoever sent it reads this: it does not say why, so that nobody is warned."""


def object_to(decision: Decision, text: str) -> Review:
    """Note an objection; the review that answers it. Raises `TransitionRefused`, `InputRefused`, `NotFound`
    where the decision is gone.

    An upload that is an item's very picture is objected to as part of the question about that item: whoever
    spreads a picture would otherwise ask until somebody errs. Any other is looked at again by itself.
    """
    if not text.strip() or len(text) > MOST_TEXT or "\0" in text:
        raise InputRefused(
            Text("Say in a few words what is wrong.", "Dites en quelques mots ce qui ne va pas.")
        )
    with transaction.atomic():
        decision = _held(decision)
        before = to(decision)
        waits = before.filter(answered_at__isnull=True).select_related("review").first()
        if waits is not None and waits.text == text:
            return waits.review
        if waits is not None:
            raise _ASKED
        if before.count() >= MOST_APPEALS:
            raise _ENOUGH
        review = queue.reviewed(decision)
        against = _stands(decision, review)
        review = _taken_up(decision, review)
        number = Appeal.objects.filter(review=review).count() + 1
        if number > MOST_OBJECTIONS:
            raise _ENOUGH
        Appeal.objects.create(
            review=review, decision=decision, number=number, at=now(), text=text, against=against
        )
        return review


def to(decision: Decision) -> QuerySet[Appeal]:
    """Every objection to a decision, oldest first."""
    mine = Q(decision=decision) | Q(decision__isnull=True, review__decision=decision)
    return Appeal.objects.filter(mine).order_by("pk")


def wait_for_release(review: Review) -> bool:
    """Whether somebody wants the upload at hand let go, and waits for an answer."""
    mine = Q(decision=review.decision_id) | Q(decision__isnull=True)
    return Appeal.objects.filter(mine, review=review, answered_at__isnull=True, against="refuse").exists()


def came_after(moment: datetime, review: Review) -> bool:
    """Whether somebody has objected since then, and waits for an answer."""
    return Appeal.objects.filter(review=review, answered_at__isnull=True, at__gt=moment).exists()


def answer(review: Review, outcome: Outcome, why: str) -> None:
    """What was decided answers all objections in a review; each is upheld that what stood stands no more."""
    unanswered = Appeal.objects.filter(review=review, answered_at__isnull=True)
    for against in ("refuse", "allow"):
        upheld = outcome == "allow" if against == "refuse" else outcome != "allow"
        unanswered.filter(against=against).update(answer=why, answered_at=now(), upheld=upheld)


def _held(decision: Decision) -> Decision:
    """The decision as it is, for as long as the transaction lasts: of two who object at once, one waits."""
    rows = Decision.objects.filter(pk=decision.pk)
    if connection.features.has_select_for_update:
        rows = rows.select_for_update()
    found = rows.first()
    if found is None:
        raise NotFound
    return found


def _stands(decision: Decision, review: Review | None) -> str:
    """What is objected to: what people decided, else what the gate did."""
    if review is not None and review.outcome:
        return "allow" if review.outcome == "allow" else "refuse"
    return "allow" if decision.outcome == "allow" else "refuse"


def _taken_up(decision: Decision, review: Review | None) -> Review:
    """The review that waits and will answer: one that waits already, or a new one, or one taken up again."""
    if review is None:
        return _asked(decision)
    if review.state != "decided":
        return review
    if review.outcome == "refer":
        raise _SHUT
    return _asked(decision) if review.about else _again(review)


def _asked(decision: Decision) -> Review:
    return questions.objected(decision) or queue.alone(decision)


def _again(review: Review) -> Review:
    due = rules.due(now(), settings.REPIT_REVIEW_HOURS, review.risk)
    changed = Review.objects.filter(pk=review.pk, state="decided").update(
        state="appealed", appeals=F("appeals") + 1, due_at=due
    )
    if not changed:
        raise _ASKED
    review.refresh_from_db()
    queue.note(review, "decided", "appealed", None)
    return review
