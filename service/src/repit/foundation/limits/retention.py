"""Counts that count no more, what could not be used again anyway, and the salt of an hour that is over.

In: rows whose time has come. Out: fewer rows. Next: `process.expire_kept` and the gate's upkeep, which call
this every few seconds. Where nothing is over, nothing is written.
"""

from datetime import timedelta
from typing import Final

from django.db.models import Q

from repit.foundation.clock import now
from repit.foundation.limits import hour
from repit.foundation.limits.counting import LONGEST
from repit.foundation.limits.models import Count, Spent

GRACE: Final = timedelta(days=1)
"""A used code stays used for a day longer: a clock that runs ahead for a while makes none usable again."""


def sweep() -> None:
    """Delete what is over."""
    moment = now()
    over = Q(ends_at__lte=moment) | Q(ends_at__gt=moment + LONGEST + GRACE)
    for old in (Count.objects.filter(over), Spent.objects.filter(ends_at__lt=moment - GRACE)):
        if old.exists():
            old.delete()
    hour.delete_expired()
