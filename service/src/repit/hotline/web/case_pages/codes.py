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
from repit.hotline.cases import misspelt, sessions, words
from repit.hotline.cases.access_codes import Code
from repit.hotline.cases.sessions import OpenSession
from repit.hotline.web.case_pages import (
    carried,
    confirmation,
    drafts,
    handover,
    lines,
    other_device,
    qr,
    receipts,
    stopping,
)
from repit.hotline.web.case_pages.cookies import session_of, token_of, with_cookie, without_cookie
from repit.hotline.web.case_pages.entering import Amiss, Entered, again, amiss, entered
from repit.hotline.web.case_pages.guards import person_page, session_page
from repit.hotline.web.case_pages.owners import owner_only
from repit.hotline.web.case_pages.showing import language, show

ELSEWHERE: Final = "https://www.wikipedia.org/"
_CODE: Final = "code"
ASKED: Final = "recovery asked"
_USES: Final = (receipts.RECEIPT, _CODE, ASKED, stopping.UNDONE, *drafts.USES)
_PURPOSE: Final = "receipt"
_OTHER_NUMBER: Final = Text(
    "This is not the number on your receipt.", "Ce n’est pas le numéro de votre récépissé."
)
_OPENS_NOTHING: Final = Text(
    "This number and these words open nothing together. Compare both with what you wrote down, word by word."
    " If they are right: a helper’s code may have been taken back, or the case erased.",
    "Ce numéro et ces mots n’ouvrent rien ensemble. Comparez les deux avec ce que vous avez noté, mot par"
    " mot. S’ils sont justes : un code d’aide a pu être repris, ou le dossier effacé.",
)


class NoLongerShown(RequestRefused):
    code = "no-longer-shown"
    status: ClassVar[int] = 410
    message = Text(
        "This page could be opened again for an hour at most. It is shown no more.",
        "Cette page pouvait être rouverte pendant une heure au plus. Elle n’est plus montrée.",
    )
    next_step = Text(
        "If you wrote your receipt down, come back with it. If not, you can open a new case.",
        "Si vous avez noté votre récépissé, revenez avec lui. Sinon, vous pouvez ouvrir un nouveau dossier.",
    )


@person_page
def receipt(request: HttpRequest) -> HttpResponse:
    """The receipts that this browser can still be shown; or, on a helper's own device, their code."""
    found = receipts.held(token_of(request))
    if not found:
        raise NoLongerShown
    values = {"signed_in": _is_signed_in(request)} | _kept_by(request)
    if found[0].for_helper:
        return show(request, "code_part", {"shown": _code(found[0].code)} | values)
    return show(request, "code_receipt", _receipt_values(token_of(request)) | values)


def directly(request: HttpRequest, secret: str) -> HttpResponse:
    """A receipt as the answer to the form that made it, for a browser that keeps no cookie."""
    state = carried.sealed(_PURPOSE, {"secret": secret})
    return show(request, "code_receipt", _receipt_values(secret) | {"state": state} | _kept_by(request))


def _receipt_values(secret: str) -> dict[str, Any]:
    codes = [
        _code(held.code) | {"form": "card" if held.for_helper else "receipt"}
        for held in receipts.held(secret)
    ]
    return {"codes": codes, **confirmation.values(receipts.protected(secret))}


@person_page
def elsewhere(request: HttpRequest) -> HttpResponse:
    """The receipt on another device: a ticket on demand, shown at an address of its own."""
    state = request.POST.get("state", "")
    secret = _carried_secret(state) if state else token_of(request)
    found = receipts.held(secret)
    if not found:
        raise NoLongerShown
    if request.method == "POST":
        handover.offer(secret, found[0].code, found[0].until)
        if not state:
            return HttpResponseRedirect(reverse("case_pages:receipt-elsewhere"))
    back = {"back": reverse("case_pages:receipt"), "state": state}
    shown = other_device.offer_page(request, secret, back)
    return shown or HttpResponseRedirect(reverse("case_pages:receipt"))


@session_page
@owner_only
def own_code(request: HttpRequest, session: OpenSession) -> HttpResponse:
    """A helper's code or a slip that was just made, for as long as the session and an hour last."""
    kept, until = store.of(token_of(request), _CODE), store.ends(token_of(request), _CODE)
    if kept is None or until is None:
        return HttpResponseRedirect(reverse("case_pages:my-case"))
    code = Code(kept["number"], kept["secret"])
    if request.method == "POST":
        handover.offer(token_of(request), code, until)
        return HttpResponseRedirect(reverse("case_pages:my-code-elsewhere"))
    values = {"shown": _code(code)} | _kept_by(request)
    if kept["form"] == "helper":
        page = request.build_absolute_uri(reverse("case_pages:trusted"))
        values["qr"] = qr.drawn(page)
    return show(request, f"code_{kept['form']}", values, session=session)


