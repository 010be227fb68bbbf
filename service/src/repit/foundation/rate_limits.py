"""How much one origin may send in an hour, without keeping who it was.

In: requests that submit something. Out: the same, or a refusal that says when to come back. Next: the views.

An origin is a visitor's network address (IPv6: its /64, which one household has), or a subscriber's key. What
is kept, in this process's memory alone, is a digest of it under a salt that is drawn anew each hour and
forgotten with the counts: nobody can find out afterwards who came, nor whether the same came twice on a day.

An address that is not of the public internet says nothing of who comes (a proxy that was not declared with
REPIT_PROXIES, a test), and limiting it would lock everyone out together: it is not limited.
"""

import hashlib
import logging
import re
import secrets
import threading
from collections.abc import Callable
from ipaddress import IPv6Network, ip_address
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from repit.foundation.addresses import is_public
from repit.foundation.clock import elapsed
from repit.foundation.errors import TooOften
from repit.foundation.web import problem

HOUR: Final = 3_600.0
MOST_ORIGINS: Final = 200_000
"""Beyond so many in an hour newcomers are not counted: someone who has so many addresses needs no more, and
people must not be kept out by them."""
OPENING: Final = ("/api/v1/cases",)
REPORTING: Final = re.compile(r"/exchange/.*/(SubmitHashes|SubmitFeedback|matches|opinions|feedback)")
"""What a subscriber says of items. That it has forgotten one is never kept waiting."""
_log: Final = logging.getLogger(__name__)


class Limiter:
    """Counts by origin within one hour of the monotonic clock."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._begin(elapsed())

    def _begin(self, moment: float) -> None:
        self._salt, self._counts, self._until = secrets.token_bytes(16), dict[bytes, int](), moment + HOUR

    def over(self, use: str, origin: str, most: int) -> float:
        """Count one more; 0.0, or the seconds until the origin may come again."""
        with self._turn:
            moment = elapsed()
            if moment >= self._until:
                self._begin(moment)
            digest = hashlib.blake2b(f"{use} {origin}".encode(), key=self._salt, digest_size=16).digest()
            count = self._counts.get(digest, 0)
            if count >= most:
                return self._until - moment
            if count or len(self._counts) < MOST_ORIGINS:
                self._counts[digest] = count + 1
            else:
                _log.warning("more origins in an hour than are counted")
            return 0.0


class RateLimits:
    """Middleware: refuses with 429 and `Retry-After` what goes beyond."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response
        self._limiter = Limiter()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        seconds = self._over(request)
        if not seconds:
            return self._get_response(request)
        answer = problem(TooOften())
        answer["Retry-After"] = str(int(seconds) + 1)
        return answer

    def _over(self, request: HttpRequest) -> float:
        if request.method not in ("POST", "PUT"):
            return 0.0
        if request.path in OPENING and settings.REPIT_SUBMISSIONS_PER_HOUR:
            origin = address_of(request)
            return self._limiter.over("open", origin, settings.REPIT_SUBMISSIONS_PER_HOUR) if origin else 0.0
        if REPORTING.fullmatch(request.path) and settings.REPIT_REPORTS_PER_HOUR:
            key = _key(request)
            return self._limiter.over("report", key, settings.REPIT_REPORTS_PER_HOUR) if key else 0.0
        return 0.0


def address_of(request: HttpRequest) -> str:
    """The visitor's address, or its network; empty where it says nothing of who comes.

    Each proxy appends whom it heard from to `X-Forwarded-For`, so only as many entries as there are proxies,
    counted from the right, were not written by the visitor.
    """
    proxies: int = settings.REPIT_PROXIES
    said = request.META.get("REMOTE_ADDR", "")
    if proxies:
        hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
        said = hops[-proxies] if len(hops) >= proxies else ""
    if not is_public(said):
        return ""
    address = ip_address(said)
    return said if address.version == 4 else str(IPv6Network((address, 64), strict=False))


def _key(request: HttpRequest) -> str:
    """What a subscriber shows; whether it opens is not asked here."""
    for header in ("Ocp-Apim-Subscription-Key", "Authorization", "x-functions-key"):
        if request.headers.get(header):
            return request.headers[header]
    return ""
