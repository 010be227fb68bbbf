"""How often each item was met, kept until the hotline has been told.

In: items met by decisions, within the transaction that writes these down. Out: windows of counts. Next:
`platform.loops.report_matches`, which sends a window and then forgets it. A window is closed and written
before it is sent, so that after a crash the very same one is sent again, which the hotline counts once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import F

from repit.foundation.clock import now
from repit.platform.gate.models import MatchTally

MOST: Final = 1_000
_LONGEST_KEPT: Final = timedelta(days=1)
_LEAST: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Window:
    """Counts by item between two moments."""

    begins: datetime
    ends: datetime
    counts: Mapping[str, int]


def add(met: Mapping[str, int]) -> None:
    """Count on, inside the caller's transaction."""
    moment = now()
    for item, count in met.items():
        open_one = MatchTally.objects.filter(item=item, ends__isnull=True)
        if not open_one.update(count=F("count") + count):
            MatchTally.objects.create(item=item, count=count, begins=moment)


def next_window() -> Window | None:
    """The oldest closed window that was not sent yet; where there is none, what is open, closed now."""
    with transaction.atomic():
        if not MatchTally.objects.filter(ends__isnull=False).exists():
            _close()
        first = MatchTally.objects.filter(ends__isnull=False).order_by("ends").first()
        if first is None or first.ends is None:
            return None
        rows = MatchTally.objects.filter(begins=first.begins, ends=first.ends)
        return Window(first.begins, first.ends, dict(rows.values_list("item", "count")))


def sent(window: Window) -> None:
    """The hotline has these counts."""
    MatchTally.objects.filter(begins=window.begins, ends=window.ends).delete()


def forget_old() -> None:
    """Drop counts that could not be sent for a day: by then they say nothing of a flood."""
    MatchTally.objects.filter(begins__lt=now() - _LONGEST_KEPT).delete()


def _close() -> None:
    rows = list(MatchTally.objects.filter(ends__isnull=True).order_by("id")[:MOST])
    if rows:
        begins = min(row.begins for row in rows)
        ends = max(now(), begins + _LEAST)
        MatchTally.objects.filter(pk__in=[row.pk for row in rows]).update(begins=begins, ends=ends)
