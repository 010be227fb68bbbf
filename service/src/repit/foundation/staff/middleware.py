"""The staff area: sessions exist here and nowhere else, and nothing is seen without a second factor.

In: any request. Out: for `/staff/…`, a request with `user` (a member who showed two factors, or a page that
needs none); every other path passes untouched, without session, cookie or `request.user`. Next: the views of
the staff area.

It fails closed: a page of the staff area is shut unless it stands in one of the two lists below, so no view
can forget to ask.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation

from repit.foundation.clock import now
from repit.foundation.errors import NotFound, NotGranted, RepitError, RequestRefused, Text
from repit.foundation.mapping import named
from repit.foundation.staff import browsers, drafts
from repit.foundation.staff.models import fresh

PREFIX: Final = "/staff/"
BEFORE_SIGN_IN: Final = frozenset(
    {
        "account_login",
        "account_logout",
        "mfa_authenticate",
        "mfa_login_webauthn",
        "enrol",
        "let-in",
        "language",
    }
)
BEFORE_SECOND_FACTOR: Final = frozenset(
    {
        "mfa_index",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "account_reauthenticate",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
    }
)
LONGEST: Final = timedelta(hours=12)
_BEGAN: Final = "began"
_KNOWN: Final = "known browser"
_FEATURES: Final = "publickey-credentials-create=(self), publickey-credentials-get=(self)"


class StaffArea:
    """Django's sessions and sign-in, for one part of the site only."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response
        self._staff: Any = SessionMiddleware(AuthenticationMiddleware(MessageMiddleware(self._inside)))

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(PREFIX):
            return self._get_response(request)
        answer: HttpResponse = self._staff(request)
        drafts.remember(request, answer)
        answer["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        # Without any referrer browsers send `Origin: null` with forms, which Django's CSRF check refuses.
        answer["Referrer-Policy"] = "same-origin"
        answer["Permissions-Policy"] = f"{_FEATURES}, camera=(), microphone=(), geolocation=()"
        return answer

    def _inside(self, request: HttpRequest) -> HttpResponse:
        _end_what_lasts_too_long(request)
        chosen = getattr(request.user, "language", "") or request.session.get("language")
        if chosen:
            translation.activate(chosen)
        answer = self._get_response(request)
        if answer.status_code >= 400 and not getattr(answer, "is_final", False):
            answer = _problem_page(request, _of_status(answer.status_code), answer.status_code)
        _remember_the_browser(request, answer)
        return answer

    def process_view(
        self, request: HttpRequest, _view: object, _args: object, _kwargs: object
    ) -> HttpResponse | None:
        """Send away who has not shown two factors."""
        if not request.path.startswith(PREFIX):
            return None
        page = request.resolver_match.url_name if request.resolver_match else None
        if page in BEFORE_SIGN_IN:
            return None
        if not request.user.is_authenticated:
            wanted = request.path if request.method == "GET" else drafts.keep(request)
            wish = f"?next={wanted}" if wanted else ""
            return HttpResponseRedirect(reverse("account_login") + wish)
        if page not in BEFORE_SECOND_FACTOR and not is_mfa_enabled(request.user):
            return HttpResponseRedirect(reverse("mfa_index"))
        if request.method == "POST":
            drafts.keep_beside(request)
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Say what went wrong on a page of the staff area."""
        if not request.path.startswith(PREFIX):
            return None
        if isinstance(error, Http404 | PermissionDenied):
            return None
        if isinstance(error, RepitError):
            return _problem_page(request, error, error.status)
        ours = named(error)
        return None if type(ours) is RepitError else _problem_page(request, ours, ours.status)


def _end_what_lasts_too_long(request: HttpRequest) -> None:
    """A session ends twelve hours after it began, however busy it is; idle ones end by their cookie's age."""
    if not request.user.is_authenticated:
        return
    began = request.session.get(_BEGAN)
    if began is None:
        request.session[_BEGAN] = now().isoformat()
    elif now() - datetime.fromisoformat(began) > LONGEST:
        logout(request)


def _remember_the_browser(request: HttpRequest, answer: HttpResponse) -> None:
    """Once a sign-in: with two factors shown, this browser is one that its member uses."""
    user = request.user
    if user.is_authenticated and not request.session.get(_KNOWN) and is_mfa_enabled(user):
        request.session[_KNOWN] = True
        browsers.remember(request, answer, fresh(user))


def _of_status(status: int) -> RepitError:
    if status == 404:
        return NotFound()
    if status == 403:
        return NotGranted(
            Text("This page isn’t open to you.", "Cette page ne vous est pas ouverte."),
            Text(
                "Go back and try again; if it stays so, ask your administrator.",
                "Revenez en arrière et réessayez ; sinon, demandez à votre administrateur.",
            ),
        )
    return RequestRefused() if status < 500 else RepitError()


def _problem_page(request: HttpRequest, error: RepitError, status: int) -> HttpResponse:
    message, next_step = error.shown(translation.get_language())
    words = {"message": message, "next_step": next_step}
    answer = render(request, "staff/problem.html", words, status=status)
    answer.is_final = True  # type: ignore[attr-defined]
    return answer


def idle_seconds() -> int:
    """How long a session lives without a request."""
    seconds: int = settings.SESSION_COOKIE_AGE
    return seconds
