"""How much one subscriber may say in an hour.

In: subscribers' reports. Out: let through, or refused with the time to come back. Next: the views.

Each subscriber has a row of its own, its review desk another, locked for as long as it takes to count: nobody
waits for another's reports, and those of one wait for one another's count, not for one another. Whoever shows
no key that opens is not counted, since nothing is taken from them anyway.
"""

from django.conf import settings

from repit.foundation.errors import TooManyReports
from repit.foundation.limits.counting import HOUR, MINUTE, Limit, Rate
from repit.hotline.feeds.keys import Granted


def counted(who: Granted) -> None:
    """For views in which a subscriber says something of items, readable or not. Raises `TooManyReports`. What
    only asks is not counted, nor that something was forgotten, which counts nowhere."""
    most: int = settings.REPIT_REPORTS_PER_HOUR
    if not most:
        return
    limit, name = _reports(most), f"{who.id} {'desk' if who.desk else ''}"
    if limit.count(name) is None:
        refused = TooManyReports()
        refused.retry_seconds = int(limit.free_in(name).total_seconds()) + 1
        raise refused


def _reports(most: int) -> Limit:
    return Limit("reports", (Rate(most, HOUR),), grain=MINUTE)
