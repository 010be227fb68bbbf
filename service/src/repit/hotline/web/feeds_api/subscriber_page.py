"""The page on which a subscriber sees itself: what it received, confirmed, disputes, has forgotten,
and whether people may read its name.

In: a subscriber's key, typed into a form once. Out: a page in French or English. Next: the subscriber's
browser.

The only cookie, one a language, is set once the key was good. It is signed, names the row of the key and no
person, lasts an hour, and ends with the key; nothing is kept of it here. It is `SameSite=Strict`, and a form
that was sent from another site is refused besides, so no token needs a cookie before the visit begins.
"""

from collections.abc import Callable
from functools import update_wrapper
from typing import Any, Final

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.shortcuts import redirect, render
from django.urls import reverse, translate_url
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from repit.foundation.errors import InputRefused, KeyRefused, NotGranted, Text
from repit.foundation.web.complaints import about, complain
from repit.hotline.feeds import named as naming
from repit.hotline.feeds import subscriber_report
from repit.hotline.feeds.keys import recognise, recognise_again
from repit.hotline.feeds.subscriber_report import OBEYED, PAGE
from repit.hotline.web.feeds_api import words

COOKIE: Final = "repit-subscriber"
SECONDS: Final = 3600
_SALT: Final = "repit subscriber page"
_LANGUAGES: Final = {"fr": "Français", "en": "English"}
_MOST_PARTS: Final = 10_000

View = Callable[[HttpRequest], HttpResponse]


def from_here(view: View) -> View:
    """Refuse a form that another site sent (Fetch Metadata; for older browsers the Origin header)."""

    def checked(request: HttpRequest) -> HttpResponse:
        if request.method == "POST":
            site = request.headers.get("Sec-Fetch-Site", "")
            origin = request.headers.get("Origin", "")
            ours = f"{request.scheme}://{request.get_host()}"
            # A page without referrer, as ours are, says "null" of itself to a browser without Fetch Metadata.
            elsewhere = origin not in ("", "null", ours)
            if site not in ("", "same-origin", "none") or elsewhere:
                return HttpResponseForbidden()
        return view(request)

    return update_wrapper(checked, view)


@csrf_exempt
@require_http_methods(["GET", "POST"])
@from_here
def page(request: HttpRequest) -> HttpResponse:
    """The form for the key, or, with a good key shown within the hour, what there is to see."""
    if request.method == "POST":
        return _sign_in(request)
    try:
        who = recognise_again(_key_row(request))
    except KeyRefused:
        return _shown(request, "sign_in", {})
    part = request.GET.get("part", "1")
    number = int(part) if part.isascii() and part.isdigit() and 0 < int(part[:9]) < _MOST_PARTS else 1
    view = subscriber_report.of(who.id, number)
    return _shown(request, "subscriber", _context(view, number))


@csrf_exempt
@require_http_methods(["GET", "POST"])
@from_here
def name_me(request: HttpRequest) -> HttpResponse:
    """Whether the pages for people may name it, and how. What is pressed twice is done once."""
    if request.method == "GET":
        return redirect("subscriber-page")
    try:
        who = recognise_again(_key_row(request))
    except KeyRefused:
        return redirect("subscriber-page")
    try:
        if request.POST.get("what") == "stop":
            naming.stop(who.id, actor=who.name)
        else:
            naming.ask(who.id, request.POST.get("public_name", ""), actor=who.name)
    except InputRefused as refused:
        view = subscriber_report.of(who.id)
        typed = request.POST.get("public_name", "")
        complain(request, about("public_name", refused))
        answer = _shown(request, "subscriber", {**_context(view, 1), "typed": typed})
        answer.status_code = refused.status
        return answer
    return redirect(reverse("subscriber-page") + "#named")


@csrf_exempt
@require_POST
@from_here
def sign_out(_request: HttpRequest) -> HttpResponse:
    """Take the cookie back."""
    answer = redirect("subscriber-page")
    for code, path in _paths().items():
        answer.delete_cookie(f"{COOKIE}-{code}", path=path, samesite="Strict")
    return answer


def _sign_in(request: HttpRequest) -> HttpResponse:
    try:
        who = recognise(request.POST.get("key", "").strip())
    except (KeyRefused, NotGranted):
        complain(
            request, about("key", _("This key does not open. Check it, or ask the hotline for a new one."))
        )
        answer = _shown(request, "sign_in", {})
        answer.status_code = 401
        return answer
    answer = redirect("subscriber-page")
    for code, path in _paths().items():
        answer.set_cookie(
            f"{COOKIE}-{code}",
            signing.dumps(who.key, salt=_SALT),
            max_age=SECONDS,
            path=path,
            secure=settings.REPIT_HTTPS,
            httponly=True,
            samesite="Strict",
        )
    return answer


def _key_row(request: HttpRequest) -> int:
    try:
        row = signing.loads(
            request.COOKIES.get(f"{COOKIE}-{get_language()}", ""), salt=_SALT, max_age=SECONDS
        )
    except signing.BadSignature:
        raise KeyRefused from None
    return row if isinstance(row, int) else 0


def _paths() -> dict[str, str]:
    """Where a cookie is sent: the page in each language, and nothing else of the site."""
    here = reverse("subscriber-page")
    return {code: translate_url(here, code) for code in _LANGUAGES}


def _context(view: subscriber_report.View, part: int) -> dict[str, Any]:
    here = get_language()

    def shown(text: Text) -> str:
        return text.in_language(here)

    return {
        "named": view.named,
        "public_name": view.public_name,
        "typed": view.public_name or view.name,
        "facts": [(shown(label), shown(value)) for label, value in words.facts(view)],
        "keys": view.keys,
        "opinions": [(shown(words.VIEWS[opinion]), number) for opinion, number in view.opinions.items()],
        "given": [
            (opinion, shown(words.VIEWS[opinion.view]), shown(words.STATES[opinion.state]))
            for opinion in view.given
        ],
        "withdrawals": [(shown(words.OBEYED[obeyed]), view.withdrawals[obeyed]) for obeyed in OBEYED],
        "withdrawn": [(withdrawal, shown(words.OBEYED[withdrawal.obeyed])) for withdrawal in view.withdrawn],
        "fetches": [
            (access, shown(words.ENDPOINTS.get(access.endpoint, Text(access.endpoint, access.endpoint))))
            for access in view.fetches
        ],
        "days": settings.REPIT_ACCESS_LOG_DAYS,
        "earlier": part - 1 if part > 1 else None,
        "later": part + 1 if sum(view.withdrawals.values()) > part * PAGE else None,
    }


def _shown(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    other = next(code for code in _LANGUAGES if code != get_language())
    context["other"] = {
        "code": other,
        "name": _LANGUAGES[other],
        "address": translate_url(request.path, other),
    }
    return render(request, f"feeds_api/{template}.html", context)
