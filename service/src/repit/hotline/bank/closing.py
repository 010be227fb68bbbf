"""The feed's moments, once their day is over.

In: changes of days that have ended. Out: the same, all at the end of their day. Next: `hotline.loops.upkeep`;
the exchanges that order by time (`hotline.feeds.timeline`).

StopNCII and NCMEC ask by the second, so a change bears its moment on the day it is made. Later no client
needs it, and a thief would see which items came together. Moments are moved up only: whoever asks from a
checkpoint is then told of more again, never of less, since what they have read lies before it and what they
have not lies behind. The day is closed first, under the feed's lock: from then on no change bears a second of
it, so that nothing can come behind a client that has read to its end.
"""

from datetime import UTC, datetime, time, timedelta
from typing import Final

from django.db import transaction

from repit.foundation.clock import day
from repit.foundation.models import Upkeep
from repit.hotline.bank import feed
from repit.hotline.bank.models import Change

_NAME: Final = "feed moments"
_TOGETHER: Final = 2_000
_LAST: Final = time(23, 59, 59)


def close_days() -> int:
    """Close every day before today and move what it left to its end; how many changes. May be repeated."""
    yesterday = day() - timedelta(seconds=1)
    with transaction.atomic():
        line = feed.locked()
        if line.closed_through is None or line.closed_through < yesterday:
            line.closed_through = yesterday
            line.save(update_fields=["closed_through"])
    moved = 0
    while some := _some(line.closed_through):
        moved += some
    return moved


def _some(closed: datetime) -> int:
    with transaction.atomic():
        noted, _ = Upkeep.objects.select_for_update().get_or_create(name=_NAME)
        rows = list(
            Change.objects.filter(sequence__gt=noted.reached, at__lte=closed)
            .order_by("sequence")
            .values_list("sequence", "at")[:_TOGETHER]
        )
        ends: dict[datetime, list[int]] = {}
        for sequence, at in rows:
            ends.setdefault(_end(at), []).append(sequence)
        for end, numbers in ends.items():
            late = Change.objects.filter(sequence__gte=numbers[0], sequence__lte=numbers[-1], at__lt=end)
            late.filter(at__gte=end.replace(hour=0, minute=0, second=0)).update(at=end)
        if rows:
            noted.reached = rows[-1][0]
            noted.save(update_fields=["reached"])
    return len(rows)


def _end(at: datetime) -> datetime:
    return datetime.combine(at.astimezone(UTC).date(), _LAST, UTC)
