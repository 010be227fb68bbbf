"""How much one subscriber may say in an hour.

In: subscribers' reports. Out: let through, or refused with the time to come back. Next: the views.

Each subscriber has a row of its own, its review desk another, locked for as long as it takes to count: nobody
waits for another's reports, and those of one wait for one another's count, not for one another. Whoever shows
no key that opens is not counted, since nothing is taken from them anyway.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from repit.foundation.errors import TooManyReports
from repit.foundation.limits.counting import HOUR, MINUTE, Limit, Rate
from repit.foundation.web.problems import problem
from repit.hotline.feeds.keys import Granted

View = Callable[..., HttpResponseBase]


def counted(view: View) -> View:
    """For views in which a subscriber says something of items: beyond the limit the answer is 429 with
    `Retry-After`. What only asks passes, and so does that something was forgotten, which counts nowhere."""

    @wraps(view)
    def limited(request: HttpRequest, who: Granted, **rest: Any) -> HttpResponseBase:
        most: int = settings.REPIT_REPORTS_PER_HOUR
        if request.method == "GET" or not most:
            return view(request, who=who, **rest)
        limit, name = _reports(most), f"{who.id} {'desk' if who.desk else ''}"
        if limit.count(name) is not None:
            return view(request, who=who, **rest)
        answer = problem(TooManyReports())
        answer["Retry-After"] = str(int(limit.free_in(name).total_seconds()) + 1)
        return answer

    return limited


def _reports(most: int) -> Limit:
    return Limit("reports", (Rate(most, HOUR),), grain=MINUTE)
