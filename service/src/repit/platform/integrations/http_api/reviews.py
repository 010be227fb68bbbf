"""The platform's own side of a review.

In: the name of a decision, as `/v1/check` gave it. Out: how its review stands, its statement of reasons; a
reference under which the platform keeps the upload, or an objection, is taken in. Next: the platform's
software, which asks again until `outcome` is there.
"""

from typing import Annotated, Final, Literal

from django.db.models import Q
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import get_language
from pydantic import Field
from typing_extensions import TypedDict

from repit.foundation.errors import NotFound, TransitionRefused
from repit.foundation.web.api.answers import Answer
from repit.foundation.web.api.operations import at_one_address, operation
from repit.foundation.web.api.reading import Strict
from repit.platform.gate.models import Decision
from repit.platform.integrations.http_api import words
from repit.platform.integrations.http_api.keys import PLATFORM
from repit.platform.review import deciding, queue, statements
from repit.platform.review.models import Appeal, Review
from repit.platform.review.states import OUTCOMES, Outcome


class Reference(Strict):
    """Where the platform keeps the upload, in its own words."""

    reference: Annotated[str, Field(min_length=1, max_length=300, pattern=r"^[\x21-\x7e]+$")]


class Objection(Strict):
    """What whoever made the upload says."""

    text: Annotated[str, Field(max_length=deciding.MOST_TEXT, pattern=r"^[^\x00]*[^\s\x00][^\x00]*$")]


class AppealAnswer(TypedDict):
    """What was answered to the last objection that has an answer."""

    number: int
    upheld: bool
    answer: str


class ReviewAnswer(TypedDict):
    """How a review stands; times in ISO 8601."""

    decision: str
    state: Literal["waiting", "decided", "appealed"]
    outcome: Outcome | None
    due_at: str
    decided_at: str | None
    statement: statements.Shown | None
    appeal: AppealAnswer | None


_STANDS: Final = Answer("How it stands.", ReviewAnswer)
_NOTED: Final = Answer("Noted; how it stands.", ReviewAnswer, status=201)


@operation("GET", answers=(_STANDS,), refusals=(NotFound,), security=PLATFORM, words=words.REVIEW)
def review(request: HttpRequest, decision: str) -> HttpResponseBase:  # noqa: ARG001
    """How it stands. Raises `NotFound`."""
    return _STANDS(_shown(_found(decision), decision))


@operation("POST", answers=(_STANDS,), refusals=(NotFound,), security=PLATFORM, words=words.REFERENCE)
def reference(request: HttpRequest, decision: str, body: Reference) -> HttpResponseBase:  # noqa: ARG001
    """Where the platform keeps the upload. Raises `NotFound`."""
    found = _found(decision)
    found.reference = body.reference
    found.save(update_fields=["reference"])
    return _STANDS(_shown(found, decision))


one_review: Final = at_one_address(review, reference)


@operation(
    "POST",
    answers=(_NOTED,),
    refusals=(NotFound, TransitionRefused),
    security=PLATFORM,
    words=words.APPEAL,
)
def appeal(request: HttpRequest, decision: str, body: Objection) -> HttpResponseBase:  # noqa: ARG001
    """Whoever made the upload objects, to what people refused or the gate alone. Raises `NotFound`,
    `TransitionRefused`."""
    row = Decision.objects.filter(pk=decision).first()
    if row is None:
        raise NotFound
    if row.outcome == "review" and not row.queued:
        queue.take_in()
    found = deciding.object_to(row, body.text)
    found.refresh_from_db()
    return _NOTED(_shown(found, decision))


def _found(decision: str) -> Review:
    """The review that an upload belongs to. Raises `NotFound`."""
    found = queue.review_of(decision)
    if found is None:
        queue.take_in()
        found = queue.review_of(decision)
    if found is None:
        raise NotFound
    return found


def _shown(found: Review, decision: str) -> ReviewAnswer:
    statement = getattr(found, "statement", None) if found.outcome == "refuse" else None
    mine = found.objections.filter(Q(decision=decision) | Q(decision__isnull=True))
    objected = found.appeals or mine.filter(answered_at__isnull=True).exists()
    return {
        "decision": decision,
        "state": "decided" if found.state == "decided" else "appealed" if objected else "waiting",
        "outcome": next((outcome for outcome in OUTCOMES if outcome == found.outcome), None),
        "due_at": found.due_at.isoformat(),
        "decided_at": None if found.decided_at is None else found.decided_at.isoformat(),
        "statement": None if statement is None else statements.shown(statement, get_language()),
        "appeal": _answered(mine.filter(answered_at__isnull=False).order_by("number").last()),
    }


def _answered(appeal: Appeal | None) -> AppealAnswer | None:
    if appeal is None:
        return None
    return {"number": appeal.number, "upheld": bool(appeal.upheld), "answer": appeal.answer}
