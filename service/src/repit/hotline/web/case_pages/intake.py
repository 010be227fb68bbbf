"""Opening a case: what is happening, who it is about, the files; each of the first two one press.

In: a person's answers, carried in the form itself. Out: at the end, and only then, a case and its
receipt. Next: `codes`, which shows what is protected and the receipt.

Nothing is asked before protection that can wait: where it was seen and what the person wants stand on the
pages of the case. Whether a picture is real follows from the first answer wherever that says it.

Whoever is, or may be, under 18 is told who can help, and nothing was kept: there is no cookie, no row and no
log line before the last step.

The last form may be sent twice (a double press, an answer that never arrived): the number of the case and the
secret under which its receipt can be shown again were drawn on the way and travel in the form, so the
same form gives the same case and the same receipt. Where something holds it up, the same page comes back
with everything that was on it.
"""

import logging
from collections.abc import Callable, Sequence
from typing import Any, Final, cast

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
from repit.hotline.bank.types import Submission
from repit.hotline.cases import locations, service
from repit.hotline.cases.locations import Level, Wishes
from repit.hotline.web.case_pages import carried, codes, hashes, limits, not_now, receipts
from repit.hotline.web.case_pages.cookies import token_of
from repit.hotline.web.case_pages.guards import person_page
from repit.hotline.web.case_pages.limits import TooOften
from repit.hotline.web.case_pages.showing import language, other_language, show

_PURPOSE: Final = "intake"
_log: Final = logging.getLogger(__name__)
STEPS: Final = ("happening", "who", "device")
_MOVES: Final = ("back", "language", "show")
HAPPENING: Final = ("shared", "threatened", "fake", "unsure")
KINDS: Final[tuple[Kind, ...]] = ("intimate", "deepfake")
_SAYS: Final[dict[str, Kind]] = {"shared": "intimate", "fake": "deepfake"}
"""What an answer to the first question says of the pictures; the others say nothing of it."""
LEVELS: Final[tuple[Level, ...]] = ("family", "one")


class _Unanswered(Exception):
    """The present question has no usable answer; `args[0]` says so to the person."""


@csp_update(DEVICE)
@person_page
def start(request: HttpRequest) -> HttpResponse:
    """Each POST answers one step and shows the next, or moves among them."""
    if request.method != "POST":
        return _page(request, {"step": STEPS[0]})
    answers, late = carried.opened_late(_PURPOSE, request.POST.get("state", ""))
    if answers["step"] == STEPS[-1] and "number" in answers:
        # Begun before this version, which asks first what is happening: the files were chosen, and stay.
        answers.setdefault("happening", "unsure")
    if not _may_stand_at(answers["step"], answers):
        # Begun before this version, which asks other questions.
        return _page(request, {"step": STEPS[0]}, _("Choose one of the answers."))
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
        return answers | _typed(request, answers["step"]) | {"step": STEPS[max(0, at - 1)]}
    show = request.POST.get("show", "")
    if _may_stand_at(show, answers):
        return answers | {"step": show}
    # The form went to the same page in the other language: what was typed comes along, unanswered yet.
    return answers | _typed(request, answers["step"])


def _answered(request: HttpRequest, answers: dict[str, Any]) -> HttpResponse:
    step = answers["step"]
    elsewhere = _ELSEWHERE.get(request.POST.get("who", "")) if step == "who" else None
    if elsewhere is not None:
        return HttpResponseRedirect(reverse(f"case_pages:{elsewhere}"))
    try:
        _ANSWERS[step](request, answers)
    except _Unanswered as unanswered:
        return _page(request, answers, unanswered.args[0], field=step)
    return _page(request, answers | {"step": STEPS[STEPS.index(step) + 1]})


_ELSEWHERE: Final = {"minor": "under-18", "helper": "helping"}
"""Whom a page of its own helps more than a case."""


