"""Where a request comes from, and how much one subscriber may say in an hour.

In: requests. Out: a visitor's network, for those who count tries by it (`case_pages.limits`); and
subscribers' reports, let through or refused with the time to come back. Next: the views.

Of a subscriber's key, this process's memory alone has a digest under a salt that is drawn anew each hour and
forgotten with the counts.

An address of a network of one's own says nothing of who comes: behind a proxy that was not declared with
REPIT_PROXIES everyone has the same, and limiting it would lock everyone out together. It is not limited.
"""

import hashlib
import logging
import re
import secrets
import threading
from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from repit.foundation.clock import elapsed
from repit.foundation.errors import TooManyReports
from repit.foundation.web.problems import problem

HOUR: Final = 3_600.0
MOST_ORIGINS: Final = 200_000
"""Beyond so many in an hour newcomers are not counted: someone who has so many addresses needs no more, and
people must not be kept out by them."""
REPORTING: Final = re.compile(r"/exchange/.*/(SubmitHashes|SubmitFeedback|matches|opinions|feedback)")
"""What a subscriber says of items. That it has forgotten one is never kept waiting."""
_OF_ONES_OWN: Final = (
    IPv4Network("10.0.0.0/8"),
    IPv4Network("100.64.0.0/10"),
    IPv4Network("127.0.0.0/8"),
    IPv4Network("169.254.0.0/16"),
    IPv4Network("172.16.0.0/12"),
    IPv4Network("192.168.0.0/16"),
)
_OF_ONES_OWN_6: Final = tuple(map(IPv6Network, ("::1/128", "fc00::/7", "fe80::/10")))
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
        answer = problem(TooManyReports())
        answer["Retry-After"] = str(int(seconds) + 1)
        return answer

    def _over(self, request: HttpRequest) -> float:
        if request.method not in ("POST", "PUT"):
            return 0.0
        if REPORTING.fullmatch(request.path) and settings.REPIT_REPORTS_PER_HOUR:
            key = _key(request)
            return self._limiter.over("report", key, settings.REPIT_REPORTS_PER_HOUR) if key else 0.0
        return 0.0


def address_of(request: HttpRequest) -> str:
    """The visitor's address, or its network; empty where it says nothing of who comes.

    Each proxy appends whom it heard from to `X-Forwarded-For`, so only as many entries as there are proxies,
    counted from the right, were not written by the visitor.
    """
    proxies: int = settings.REPIT_PROXIES or int(settings.REPIT_HTTPS)
    said = request.META.get("REMOTE_ADDR", "")
    if proxies:
        hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
        said = hops[-proxies] if len(hops) >= proxies else ""
    try:
        address = ip_address(said)
    except ValueError:
        return ""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is None:
            own = any(address in network for network in _OF_ONES_OWN_6)
            return "" if own else str(IPv6Network((address, 64), strict=False))
        address = address.ipv4_mapped
    return "" if any(address in network for network in _OF_ONES_OWN) else str(address)


def _key(request: HttpRequest) -> str:
    """What a subscriber shows; whether it opens is not asked here."""
    for header in ("Ocp-Apim-Subscription-Key", "Authorization", "x-functions-key"):
        if request.headers.get(header):
            return request.headers[header]
    return ""
