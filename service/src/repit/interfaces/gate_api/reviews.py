"""The platform's own side of a review.

In: the name of a decision, as `/v1/check` gave it. Out: how its review stands, its statement of reasons; a
reference under which the platform keeps the upload, or an objection, is taken in. Next: the platform's
software, which asks again until `outcome` is there.
"""

from typing import Annotated, Any, TypeVar

from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from repit.foundation.errors import InputRefused, NotFound
from repit.gate.review import deciding, queue, statements
from repit.gate.review.models import Review
from repit.interfaces.gate_api.keys import for_platforms

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
    return _told(found)


@csrf_exempt
@require_POST
@for_platforms
def appeal(request: HttpRequest, decision: str) -> HttpResponseBase:
    """Whoever made the upload objects. Raises `NotFound`, `TransitionRefused`."""
    found = _found(decision)
    deciding.object_to(found, _read(_Objection, request).said)
    found.refresh_from_db()
    return _told(found, 201)


def _found(decision: str) -> Review:
    found = Review.objects.filter(decision_id=decision).select_related("decision").first()
    if found is None:
        queue.take_in()
        found = Review.objects.filter(decision_id=decision).select_related("decision").first()
    if found is None:
        raise NotFound
    return found


def _read(kind: type[T], request: HttpRequest) -> T:
    try:
        return kind.model_validate_json(request.body)
    except ValidationError:
        raise InputRefused from None


def _told(found: Review, status: int = 200) -> JsonResponse:
    statement = getattr(found, "statement", None) if found.outcome == "refuse" else None
    answered = found.objections.filter(answered_at__isnull=False).order_by("number").last()
    said: dict[str, Any] = {
        "decision": found.decision_id,
        "state": "decided" if found.state == "decided" else "appealed" if found.appeals else "waiting",
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
