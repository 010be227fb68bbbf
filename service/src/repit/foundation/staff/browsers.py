"""Browsers that know a member: where they signed in with two factors before.

In: a request, a member. Out: whether this browser is known; a cookie that makes it so. Next: `guessing`,
which lets a known browser count its own tries: whoever guesses from elsewhere cannot hold its member up
(OWASP, "Slow Down Online Guessing Attacks with Device Cookies"); the middleware, which sets the cookie.

The cookie opens nothing. It holds 256 random bits for each member who signed in there, eight of them at most;
the database holds their digests under the operator's key. Each sign-in in a browser that does not know its
member draws new bits, so that a cookie which someone planted is worth nothing.
"""

import re
from datetime import date, timedelta
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from repit.foundation.clock import now
from repit.foundation.ids import token
from repit.foundation.sealing import keyed_digest
from repit.foundation.staff.models import KnownBrowser, Member

COOKIE: Final = "repit_known"
LASTS: Final = timedelta(days=180)
MOST: Final = 20
"""Browsers of one member; beyond, the one that was seen least lately is forgotten."""
_TOGETHER: Final = 8
_BITS: Final = 256
_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{43}")


def known(request: HttpRequest, member: Member) -> KnownBrowser | None:
    """This browser as this member's, if they signed in there within the last half year."""
    digests = [_digest(member, secret) for secret in _brought(request)]
    if not digests:
        return None
    found = member.browsers.filter(digest__in=digests, seen_on__gte=_oldest())
    return found.order_by("pk").first()


def remember(request: HttpRequest, answer: HttpResponse, member: Member) -> None:
    """From now on this browser knows this member."""
    brought, row = _brought(request), known(request, member)
    if row is None:
        made = token(_BITS)
        brought = [*brought[-(_TOGETHER - 1) :], made]
        KnownBrowser.objects.create(member=member, digest=_digest(member, made), seen_on=now().date())
        kept = member.browsers.order_by("-seen_on", "-pk").values_list("pk", flat=True)[:MOST]
        member.browsers.exclude(pk__in=list(kept)).delete()
    else:
        KnownBrowser.objects.filter(pk=row.pk).update(seen_on=now().date())
    answer.set_cookie(
        COOKIE,
        ".".join(brought),
        max_age=int(LASTS.total_seconds()),
        path=settings.SESSION_COOKIE_PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )


def delete_expired() -> None:
    """Delete those that nobody used for half a year."""
    KnownBrowser.objects.filter(seen_on__lt=_oldest()).delete()


def _oldest() -> date:
    return (now() - LASTS).date()


def _brought(request: HttpRequest) -> list[str]:
    values = request.COOKIES.get(COOKIE, "").split(".")[:_TOGETHER]
    return [secret for secret in values if _SECRET.fullmatch(secret)]


def _digest(member: Member, brought: str) -> bytes:
    return keyed_digest("staff browser", str(member.pk).encode(), brought.encode())
