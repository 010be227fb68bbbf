"""The platform's own side of a decision.

In: the number of a decision, as any channel gave it. Out: how it stands, who decided it, its statement of
reasons; a reference under which the platform keeps the upload, or an objection, is taken in. Next: the
platform's software, which asks again until people have answered.
"""

from typing import Annotated, Final, Literal

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import get_language
from pydantic import Field
from typing_extensions import TypedDict

from repit.foundation.errors import NotFound, Text, TransitionRefused
from repit.foundation.web.api.answers import Answer
from repit.foundation.web.api.operations import at_one_address, operation
from repit.foundation.web.api.reading import Strict
from repit.platform.gate.verdict import OUTCOMES
from repit.platform.gate.verdict import Outcome as Verdict
from repit.platform.integrations.http_api import words
from repit.platform.integrations.http_api.keys import PLATFORM
from repit.platform.review import decision_status, objections, queue, sender_page, statements
from repit.platform.review.decision_status import DecisionStatus
from repit.platform.review.models import Appeal
from repit.platform.review.states import Outcome

_NO_REVIEW: Final = TransitionRefused(
    Text("Nobody is asked about this upload.", "Personne n’est interrogé sur cet envoi."),
    Text("Hand on an objection first.", "Transmettez d’abord une contestation."),
)


class Reference(Strict):
    """Where the platform keeps the upload, in its own words."""

    reference: Annotated[str, Field(min_length=1, max_length=300, pattern=r"^[\x21-\x7e]+$")]


class Objection(Strict):
    """What is said against a decision, by whoever made the upload or is shown in it."""

    text: Annotated[str, Field(max_length=objections.MOST_TEXT, pattern=r"^[^\x00]*[^\s\x00][^\x00]*$")]


class AppealAnswer(TypedDict):
    """What was answered to the last objection that has an answer."""

    number: int
    upheld: bool
    answer: str


class ReviewAnswer(TypedDict):
    """How a decision stands; times in ISO 8601.

    `verdict`: what the gate said, `rule` by which rule. `state`: `waiting` or `appealed` where people are
    asked. `outcome`: what holds now, null while an upload waits for its first look. `automated`: no person
    has decided. `due_at`: by when people should, where they are asked. `objection`: where its sender reads
    this, and objects; null where the operator has no such page.
    """

    decision: str
    at: str
    channel: str
    verdict: Verdict
    rule: str
    undecided: str | None
    state: Literal["waiting", "decided", "appealed"]
    outcome: Outcome | None
    automated: bool
    due_at: str | None
    decided_at: str | None
    statement: statements.Shown | None
    objection: str | None
    appeal: AppealAnswer | None


_STANDS: Final = Answer("How it stands.", ReviewAnswer)
_NOTED: Final = Answer("Noted; how it stands.", ReviewAnswer, status=201)


@operation("GET", answers=(_STANDS,), refusals=(NotFound,), security=PLATFORM, words=words.REVIEW)
def review(request: HttpRequest, decision: str) -> HttpResponseBase:  # noqa: ARG001
    """How it stands. Raises `NotFound`."""
    return _STANDS(_shown(decision_status.of(decision_status.named(decision))))


@operation(
    "POST",
    answers=(_STANDS,),
    refusals=(NotFound, TransitionRefused),
    security=PLATFORM,
    words=words.REFERENCE,
)
def reference(request: HttpRequest, decision: str, body: Reference) -> HttpResponseBase:  # noqa: ARG001
    """Where the platform keeps the upload. Raises `NotFound`, `TransitionRefused`."""
    row = decision_status.named(decision)
    found = queue.reviewed(row)
    if found is None:
        raise _NO_REVIEW
    found.reference = body.reference
    found.save(update_fields=["reference"])
    return _STANDS(_shown(decision_status.of(row)))


one_review: Final = at_one_address(review, reference)


@operation(
    "POST",
    answers=(_NOTED,),
    refusals=(NotFound, TransitionRefused),
    security=PLATFORM,
    words=words.APPEAL,
)
def appeal(request: HttpRequest, decision: str, body: Objection) -> HttpResponseBase:  # noqa: ARG001
    """Somebody objects, to what people decided or the gate alone. Raises `NotFound`, `TransitionRefused`."""
    row = decision_status.named(decision)
    objections.object_to(row, body.text)
    return _NOTED(_shown(decision_status.of(row)))


def _shown(now: DecisionStatus) -> ReviewAnswer:
    row = now.decision
    answered = [appeal for appeal in now.objections if appeal.answered_at is not None]
    return {
        "decision": row.name,
        "at": row.at.isoformat(),
        "channel": row.channel,
        "verdict": next(verdict for verdict in OUTCOMES if verdict == row.outcome),
        "rule": row.rule,
        "undecided": row.undecided or None,
        "state": now.state,
        "outcome": now.outcome,
        "automated": now.automated,
        "due_at": None if now.due_at is None else now.due_at.isoformat(),
        "decided_at": None if now.decided_at is None else now.decided_at.isoformat(),
        "statement": now.statement(get_language()),
        "objection": sender_page.address(row.name),
        "appeal": _answered(answered[-1]) if answered else None,
    }


def _answered(appeal: Appeal) -> AppealAnswer:
    return {"number": appeal.number, "upheld": bool(appeal.upheld), "answer": appeal.answer}
