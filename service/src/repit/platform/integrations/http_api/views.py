"""The gate over HTTP.

In: uploads, bare hashes, or addresses of pictures. Out: a verdict with its reasons (`/v1/check`), or a bare
status that several products understand (`/v1/refuse`: 200 and 202 accept, 451 refuses). Next: the platform.
Plain Django, for this is the hot path: the body is read in pieces, here.
"""

import hashlib
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import get_language

from repit.foundation.clock import elapsed
from repit.foundation.errors import NotFound, TooLarge
from repit.foundation.web.api.answers import JSON, Answer
from repit.foundation.web.api.operations import operation
from repit.foundation.web.api.reading import Parameters
from repit.foundation.web.problems import problem
from repit.platform.gate import fetching, runtime
from repit.platform.gate.channels import Named
from repit.platform.gate.checks import Check
from repit.platform.gate.errors import GateNotRunning, Overloaded, UrlsRefused
from repit.platform.gate.inspection.inspector import Inspector
from repit.platform.gate.inspection.question import BareHashes, NotLookedAt
from repit.platform.gate.senders import sent_by
from repit.platform.gate.verdict import Verdict
from repit.platform.integrations.http_api import words
from repit.platform.integrations.http_api.answers import CheckAnswer, VerdictAnswer, answer
from repit.platform.integrations.http_api.keys import PLATFORM
from repit.platform.integrations.http_api.preferences import (
    APPLIED,
    Asking,
    Preference,
    Waiting,
    preference_of,
)
from repit.platform.integrations.http_api.questions import MAX_MOMENTS, Question, question_of
from repit.platform.integrations.http_api.senders import sender_of
from repit.platform.integrations.http_api.upload import (
    Content,
    EmptyUpload,
    Form,
    NotOneFile,
    body_of,
    receive,
)
from repit_engine.errors import MomentsRefused

_RETRY_SECONDS: Final = "1"
_QUESTION_BYTES: Final = MAX_MOMENTS + 1024
_CHECKED: Final = Answer("The verdict.", VerdictAnswer)
_LATER: Final = Answer(
    "It takes longer, and the caller said `Prefer: respond-async`: where to ask again.",
    CheckAnswer,
    status=202,
)
_AGAIN_SECONDS: Final = 5
_BARE: Final = {
    "allow": Answer("Accept.", VerdictAnswer),
    "review": Answer("Accept, and hold for review.", VerdictAnswer, status=202),
    "block": Answer("Refuse.", VerdictAnswer, status=451),
}
_BODIES: Final[dict[str, Any]] = {
    "application/octet-stream": Content,
    "image/*": Content,
    "video/*": Content,
    "multipart/form-data": Form,
    JSON: Question,
}
_REFUSALS: Final = (NotOneFile, EmptyUpload, UrlsRefused, TooLarge, Overloaded, GateNotRunning)


class InFrontOf(Parameters):
    """Of which product this upload is, where one stands between the platform and the gate."""

    channel: Named | None = None


@operation(
    "POST",
    answers=(_CHECKED, _LATER),
    refusals=_REFUSALS,
    security=PLATFORM,
    bodies=_BODIES,
    words=words.CHECK,
)
def check(request: HttpRequest, query: InFrontOf, headers: Asking) -> HttpResponseBase:
    """The whole verdict; the status is 200 whatever it is, or 202 where it is not there yet."""
    channel, preference = query.channel or "check", preference_of(headers.prefer)
    try:
        # An opaque name of the account, so that one sender counts once (`repit.platform.gate.senders`).
        with sent_by(headers.sender):
            if not preference.later:
                return _CHECKED(answer(_now(request, channel, preference), get_language()))
            begun = _begun(request, channel, preference)
            verdict = begun.answer()
    except Overloaded as error:
        return _busy(error)
    return _later(begun) if verdict is None else _CHECKED(answer(verdict, get_language()))