@session_page
@owner_only
def own_code_elsewhere(request: HttpRequest, session: OpenSession) -> HttpResponse:
    """A helper's code, for the helper's own device."""
    back = reverse("case_pages:my-code")
    shown = other_device.offer_page(
        request, token_of(request), {"back": back, "for_helper": True}, session=session
    )
    return shown or HttpResponseRedirect(back)


@person_page
def practise(request: HttpRequest) -> HttpResponse:
    """Type the receipt once, while it can still be shown again; doing it well signs in."""
    state = request.POST.get("state", "")
    secret = _carried_secret(state) if state else token_of(request)
    found = [held.code for held in receipts.held(secret)]
    if not found and request.method != "POST":
        return HttpResponseRedirect(reverse("case_pages:come-back"))
    if "again" in request.POST:
        return directly(request, secret) if state else HttpResponseRedirect(reverse("case_pages:receipt"))
    if "number" not in request.POST:
        return show(request, "practise", {"state": state})
    code = entered(request)
    wrong = amiss(code) or _unlike(code, found)
    if wrong:
        return again(request, "practise", {"state": state}, wrong)
    return _sign_in(request, code, "my-case-first" if found else "my-case", secret)


@person_page
def come_back(request: HttpRequest) -> HttpResponse:
    """Sign in with a receipt or a helper's code."""
    if request.method != "POST":
        waits, found = drafts.waits(request), receipts.held(token_of(request))
        return show(request, "come_back", {"waits": waits, "shown_again": found})
    return _sign_in(request, entered(request), "my-case", token_of(request))


@person_page
def leave(request: HttpRequest) -> HttpResponse:
    """The quick exit: the session is over at once, what could be shown again is not any more, the browser has
    no copy of this site's files, and is elsewhere. A plain link is enough, and whoever brings no cookie is
    neither looked for nor noted."""
    if token_of(request):
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
    return _nothing_kept(without_cookie(HttpResponseRedirect(reverse("case_pages:home"))))


@person_page
def erased(request: HttpRequest) -> HttpResponse:
    """Everything is erased; nothing is known of whoever reads this."""
    answer = _nothing_kept(show(request, "erased", {"has_cookie": False}))
    return without_cookie(answer) if token_of(request) else answer


def _nothing_kept(answer: HttpResponse) -> HttpResponse:
    """The answer, after which the browser has no copy of this site's files (`web.static_files`)."""
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


def _unlike(code: Entered, found: list[Code]) -> list[Amiss]:
    """How what was typed differs from the receipts that this browser can be shown."""
    if not found:
        return []
    same = [each for each in found if normal(each.number) == normal(code.number)]
    if not same:
        return [Amiss("number", _OTHER_NUMBER)]
    return [Amiss("words", text) for text in misspelt.others(code.words, same[0].secret)]


def _sign_in(request: HttpRequest, code: Entered, page: str, secret: str) -> HttpResponse:
    """Begin a session, which takes over what the browser could still be shown and what was typed before."""
    wrong = amiss(code)
    try:
        if not wrong:
            with lines.turn(request, code):
                new = sessions.begin(*code)
    except NotFound:
        wrong = [Amiss("words", _OPENS_NOTHING)]
    if wrong:
        carry = request.POST.get("carry", "")
        waits = bool(carry) or drafts.waits(request)
        return again(request, "come_back", {"carry": carry, "waits": waits}, wrong)
    old, session = token_of(request), sessions.going_on(new)
    whose = session.whose
    if session.file.holder.kind == "helper" and page == "my-case":
        page = "my-part"
    receipts.practised(secret, code.number)
    handover.withdraw(secret)
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
    handover.withdraw(token_of(request))
    store.wipe(token_of(request), *_USES)


def _is_signed_in(request: HttpRequest) -> bool:
    try:
        sessions.going_on(token_of(request))
    except NotFound:
        return False
    return True


def _kept_by(request: HttpRequest) -> dict[str, Any]:
    """What stands on paper beside a code: where to come back."""
    return {"address": f"{request.get_host()}{reverse('case_pages:come-back')}"}


def _code(code: Code) -> dict[str, Any]:
    """A code as `_code.html` shows it."""
    return {
        "number": code.number,
        "words": code.words(language()),
        "digits": words.grouped_secret(code.secret),
    }
