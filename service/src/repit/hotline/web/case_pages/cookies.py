"""The one cookie of these pages.

In: a request, a token. Out: what the browser brought; an answer after which it brings another. Next: every
page that needs to know a browser again.

Its value is a random secret: of a session, or, before anyone has signed in, of a page that may be shown again
for an hour (a receipt that was just made). There is never a second cookie.
"""

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from repit.foundation.sealing import keyed_digest


def cookie_name() -> str:
    """Over HTTPS the prefix keeps other hosts of the domain from planting one (RFC 6265bis, 4.1.3.2)."""
    return "__Host-v" if settings.REPIT_HTTPS else "v"


def token_of(request: HttpRequest) -> str:
    """What the browser brought, whatever it is worth."""
    return request.COOKIES.get(cookie_name(), "")


def session_of(request: HttpRequest) -> str:
    """By what the marks of forms know the browser's present cookie again."""
    return keyed_digest("form of a session", token_of(request).encode()).hex()[:32]


def with_cookie(answer: HttpResponse, token: str, lasts: timedelta | None = None) -> HttpResponse:
    """The answer, after which the browser brings the token: until it is closed, or for as long as said."""
    answer.set_cookie(
        cookie_name(),
        token,
        max_age=lasts,
        secure=settings.REPIT_HTTPS,
        httponly=True,
        samesite="Strict",
        path="/",
    )
    return answer


def without_cookie(answer: HttpResponse) -> HttpResponse:
    """The answer, after which the browser brings nothing any more."""
    answer.set_cookie(
        cookie_name(), "", max_age=0, secure=settings.REPIT_HTTPS, httponly=True, samesite="Strict", path="/"
    )
    return answer
