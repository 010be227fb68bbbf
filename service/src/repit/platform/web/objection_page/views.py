"""The page on which whoever was refused reads why, sees where it stands, and objects.

In: the number of a decision, which only its sender was given; what they say against it. Out: pages in two
languages, without an account, a cookie or a script. Next: `review.objections`, where people answer.

Nothing here changes what holds: an objection asks people. The page says nothing of the person shown, of any
hash or bank; and of what was stopped because it may show a minor, no reason, so that nobody is warned.
"""

import re
from typing import Any, Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, ngettext, override
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from repit.foundation.clock import now
from repit.foundation.errors import InputRefused, NotFound, TransitionRefused
from repit.foundation.web.complaints import Complaint, complain
from repit.platform.review import decision_status, objections, sender_page
from repit.platform.review.decision_status import DecisionStatus
from repit.platform.web.objection_page import limits, timeline

_NUMBER: Final = re.compile(r"[A-Za-z0-9_-]{10,64}")
_LANGUAGES: Final = ("fr", "en")


@require_http_methods(["GET", "HEAD"])
def to_language(request: HttpRequest, number: str = "") -> HttpResponse:  # noqa: ARG001 - Django's signature
    """The same page in the language that the browser asks for."""
    _where_it_is_wanted()
    return HttpResponseRedirect(_address(number))


@csrf_exempt  # there is no session that another site could use
@require_http_methods(["GET", "HEAD", "POST"])
def ask_number(request: HttpRequest) -> HttpResponse:
    """A form for the number, for whoever has no link."""
    _where_it_is_wanted()
    if request.method != "POST":
        return _number_page(request)
    typed = request.POST.get("number", "")[:500]
    # People paste the whole address, too.
    number = typed.strip().rstrip("/").rpartition("/")[2].replace(" ", "")
    if not number:
        return _number_page(request, typed, _("Type the number that came with the refusal."))
    found = _found(request, number)
    return found if isinstance(found, HttpResponse) else HttpResponseRedirect(_address(number), status=303)


@csrf_exempt  # as above: whoever sends this has the number
@require_http_methods(["GET", "HEAD", "POST"])
def decision(request: HttpRequest, number: str) -> HttpResponse:
    """Why, where it stands, the form and the answer."""
    _where_it_is_wanted()
    found = _found(request, number)
    if isinstance(found, HttpResponse):
        return found
    if request.method == "POST":
        return _objected(request, found)
    return _decision_page(request, found)


def _objected(request: HttpRequest, status: DecisionStatus) -> HttpResponse:
    text = request.POST.get("text", "").replace("\r\n", "\n").strip()
    seconds = limits.wait(request, limits.OBJECTIONS)
    if seconds:
        return _decision_page(request, status, text, _later(seconds), 429, seconds)
    counted = limits.count(request, limits.OBJECTIONS)
    try:
        objections.object_to(status.decision, text)
    except (InputRefused, TransitionRefused) as refused:
        if counted is not None:
            counted.give_back()
        return _decision_page(request, status, text, _complaint(refused, text), refused.status)
    return HttpResponseRedirect(_address(status.decision.name), status=303)


def _complaint(refused: InputRefused | TransitionRefused, text: str) -> str:
    if isinstance(refused, TransitionRefused):
        return " ".join(refused.shown(get_language()))
    if len(text) > objections.MOST_TEXT:
        return _("Use 5,000 characters at most.")
    return _("Say in a few words what is wrong with the decision.")


def _found(request: HttpRequest, number: str) -> DecisionStatus | HttpResponse:
    """How the decision of that number stands; or a page that says that there is none."""
    try:
        if not _NUMBER.fullmatch(number):
            raise NotFound
        return decision_status.of(decision_status.named(number))
    except NotFound:
        seconds = limits.wait(request, limits.NUMBERS)
        if seconds:
            return _number_page(request, number, _later(seconds), 429, seconds)
        limits.count(request, limits.NUMBERS)
        # Both are kept as long as the operator says, but never less.
        complaint = _(
            "No decision has this number. Compare it with the refusal. After six months it may be gone."
        )
        return _number_page(request, number, complaint, 404)


def _later(seconds: int) -> str:
    minutes = seconds // 60 + 1
    return ngettext(
        "There were many tries from your connection. Try again in %(minutes)s minute.",
        "There were many tries from your connection. Try again in %(minutes)s minutes.",
        minutes,
    ) % {"minutes": minutes}


def _number_page(
    request: HttpRequest, typed: str = "", missing: str = "", status: int = 0, seconds: int = 0
) -> HttpResponse:
    words = {"typed": typed}
    if missing:
        complain(request, Complaint("number", missing))
    return _page(request, "number", words, status or (400 if missing else 200), seconds)


def _decision_page(  # noqa: PLR0917 - what stands on a page
    request: HttpRequest,
    status: DecisionStatus,
    typed: str = "",
    missing: str = "",
    code: int = 200,
    seconds: int = 0,
) -> HttpResponse:
    stopped = status.outcome == "refer"
    waiting = next((each for each in status.objections if each.answered_at is None), None)
    words = {
        "number": status.decision.name,
        "outcome": status.outcome or "",
        "statement": None if stopped else status.statement(get_language()),
        "points": [] if stopped else timeline.of(status, now()),
        "waiting": waiting,
        "answers": [] if stopped else [each for each in status.objections if each.answered_at is not None],
        "may_object": not stopped and waiting is None and len(status.objections) < objections.MOST_APPEALS,
        "typed": typed,
        "most": objections.MOST_TEXT,
    }
    if missing:
        complain(request, Complaint("text", missing))
    return _page(request, "decision", words, code, seconds, status.decision.name)


def _page(  # noqa: PLR0917 - what stands on a page
    request: HttpRequest, name: str, words: dict[str, Any], status: int, seconds: int = 0, number: str = ""
) -> HttpResponse:
    other = next(code for code in _LANGUAGES if code != get_language())
    with override(other):
        words |= {"other": other, "other_address": _address(number)}
    words["site"] = sender_page.site()
    answer = render(request, f"objection_page/{name}.html", words, status=status)
    if seconds:
        answer["Retry-After"] = str(seconds)
    return answer


def _address(number: str) -> str:
    return reverse("objection", args=[number]) if number else reverse("objection-number")


def _where_it_is_wanted() -> None:
    if not settings.REPIT_GATE_OBJECTIONS:
        raise Http404
