"""The platform's own side of a review.

In: the name of a decision, as `/v1/check` gave it. Out: how its review stands, its statement of reasons; a
reference under which the platform keeps the upload, or an objection, is taken in. Next: the platform's
software, which asks again until `outcome` is there.
"""

from typing import Annotated, Any, TypeVar

from django.db.models import Q
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from repit.foundation.errors import InputRefused, NotFound
from repit.platform.gate.models import Decision
from repit.platform.integrations.http_api.keys import for_platforms
from repit.platform.review import deciding, queue, statements
from repit.platform.review.models import Review

T = TypeVar("T", bound=BaseModel)


class _Reference(BaseModel):
    model_config = ConfigDict(extra="forbid")
    reference: Annotated[str, Field(min_length=1, max_length=300, pattern=r"^[\x21-\x7e]+$")]


class _Objection(BaseModel):
    model_config = ConfigDict(extra="forbid")
    said: Annotated[str, Field(min_length=1, max_length=deciding.MOST_TEXT)]


@csrf_exempt
@require_http_methods(["GET", "POST"])
@for_platforms
def review(request: HttpRequest, decision: str) -> HttpResponseBase:
    """How it stands; or, with `{"reference": …}`, where the platform keeps the upload. Raises `NotFound`."""
    found = _found(decision)
    if request.method == "POST":
        found.reference = _read(_Reference, request).reference
        found.save(update_fields=["reference"])
    return _told(found, decision)


@csrf_exempt
@require_POST
@for_platforms
def appeal(request: HttpRequest, decision: str) -> HttpResponseBase:
    """Whoever made the upload objects, to what people refused or the gate alone. Raises `NotFound`,
    `TransitionRefused`."""
    row = Decision.objects.filter(pk=decision).first()
    if row is None:
        raise NotFound
    if row.outcome == "review" and not row.queued:
        queue.take_in()
    found = deciding.object_to(row, _read(_Objection, request).said)
    found.refresh_from_db()
    return _told(found, decision, 201)


def _found(decision: str) -> Review:
    """The review that an upload belongs to. Raises `NotFound`."""
    found = queue.review_of(decision)
    if found is None:
        queue.take_in()
        found = queue.review_of(decision)
    if found is None:
        raise NotFound
    return found


def _read(kind: type[T], request: HttpRequest) -> T:
    try:
        return kind.model_validate_json(request.body)
    except ValidationError:
        raise InputRefused from None


def _told(found: Review, decision: str, status: int = 200) -> JsonResponse:
    statement = getattr(found, "statement", None) if found.outcome == "refuse" else None
    mine = found.objections.filter(Q(decision=decision) | Q(decision__isnull=True))
    answered = mine.filter(answered_at__isnull=False).order_by("number").last()
    objected = found.appeals or mine.filter(answered_at__isnull=True).exists()
    said: dict[str, Any] = {
        "decision": decision,
        "state": "decided" if found.state == "decided" else "appealed" if objected else "waiting",
        "outcome": found.outcome or None,
        "due_at": found.due_at.isoformat(),
        "decided_at": None if found.decided_at is None else found.decided_at.isoformat(),
        "statement": None if statement is None else statements.shown(statement, get_language()),
        "appeal": None
        if answered is None
        else {"number": answered.number, "upheld": answered.upheld, "answer": answered.answer},
    }
    told = JsonResponse(said, status=status)
    told["Cache-Control"] = "no-store"
    return told
