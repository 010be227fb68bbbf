"""Codes that are shown for an hour at most: the receipt, a helper's code, the slip. And signing in with them.

In: what a browser may still be shown, or what a person typed. Out: a page to print; a practice; a session.
Next: `my_case`.

A receipt is practised before it is needed; from then on it is shown no more.
"""

from typing import Any, ClassVar, Final, Literal

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from repit.foundation.errors import InputRefused, NotFound, RequestRefused, Text
from repit.foundation.ids import normal
from repit.foundation.kept import marks, store
from repit.foundation.web.complaints import about
from repit.hotline.cases import sessions, words
from repit.hotline.cases.access_codes import Code
from repit.hotline.cases.sessions import OpenSession
from repit.hotline.web.case_pages import carried, drafts, lines, receipts
from repit.hotline.web.case_pages.cookies import session_of, token_of, with_cookie, without_cookie
from repit.hotline.web.case_pages.guards import person_page, session_page
from repit.hotline.web.case_pages.owners import owner_only
from repit.hotline.web.case_pages.showing import language, show

ELSEWHERE: Final = "https://www.wikipedia.org/"
_CODE: Final = "code"
ASKED: Final = "recovery asked"
_USES: Final = (receipts.RECEIPT, _CODE, ASKED, *drafts.USES)
_PURPOSE: Final = "receipt"
_DIFFERENT: Final = Text(
    "This is not the same as your receipt.", "Ce n’est pas la même chose que sur votre récépissé."
)


class NoLongerShown(RequestRefused):
    code = "no-longer-shown"
    status: ClassVar[int] = 410
    message = Text(
        "This page could be opened again for an hour. It is shown no more.",
        "Cette page pouvait être rouverte pendant une heure. Elle n’est plus montrée.",
    )
    next_step = Text(
        "If you wrote your receipt down, come back with it. If not, you can open a new case.",
        "Si vous avez noté votre récépissé, revenez avec lui. Sinon, vous pouvez ouvrir un nouveau dossier.",
    )


@person_page
def receipt(request: HttpRequest) -> HttpResponse:
    """The receipts that this browser can still be shown."""
    found = receipts.held(token_of(request))
    if not found:
        raise NoLongerShown
    return show(request, "code_receipt", {"codes": [_code(code) for code in found]})


def directly(request: HttpRequest, secret: str) -> HttpResponse:
    """A receipt as the answer to the form that made it, for a browser that keeps no cookie."""
    codes = [_code(code) for code in receipts.held(secret)]
    state = carried.sealed(_PURPOSE, {"secret": secret})
    return show(request, "code_receipt", {"codes": codes, "state": state})


@session_page
@owner_only
def own_code(request: HttpRequest, session: OpenSession) -> HttpResponse:
    """A helper's code or a slip that was just made, for as long as the session and an hour last."""
    kept = store.of(token_of(request), _CODE)
    if kept is None:
        return HttpResponseRedirect(reverse("case_pages:my-case"))
    shown = _code(Code(kept["number"], kept["secret"]))
    return show(request, f"code_{kept['form']}", {"shown": shown}, session=session)


@person_page
def practise(request: HttpRequest) -> HttpResponse:
    """Type the receipt once, while it can still be shown again; doing it well signs in."""
    state = request.POST.get("state", "")
    secret = _carried_secret(state) if state else token_of(request)
    found = receipts.held(secret)
    if not found and request.method != "POST":
        return HttpResponseRedirect(reverse("case_pages:come-back"))
    if "again" in request.POST:
        return directly(request, secret) if state else HttpResponseRedirect(reverse("case_pages:receipt"))
    if "number" not in request.POST:
        return show(request, "practise", {"state": state})
    number, typed = _typed(request)
    same = [code for code in found if normal(code.number) == normal(number)]
    if found and not any(words.read(typed) == normal(code.secret) for code in same):
        values = {"state": state, "number": number}
        return show(request, "practise", values, complaints=[about("words", _DIFFERENT)], status=400)
    return _sign_in(request, number, typed, "my-case-first" if found else "my-case", secret)


@person_page
def come_back(request: HttpRequest) -> HttpResponse:
    """Sign in with a receipt or a helper's code."""
    if request.method != "POST":
        waits, found = drafts.waits(request), receipts.held(token_of(request))
        return show(request, "come_back", {"waits": waits, "shown_again": bool(found)})
    number, typed = _typed(request)
    return _sign_in(request, number, typed, "my-case", token_of(request))


@person_page
def leave(request: HttpRequest) -> HttpResponse:
    """The quick exit: the session is over at once, what could be shown again is not any more, and the browser
    is elsewhere. A plain link is enough."""
    end_session(request)
    answer = without_cookie(HttpResponseRedirect(ELSEWHERE))
    answer.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return answer


@person_page
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session and go to the first page."""
    if request.method != "POST":
        return HttpResponseRedirect(reverse("case_pages:my-case"))
    mark = marks.read(request.POST.get(marks.FIELD, ""))
    if token_of(request) and (mark is None or mark.session != session_of(request)):
        # Of another session than the present one, or from elsewhere.
        if mark is None:
            raise PermissionDenied
        return HttpResponseRedirect(reverse("case_pages:my-case"))
    end_session(request)
    return without_cookie(HttpResponseRedirect(reverse("case_pages:home")))


@person_page
def erased(request: HttpRequest) -> HttpResponse:
    """Everything is erased; nothing is known of whoever reads this."""
    answer = show(request, "erased", {"leaves": False})
    return without_cookie(answer) if token_of(request) else answer


def _sign_in(request: HttpRequest, number: str, typed: str, page: str, secret: str) -> HttpResponse:
    """Begin a session, which takes over what the browser could still be shown and what was typed before."""
    try:
        with lines.turn(request, (number, typed)):
            new = sessions.begin(number, typed)
    except (NotFound, InputRefused) as error:
        # The number may stand in the page again, the words never do.
        values: dict[str, Any] = {"number": number, "carry": request.POST.get("carry", "")}
        values["waits"] = bool(values["carry"]) or drafts.waits(request)
        return show(request, "come_back", values, complaints=[about("number", error)], status=400)
    old, whose = token_of(request), sessions.going_on(new).whose
    receipts.practised(secret, number)
    store.move(old, new, receipts.RECEIPT)
    back = drafts.hand_on(old, new, whose, request.POST.get("carry", ""))
    sessions.end(old)
    return with_cookie(HttpResponseRedirect(reverse(f"case_pages:{back or page}")), new)


def _carried_secret(state: str) -> str:
    """Of a page that a browser without cookies was given; nothing where it is too old."""
    try:
        secret: str = carried.opened(_PURPOSE, state)["secret"]
    except InputRefused:
        return ""
    return secret


def keep(request: HttpRequest, code: Code, form: Literal["helper", "slip"]) -> None:
    """A code that was just made in a session, for the page that shows it."""
    store.keep(token_of(request), _CODE, {"form": form, "number": code.number, "secret": code.secret})


def end_session(request: HttpRequest) -> None:
    """The session is over, and what this browser could be shown again is not any more."""
    sessions.end(token_of(request))
    store.wipe(token_of(request), *_USES)


def _typed(request: HttpRequest) -> tuple[str, str]:
    return request.POST.get("number", "")[:60], request.POST.get("words", "")[:300]


def _code(code: Code) -> dict[str, Any]:
    """A code as `_code.html` shows it."""
    return {
        "number": code.number,
        "words": code.words(language()),
        "digits": words.grouped_secret(code.secret),
    }