@operation(
    "GET",
    answers=(_CHECKED, _LATER),
    refusals=(NotFound, Overloaded, GateNotRunning),
    security=PLATFORM,
    words=words.LATER,
)
def later(request: HttpRequest, check: str) -> HttpResponseBase:
    """What became of a check that took longer. Raises `NotFound`."""
    try:
        found = runtime.current().checks.find(_owner(request), check)
        verdict = found.answer()
    except Overloaded as error:
        return _busy(error)
    return _later(found) if verdict is None else _CHECKED(answer(verdict, get_language()))


@operation(
    "POST",
    answers=tuple(_BARE.values()),
    refusals=_REFUSALS,
    security=PLATFORM,
    bodies=_BODIES,
    words=words.REFUSE,
)
def refuse(request: HttpRequest, query: InFrontOf, headers: Waiting) -> HttpResponseBase:
    """The bare contract: 200 allow, 202 allow and hold for review, 451 refuse."""
    try:
        with sent_by(headers.sender):
            verdict = _now(request, query.channel or "bare", preference_of(headers.prefer))
    except Overloaded as error:
        return _busy(error)
    return _BARE[verdict.outcome](answer(verdict, get_language()))


def _now(request: HttpRequest, channel: str, preference: Preference) -> Verdict:
    """The verdict, for which the caller waits."""
    begun = elapsed()
    with ExitStack() as held:
        ask = _asked(request, channel, held)
        return ask(runtime.current().inspector.until(preference.until(begun, elapsed())))


def _begun(request: HttpRequest, channel: str, preference: Preference) -> Check:
    """The same for a caller who comes back where it takes longer."""
    gate, begun = runtime.current(), elapsed()
    with ExitStack() as held:
        ask = _asked(request, channel, held)
        kept = held.pop_all()

    def work() -> Verdict:
        with kept:  # whoever asks again waits as long as any video may take
            return ask(gate.inspector.until(elapsed() + gate.inspector.videos.seconds))

    try:
        moment = elapsed()
        return gate.checks.begin(_owner(request), work, max(0.0, preference.until(begun, moment) - moment))
    except Overloaded:
        kept.close()
        raise


def _asked(request: HttpRequest, channel: str, held: ExitStack) -> Callable[[Inspector], Verdict]:
    """The whole request taken in, and how to ask about it; `held` gives its room back."""
    gate = runtime.current()
    if request.content_type == "application/json":
        asked = question_of(body_of(request, _QUESTION_BYTES))
        if isinstance(asked, str):
            return lambda inspector: fetching.inspect_at(gate, asked, channel, inspector)
        if asked.is_unreadable:
            return lambda inspector: inspector.inspect(NotLookedAt(MomentsRefused.code, channel))
        bare = BareHashes(asked.hashes, channel, moments=asked.moments)
        return lambda inspector: inspector.inspect(bare)
    sender = sender_of(request)
    room = partial(gate.admission.buffer, channel, sender)
    found = receive(request, room, held, settings.REPIT_GATE_MAX_FILE_BYTES)
    if not found.odd and not found.files[0].size:
        raise EmptyUpload
    question = found.asked(channel, sender) if found.odd else found.files[0].asked(channel)
    return lambda inspector: inspector.inspect(question)


def _later(check: Check) -> HttpResponse:
    address = reverse("gate-check", args=[check.name])
    response = _LATER({"check": check.name, "address": address, "again": _AGAIN_SECONDS})
    response["Location"], response["Retry-After"] = address, str(_AGAIN_SECONDS)
    response[APPLIED] = "respond-async"
    return response


def _owner(request: HttpRequest) -> bytes:
    """By what whoever asks again is known: the key, of which a digest is kept."""
    return hashlib.sha256(request.headers.get("Authorization", "").encode()).digest()


def _busy(error: Overloaded) -> HttpResponse:
    busy = problem(error)
    busy["Retry-After"] = _RETRY_SECONDS
    # Django logs each 5xx as an error; a flood of uploads must not become a flood of lines.
    busy._has_been_logged = True  # type: ignore[attr-defined]
    return busy
