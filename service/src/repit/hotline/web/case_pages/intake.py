"""Opening a case, one question a page.

In: a person's answers, carried in the form itself. Out: at the end, and only then, a case and its
receipt. Next: `codes`, where the receipt is practised.

Whoever is, or may be, under 18 is told so at the first question who can help, and nothing was kept: there is
no cookie, no row and no log line before the last step.

The last form may be sent twice (a double press, an answer that never arrived): the number of the case and the
secret under which its receipt can be shown again were drawn at the first step and travel in the form, so the
same form gives the same case and the same receipt. Where something holds it up, the same page comes back
with everything that was on it.
"""

import logging
from collections.abc import Callable
from typing import Any, Final

from csp.decorators import csp_update
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from repit.foundation.errors import InputRefused, TooLarge, TransitionRefused
from repit.foundation.hashes import Kind
from repit.foundation.ids import case_number
from repit.foundation.web.complaints import Complaint, complain
from repit.foundation.web.content_policy import DEVICE
from repit.hotline.cases import locations, service
from repit.hotline.cases.locations import WANTS, Wishes
from repit.hotline.web.case_pages import carried, codes, hashes, limits, not_now, receipts
from repit.hotline.web.case_pages.cookies import token_of
from repit.hotline.web.case_pages.guards import person_page
from repit.hotline.web.case_pages.limits import TooOften
from repit.hotline.web.case_pages.showing import language, other_language, show

_PURPOSE: Final = "intake"
_log: Final = logging.getLogger(__name__)
STEPS: Final = ("who", "kind", "wants", "where", "level", "device")
_MOVES: Final = ("back", "language", "show")
KINDS: Final[tuple[Kind, ...]] = ("intimate", "deepfake")


class _Unanswered(Exception):
    """The present question has no usable answer; `args[0]` says so to the person."""


@csp_update(DEVICE)
@person_page
def start(request: HttpRequest) -> HttpResponse:
    """Each POST answers one step and shows the next, or moves among them."""
    if request.method != "POST":
        return _page(request, {"step": "who"})
    answers, late = carried.opened_late(_PURPOSE, request.POST.get("state", ""))
    try:
        return _stepped(request, answers, late)
    except Exception as error:
        later = not_now.met(error, sent=True)
        if later is None:
            raise
        # Not a page of its own: what the device worked out stands here, and one press sends it again.
        _log.error("a case could not be opened: %s", type(error).__name__)
        typed = answers | _typed(request, answers["step"])
        answer = _page(request, typed, " ".join(later.shown(language())), later.status)
        answer.headers["Retry-After"] = str(later.retry_seconds)
        return answer


def _stepped(request: HttpRequest, answers: dict[str, Any], late: bool) -> HttpResponse:
    secret, moves = answers.get("secret", ""), any(move in request.POST for move in _MOVES)
    is_last = answers["step"] == STEPS[-1] and not moves
    if (is_last or late or token_of(request) == secret) and receipts.held(secret):
        return _handed_over(request, answers)
    if late:
        complaint = _("This page waited for more than an hour. Look at it once more, then go on.")
        return _page(request, answers | _typed(request, answers["step"]), complaint)
    if moves:
        return _page(request, _moved(request, answers))
    return _open(request, answers) if is_last else _answered(request, answers)


def _moved(request: HttpRequest, answers: dict[str, Any]) -> dict[str, Any]:
    """The answers, on the page that is asked for: `back`, `show` (a step that was seen before, when the
    browser itself goes back to it), or the same in the other language."""
    at = STEPS.index(answers["step"])
    if "back" in request.POST:
        return answers | {"step": STEPS[max(0, at - 1)]}
    show = request.POST.get("show", "")
    if show in STEPS and all(_LEFT_BY[step] in answers for step in STEPS[: STEPS.index(show)]):
        return answers | {"step": show}
    # The form went to the same page in the other language: what was typed comes along, unanswered yet.
    return answers | _typed(request, answers["step"])


def _answered(request: HttpRequest, answers: dict[str, Any]) -> HttpResponse:
    step = answers["step"]
    if step == "who" and request.POST.get("who") in ("minor", "helper"):
        return _not_here(request)
    try:
        _ANSWERS[step](request, answers)
    except _Unanswered as unanswered:
        return _page(request, answers, unanswered.args[0], field=step)
    return _page(request, answers | {"step": STEPS[STEPS.index(step) + 1]})


def _not_here(request: HttpRequest) -> HttpResponse:
    if request.POST["who"] == "helper":
        return HttpResponseRedirect(reverse("case_pages:helping"))
    return show(request, "start_stop")