def _happening(request: HttpRequest, answers: dict[str, Any]) -> None:
    if request.POST.get("happening") not in HAPPENING:
        raise _Unanswered(_("Choose one of the answers."))
    answers["happening"] = request.POST["happening"]


def _who(request: HttpRequest, answers: dict[str, Any]) -> None:
    if request.POST.get("who") != "adult":
        raise _Unanswered(_("Choose one of the answers."))
    # Drawn here so that the last form, sent twice, opens one case.
    answers |= {"number": case_number(), "secret": receipts.new_secret()}


_ANSWERS: Final[dict[str, Callable[[HttpRequest, dict[str, Any]], None]]] = {
    "happening": _happening,
    "who": _who,
}
_LEFT_BY: Final = {"happening": "happening", "who": "number"}
"""What stands in the answers once a question is answered."""


def _may_stand_at(step: str, answers: dict[str, Any]) -> bool:
    """Whether there is such a step, and all before it are answered."""
    return step in STEPS and all(_LEFT_BY[before] in answers for before in STEPS[: STEPS.index(step)])


def _typed(request: HttpRequest, step: str) -> dict[str, Any]:
    """What stands in the form of a step, as far as the same form can show it again."""
    chosen = {"kind": KINDS, "level": LEVELS} if step == "device" else {}
    return {name: request.POST[name] for name, known in chosen.items() if request.POST.get(name) in known}


def _open(request: HttpRequest, answers: dict[str, Any]) -> HttpResponse:
    typed = answers | _typed(request, "device")
    try:
        submissions = _submissions(request, typed)
        level = cast("Level", typed.get("level", LEVELS[0]))
        with limits.opening(request, settings.REPIT_SUBMISSIONS_PER_HOUR), transaction.atomic():
            receipt = service.open_case(
                submissions,
                # Wishes and addresses only from a form begun before this version, which asks for them later.
                wishes=Wishes(tuple(answers.get("wants") or (["block"] if submissions else ["talk"])), level),
                seen_at=locations.lines(answers.get("where", "")),
                number=answers["number"],
            )
            protected = receipts.protected_by(service.at_level(submissions, level))
            receipts.keep(answers["secret"], receipt, token_of(request), protected)
    except _Unanswered as unanswered:
        return _page(request, typed, unanswered.args[0], field="device")
    except (InputRefused, TooLarge, TooOften) as error:
        field = "" if isinstance(error, TooOften) else "hashes"
        return _page(request, typed, " ".join(error.shown(language())), error.status, field)
    except TransitionRefused:
        # Pressed twice at once: the other one opened it meanwhile.
        if not receipts.held(answers["secret"]):
            raise
    return _handed_over(request, answers)


def _submissions(request: HttpRequest, answers: dict[str, Any]) -> Sequence[Submission]:
    """What is to be protected; nothing where the person goes on without. Raises `InputRefused`."""
    if "without" in request.POST:
        return []
    found = hashes.of_kind(request.POST.get("hashes", ""), kind_of(answers))
    if not found:
        raise _Unanswered(_("Choose a picture or a video. If you have none, go on without."))
    return found


def kind_of(answers: dict[str, Any]) -> Kind:
    """Of what the pictures are: as the first answer says, or as it was chosen beside them, real unless
    someone says otherwise."""
    return _SAYS.get(answers["happening"]) or answers.get("kind", KINDS[0])


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
        "switch": other_language(request) if step != STEPS[0] else None,
        "asks_kind": answers.get("happening") not in _SAYS,
        "kind": kind_of(answers) if step == STEPS[-1] else "",
        "level": answers.get("level", LEVELS[0]),
        # What the device worked out comes back where the page is shown again because something was amiss.
        "pasted": request.POST.get("hashes", "") if complaint else "",
    }
    if complaint:
        complain(request, Complaint(field, complaint), ours=not field)
    return show(request, f"start_{step}", values, status=status if complaint else 200)
