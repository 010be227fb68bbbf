"""The gate over HTTP.

In: uploads, bare hashes, or addresses of pictures. Out: a verdict with its reasons (`/v1/check`), or a bare
status that several products understand (`/v1/refuse`: 200 and 202 accept, 451 refuses). Next: the platform.
Plain Django, for this is the hot path.
"""

from contextlib import ExitStack
from dataclasses import asdict
from functools import partial
from typing import Any, Final

from django.conf import settings
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from repit.exchanges import partners
from repit.foundation.errors import InputRefused, Text
from repit.foundation.web.problems import problem
from repit.platform.gate import fetching, readiness, runtime
from repit.platform.gate.channels import NAMED
from repit.platform.gate.errors import Overloaded
from repit.platform.gate.inspection.question import BareHashes
from repit.platform.gate.metrics import CONTENT_TYPE
from repit.platform.gate.senders import sent_by
from repit.platform.gate.verdict import Verdict
from repit.platform.integrations.http_api.answers import answer
from repit.platform.integrations.http_api.keys import for_platforms
from repit.platform.integrations.http_api.openapi import FOR_MACHINES, OPERATIONS, PURPOSE, TITLE, document
from repit.platform.integrations.http_api.questions import question_of
from repit.platform.integrations.http_api.senders import HEADER, sender_of
from repit.platform.integrations.http_api.upload import body_of, receive

_STATUS: Final = {"allow": 200, "review": 202, "block": 451}
_RETRY_SECONDS: Final = "1"
_QUESTION_BYTES: Final = 64 * 1024


@csrf_exempt
@require_POST
@for_platforms
def check(request: HttpRequest) -> HttpResponseBase:
    """The whole verdict; the status is 200 whatever it is."""
    return _answered(request, "check", bare=False)


@csrf_exempt
@require_POST
@for_platforms
def refuse(request: HttpRequest) -> HttpResponseBase:
    """The bare contract: 200 allow, 202 allow and hold for review, 451 refuse."""
    return _answered(request, "bare", bare=True)


def _answered(request: HttpRequest, door: str, *, bare: bool) -> HttpResponse:
    try:
        # An opaque name of the account, so that one sender counts once (`repit.platform.gate.senders`).
        with sent_by(request.headers.get(HEADER, "")):
            verdict = _verdict(request, _named(request, door))
    except Overloaded as error:
        busy = problem(error)
        busy["Retry-After"] = _RETRY_SECONDS
        # Django logs each 5xx as an error; a flood of uploads must not become a flood of lines.
        busy._has_been_logged = True  # type: ignore[attr-defined]
        return busy
    said = JsonResponse(answer(verdict, get_language()), status=_STATUS[verdict.outcome] if bare else 200)
    said["Cache-Control"] = "no-store"
    return said


def _named(request: HttpRequest, door: str) -> str:
    """The door that the caller says it stands in, or the path's own."""
    named = request.GET.get("door")
    if named is None:
        return door
    if named not in NAMED:
        doors = ", ".join(NAMED)
        raise InputRefused(Text(f"The doors are {doors}.", f"Les portes sont {doors}."))
    return named


def _verdict(request: HttpRequest, door: str) -> Verdict:
    gate = runtime.current()
    if request.content_type == "application/json":
        asked = question_of(body_of(request, _QUESTION_BYTES))
        if isinstance(asked, str):
            return fetching.inspect_at(gate, asked, door)
        return gate.inspector.inspect(BareHashes(asked, door))
    with ExitStack() as held:
        sender = sender_of(request)
        room = partial(gate.admission.arriving, door, sender)
        found = receive(request, room, held, settings.REPIT_GATE_MAX_FILE_BYTES)
        question = found.asked(door, sender) if found.odd else found.files[0].asked(door)
        return gate.inspector.inspect(question)


@require_GET
@for_platforms
def metrics(request: HttpRequest) -> HttpResponseBase:  # noqa: ARG001
    """Figures for an operator's monitoring."""
    return HttpResponse(runtime.current().inspector.meters.written(), content_type=CONTENT_TYPE)


@require_GET
def health(request: HttpRequest) -> HttpResponseBase:  # noqa: ARG001
    """The process answers."""
    return _told({"alive": True}, 200)


@require_GET
def ready(request: HttpRequest) -> HttpResponseBase:  # noqa: ARG001
    """What is served, how old it is, how far behind, who is alive. 503 when traffic should not come."""
    good, said = readiness.report(runtime.current())
    said["exchanges"] = _exchanges()
    return _told(said, 200 if good else 503)


@require_GET
def openapi(request: HttpRequest) -> HttpResponseBase:  # noqa: ARG001
    """The description that machines read."""
    return JsonResponse(document())


@require_GET
def docs(request: HttpRequest) -> HttpResponseBase:
    """The same for people."""
    language, address = get_language(), request.get_host()
    described = [
        {
            "method": one.method.upper(),
            "path": one.path,
            "summary": one.summary.in_language(language),
            "about": one.about.in_language(language),
            "example": one.example.format(address=address),
        }
        for one in OPERATIONS
    ]
    words = {"title": TITLE, "purpose": PURPOSE, "machines": FOR_MACHINES}
    said = {name: text.in_language(language) for name, text in words.items()}
    return render(request, "http_api/docs.html", {"operations": described, "language": language, **said})


def _exchanges() -> list[dict[str, Any]] | None:
    """How each exchange stands; a database that is away does not make the gate unready."""
    try:
        return [asdict(lag) for lag in partners.lags()]
    except DatabaseError:
        return None


def _told(said: dict[str, object], status: int) -> JsonResponse:
    told = JsonResponse(said, status=status)
    told["Cache-Control"] = "no-store"
    return told
