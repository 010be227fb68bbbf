"""Opening a case, one question a page.

In: a person's answers, carried in the form itself. Out: at the end, and only then, a case and its
receipt. Next: `codes`, where the receipt is practised.

Whoever is, or may be, under 18 is told so at the first question who can help, and nothing was kept: there is
no cookie, no row and no log line before the last step.
"""

from collections.abc import Callable
from typing import Any, Final

from csp.decorators import csp_update
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from repit.awareness.helplines import COUNTRIES
from repit.bank.types import Kind
from repit.cases import places, service
from repit.cases.places import WANTS, Wishes
from repit.foundation.errors import InputRefused, TooLarge
from repit.foundation.ids import case_number
from repit.interfaces.case_pages import carried, codes, hashes, limits
from repit.interfaces.case_pages.content_policy import DEVICE
from repit.interfaces.case_pages.showing import language, other_language, show
from repit.interfaces.case_pages.visiting import person_page

_PURPOSE: Final = "intake"
STEPS: Final = ("who", "kind", "wants", "where", "level", "device")
KINDS: Final[tuple[Kind, ...]] = ("intimate", "deepfake")


class _Unanswered(Exception):
    """The present question has no usable answer; `args[0]` says so to the person."""


@csp_update(DEVICE)
@person_page
def start(request: HttpRequest) -> HttpResponse:
    """Each POST answers one step and shows the next; `back` shows the one before, `language` the same."""
    if request.method != "POST":
        return _page(request, {"step": "who"})
    answers = carried.opened(_PURPOSE, request.POST.get("state", ""))
    step = answers["step"]
    if "back" in request.POST:
        answers["step"] = STEPS[max(0, STEPS.index(step) - 1)]
    elif "language" in request.POST:
        # The form went to the same page in the other language: what was typed comes along, unanswered yet.
        answers |= _typed(request, step)
    if "back" in request.POST or "language" in request.POST:
        return _page(request, answers)
    if step == "device":
        return _open(request, answers)
    if step == "who" and request.POST.get("who") in ("minor", "helper"):
        return _not_here(request)
    try:
        _ANSWERS[step](request, answers)
    except _Unanswered as unanswered:
        return _page(request, answers, unanswered.args[0])
    answers["step"] = STEPS[STEPS.index(step) + 1]
    return _page(request, answers)


def _not_here(request: HttpRequest) -> HttpResponse:
    if request.POST["who"] == "helper":
        return HttpResponseRedirect(reverse("case_pages:helping"))
    return show(request, "start_stop", {"countries": COUNTRIES})


def _who(request: HttpRequest, answers: dict[str, Any]) -> None:
    if request.POST.get("who") != "adult":
        raise _Unanswered(_("Choose the sentence that fits."))
    # Drawn here so that the last form, sent twice, opens one case.
    answers["number"] = case_number()


def _kind(request: HttpRequest, answers: dict[str, Any]) -> None:
    if request.POST.get("kind") not in KINDS:
        raise _Unanswered(_("Choose what it is. You can add other pictures later."))
    answers["kind"] = request.POST["kind"]


def _wants(request: HttpRequest, answers: dict[str, Any]) -> None:
    answers["wants"] = [want for want in WANTS if want in request.POST.getlist("wants")]
    if not answers["wants"]:
        raise _Unanswered(_("Choose at least one. You can change it later."))


def _where(request: HttpRequest, answers: dict[str, Any]) -> None:
    answers["where"] = request.POST.get("where", "")[: places.MAX_PLACES * places.MAX_CHARACTERS]
    try:
        places.lines(answers["where"])
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


def _typed(request: HttpRequest, step: str) -> dict[str, Any]:
    """What stands in the form of a step, as far as the same form can show it again."""
    if step == "kind" and request.POST.get("kind") in KINDS:
        return {"kind": request.POST["kind"]}
    if step == "wants":
        return {"wants": [want for want in WANTS if want in request.POST.getlist("wants")]}
    if step == "where":
        return {"where": request.POST.get("where", "")[: places.MAX_PLACES * places.MAX_CHARACTERS]}
    if step == "level" and request.POST.get("level") in ("one", "family"):
        return {"level": request.POST["level"]}
    return {}


def _open(request: HttpRequest, answers: dict[str, Any]) -> HttpResponse:
    limits.note(request, "open a case", settings.REPIT_SUBMISSIONS_PER_HOUR, 3600.0)
    try:
        receipt = service.open_case(
            hashes.of_kind(request.POST.get("hashes", ""), answers["kind"]),
            wishes=Wishes(tuple(answers["wants"]), answers["level"]),
            seen_at=places.lines(answers["where"]),
            number=answers["number"],
        )
    except (InputRefused, TooLarge) as error:
        return _page(request, answers, " ".join(error.shown(language())))
    return codes.shown(request, receipt, "receipt")


def _page(request: HttpRequest, answers: dict[str, Any], said: str = "") -> HttpResponse:
    step = answers["step"]
    values: dict[str, Any] = {
        "answers": answers,
        "state": carried.sealed(_PURPOSE, answers),
        "number_of_step": STEPS.index(step) + 1,
        "number_of_steps": len(STEPS),
        "said": said,
        "switch": other_language(request) if step != "who" else None,
    }
    return show(request, f"start_{step}", values, status=400 if said else 200)
