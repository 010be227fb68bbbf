"""How much one subscriber may say in an hour.

In: subscribers' reports. Out: let through, or refused with the time to come back. Next: the views.

Of a subscriber's key, this process's memory alone has a digest under a salt that is drawn anew each hour and
forgotten with the counts.
"""

import re
from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from repit.foundation.errors import TooManyReports
from repit.foundation.web.problems import problem
from repit.foundation.web.rate_limits import Limiter

REPORTING: Final = re.compile(r"/exchange/.*/(SubmitHashes|SubmitFeedback|matches|opinions|feedback)")
"""What a subscriber says of items. That it has forgotten one is never kept waiting."""


class ReportLimits:
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


def _key(request: HttpRequest) -> str:
    """What a subscriber shows; whether it opens is not asked here."""
    for header in ("Ocp-Apim-Subscription-Key", "Authorization", "x-functions-key"):
        if request.headers.get(header):
            return request.headers[header]
    return ""