def _who(request: HttpRequest, answers: dict[str, Any]) -> None:
    if request.POST.get("who") != "adult":
        raise _Unanswered(_("Choose the sentence that fits."))
    # Drawn here so that the last form, sent twice, opens one case.
    answers |= {"number": case_number(), "secret": receipts.new_secret()}


def _kind(request: HttpRequest, answers: dict[str, Any]) -> None:
    if request.POST.get("kind") not in KINDS:
        raise _Unanswered(_("Choose what it is. You can add other pictures later."))
    answers["kind"] = request.POST["kind"]


def _wants(request: HttpRequest, answers: dict[str, Any]) -> None:
    answers["wants"] = [want for want in WANTS if want in request.POST.getlist("wants")]
    if not answers["wants"]:
        raise _Unanswered(_("Choose at least one. You can change it later."))


def _where(request: HttpRequest, answers: dict[str, Any]) -> None:
    answers["where"] = request.POST.get("where", "")[: locations.MAX_LOCATIONS * locations.MAX_CHARACTERS]
    try:
        locations.lines(answers["where"])
    except (InputRefused, TooLarge) as error:
        raise _Unanswered(" ".join(error.shown(language()))) from None


def _level(request: HttpRequest, answers: dict[str, Any]) -> None:
    if request.POST.get("level") not in ("one", "family"):
        raise _Unanswered(_("Choose one of the two. You can change it later."))
    answers["level"] = request.POST["level"]


_ANSWERS: Final[dict[str, Callable[[HttpRequest, dict[str, Any]], None]]] = {
    "who": _who,
    "kind": _kind,
    "wants": _wants,
    "where": _where,
    "level": _level,
}


_LEFT_BY: Final = {
    "who": "number",
    "kind": "kind",
    "wants": "wants",
    "where": "where",
    "level": "level",
}
"""What stands in the answers once a question is answered."""


def _typed(request: HttpRequest, step: str) -> dict[str, Any]:
    """What stands in the form of a step, as far as the same form can show it again."""
    if step == "kind" and request.POST.get("kind") in KINDS:
        return {"kind": request.POST["kind"]}
    if step == "wants":
        return {"wants": [want for want in WANTS if want in request.POST.getlist("wants")]}
    if step == "where":
        return {"where": request.POST.get("where", "")[: locations.MAX_LOCATIONS * locations.MAX_CHARACTERS]}
    if step == "level" and request.POST.get("level") in ("one", "family"):
        return {"level": request.POST["level"]}
    return {}


def _open(request: HttpRequest, answers: dict[str, Any]) -> HttpResponse:
    try:
        submissions = hashes.of_kind(request.POST.get("hashes", ""), answers["kind"])
        with limits.opening(request, settings.REPIT_SUBMISSIONS_PER_HOUR), transaction.atomic():
            receipt = service.open_case(
                submissions,
                wishes=Wishes(tuple(answers["wants"]), answers["level"]),
                seen_at=locations.lines(answers["where"]),
                number=answers["number"],
            )
            receipts.keep(answers["secret"], receipt, token_of(request))
    except (InputRefused, TooLarge, TooOften) as error:
        field = "" if isinstance(error, TooOften) else "hashes"
        return _page(request, answers, " ".join(error.shown(language())), error.status, field)
    except TransitionRefused:
        # Pressed twice at once: the other one opened it meanwhile.
        if not receipts.held(answers["secret"]):
            raise
    return _handed_over(request, answers)


def _handed_over(request: HttpRequest, answers: dict[str, Any]) -> HttpResponse:
    secret = answers["secret"]
    return receipts.hand_over(request, secret, "receipt", lambda: codes.directly(request, secret))


def _page(
    request: HttpRequest,
    answers: dict[str, Any],
    complaint: str = "",
    status: int = 400,
    field: str = "",
) -> HttpResponse:
    step = answers["step"]
    values: dict[str, Any] = {
        "answers": answers,
        "state": carried.sealed(_PURPOSE, answers),
        "answered": request.method == "POST",
        "number_of_step": STEPS.index(step) + 1,
        "number_of_steps": len(STEPS),
        "switch": other_language(request) if step != "who" else None,
        # What the device worked out comes back where the page is shown again because something was amiss.
        "pasted": request.POST.get("hashes", "") if complaint else "",
    }
    if complaint:
        complain(request, Complaint(field, complaint), ours=not field)
    return show(request, f"start_{step}", values, status=status if complaint else 200)
