"""The gate over HTTP.

In: uploads, bare hashes, or addresses of pictures. Out: a verdict with its reasons (`/v1/check`), or a bare
status that several products understand (`/v1/refuse`: 200 and 202 accept, 451 refuses). Next: the platform.
Plain Django, for this is the hot path: the body is read in pieces, here.
"""

from contextlib import ExitStack
from functools import partial
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import get_language
from pydantic import Field

from repit.foundation.errors import TooLarge
from repit.foundation.web.api.answers import JSON, Answer
from repit.foundation.web.api.operations import operation
from repit.foundation.web.api.reading import Parameters
from repit.foundation.web.problems import problem
from repit.platform.gate import fetching, runtime
from repit.platform.gate.channels import DIRECT, Named
from repit.platform.gate.errors import GateNotRunning, Overloaded, UrlsRefused
from repit.platform.gate.inspection.question import BareHashes
from repit.platform.gate.senders import LONGEST, sent_by
from repit.platform.gate.verdict import Verdict
from repit.platform.integrations.http_api import words
from repit.platform.integrations.http_api.answers import VerdictAnswer, answer
from repit.platform.integrations.http_api.keys import PLATFORM
from repit.platform.integrations.http_api.questions import Question, question_of
from repit.platform.integrations.http_api.senders import HEADER, sender_of
from repit.platform.integrations.http_api.upload import EmptyUpload, Form, NotOneFile, body_of, receive

_RETRY_SECONDS: Final = "1"
_QUESTION_BYTES: Final = 64 * 1024
_CHECKED: Final = Answer("The verdict.", VerdictAnswer)
_BARE: Final = {
    "allow": Answer("Accept.", VerdictAnswer),
    "review": Answer("Accept, and hold for review.", VerdictAnswer, status=202),
    "block": Answer("Refuse.", VerdictAnswer, status=451),
}
_BODIES: Final[dict[str, Any]] = {
    "application/octet-stream": bytes,
    "image/*": bytes,
    "video/*": bytes,
    "multipart/form-data": Form,
    JSON: Question,
}
_REFUSALS: Final = (NotOneFile, EmptyUpload, UrlsRefused, TooLarge, Overloaded, GateNotRunning)


class InFrontOf(Parameters):
    """Of which product this upload is, where one stands between the platform and the gate."""

    channel: Named | None = None


class SentBy(Parameters):
    """Of whom this upload is."""

    sender: str = Field(
        default="",
        alias=HEADER,
        description=f"An opaque name of the account: senders take turns, and each counts once. What goes"
        f" beyond {LONGEST} characters is not read.",
    )


@operation(
    "POST",
    answers=(_CHECKED,),
    refusals=_REFUSALS,
    security=PLATFORM,
    bodies=_BODIES,
    words=words.CHECK,
)
def check(request: HttpRequest, query: InFrontOf, headers: SentBy) -> HttpResponseBase:
    """The whole verdict; the status is 200 whatever it is."""
    return _answered(request, query.channel or "check", headers.sender, bare=False)


@operation(
    "POST",
    answers=tuple(_BARE.values()),
    refusals=_REFUSALS,
    security=PLATFORM,
    bodies=_BODIES,
    words=words.REFUSE,
)
def refuse(request: HttpRequest, query: InFrontOf, headers: SentBy) -> HttpResponseBase:
    """The bare contract: 200 allow, 202 allow and hold for review, 451 refuse."""
    return _answered(request, query.channel or "bare", headers.sender, bare=True)


def _answered(request: HttpRequest, channel: str, sender: str, *, bare: bool) -> HttpResponse:
    try:
        # An opaque name of the account, so that one sender counts once (`repit.platform.gate.senders`).
        with sent_by(sender):
            verdict = _verdict(request, channel)
    except Overloaded as error:
        busy = problem(error)
        busy["Retry-After"] = _RETRY_SECONDS
        # Django logs each 5xx as an error; a flood of uploads must not become a flood of lines.
        busy._has_been_logged = True  # type: ignore[attr-defined]
        return busy
    respond = _BARE[verdict.outcome] if bare else _CHECKED
    return respond(answer(verdict, get_language()))


def _verdict(request: HttpRequest, channel: str) -> Verdict:
    gate = runtime.current()
    if request.content_type == "application/json":
        asked = question_of(body_of(request, _QUESTION_BYTES))
        if isinstance(asked, str):
            return fetching.inspect_at(gate, asked, channel)
        return gate.inspector.inspect(BareHashes(asked, channel))
    with ExitStack() as held:
        sender = sender_of(request)
        room = partial(gate.admission.buffer, channel, sender)
        found = receive(request, room, held, settings.REPIT_GATE_MAX_FILE_BYTES)
        if channel in DIRECT and not found.odd and not found.files[0].size:
            raise EmptyUpload
        question = found.asked(channel, sender) if found.odd else found.files[0].asked(channel)
        return gate.inspector.inspect(question)
