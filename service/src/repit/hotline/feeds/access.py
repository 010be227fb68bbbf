"""Who fetched which range of changes, when: kept for a stated time, without any hash.

In: a note for each answer that held something. Out: one row a subscriber, endpoint and minute; how far
everything was sent to a subscriber. Next: `subscriber_report`; an operator who must say what a leaked key has
seen.

Notes gather in memory and are written every second or so (`hotline.loops.access_log`), since a write for each
answer would cost more than the answer. A hotline that is killed loses the notes of its last second, never a
change.

To the minute is kept what was fetched today; of days before, what was fetched on each.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest, Least, TruncDay

from repit.foundation.clock import day, now
from repit.hotline.feeds.models import Access, Subscriber

_MOST: Final = 10_000
_TOGETHER: Final = 1_000
_Key = tuple[int, str, datetime]


@dataclass(slots=True)
class _Noted:
    begins: int
    through: int
    fetches: int
    records: int


class _Notes:
    """What was fetched and not yet written."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._ranges: dict[_Key, _Noted] = {}
        self._reached: dict[int, list[tuple[int, int]]] = {}

    def add(self, key: _Key, begins: int, through: int, records: int) -> int:
        with self._turn:
            held = self._ranges.setdefault(key, _Noted(begins, through, 0, 0))
            held.begins, held.through = min(held.begins, begins), max(held.through, through)
            held.fetches, held.records = held.fetches + 1, held.records + records
            steps = self._reached.setdefault(key[0], [])
            if steps and begins <= steps[-1][1] + 1:
                steps[-1] = (min(steps[-1][0], begins), max(steps[-1][1], through))
            else:
                steps.append((begins, through))
            return len(self._ranges)

    def take(self) -> tuple[dict[_Key, _Noted], dict[int, list[tuple[int, int]]]]:
        with self._turn:
            taken = self._ranges, self._reached
            self._ranges, self._reached = {}, {}
            return taken


_notes: Final = _Notes()


def note(who: int, endpoint: str, begins: int, through: int, records: int) -> None:
    """A subscriber was told of the changes from `begins` through `through`, in so many records."""
    if begins > through:
        return
    minute = now().replace(second=0, microsecond=0)
    if _notes.add((who, endpoint, minute), begins, through, records) >= _MOST:
        flush()


def flush() -> None:
    """Write what has gathered. What cannot be written for want of the database is lost, and only that."""
    ranges, reached = _notes.take()
    if not ranges:
        return
    with transaction.atomic():
        ids = {who for who, _, _ in ranges}
        known = set(Subscriber.objects.filter(pk__in=ids).values_list("pk", flat=True))
        for (who, endpoint, minute), noted in ranges.items():
            if who in known:
                _write(who, endpoint, minute, noted)
        for who in known:
            for begins, through in reached.get(who, ()):
                ahead = Subscriber.objects.filter(pk=who, fetched__gte=begins - 1, fetched__lt=through)
                ahead.update(fetched=through, fetched_at=now())


def keep_days_only() -> int:
    """Of days that are over, keep what was fetched on each, not in which minute: the feed's changes would be
    told to the minute by it. How many rows were joined."""
    done = 0
    while True:
        with transaction.atomic():
            rows = list(
                Access.objects.select_for_update()
                .filter(minute__lt=day())
                .exclude(minute=TruncDay("minute"))
                .order_by("minute", "id")[:_TOGETHER]
            )
            for (who, endpoint, on), some in _by_day(rows).items():
                _join(who, endpoint, on, some)
        done += len(rows)
        if len(rows) < _TOGETHER:
            break
    late = Subscriber.objects.filter
    late(fetched_at__lt=day()).update(fetched_at=TruncDay("fetched_at"))
    late(acknowledged_at__lt=day()).update(acknowledged_at=TruncDay("acknowledged_at"))
    return done


def _by_day(rows: Sequence[Access]) -> dict[_Key, list[Access]]:
    found: dict[_Key, list[Access]] = {}
    for row in rows:
        on = row.minute.replace(hour=0, minute=0)
        found.setdefault((row.subscriber_id, row.endpoint, on), []).append(row)
    return found


def _join(who: int, endpoint: str, on: datetime, rows: Sequence[Access]) -> None:
    joined = _Noted(
        min(row.begins for row in rows),
        max(row.through for row in rows),
        sum(row.fetches for row in rows),
        sum(row.records for row in rows),
    )
    Access.objects.filter(pk__in=[row.pk for row in rows]).delete()
    _write(who, endpoint, on, joined)


def delete_older_than(days: int) -> int:
    """Drop rows of the access log that are older; how many."""
    return Access.objects.filter(minute__lt=now() - timedelta(days=days)).delete()[0]


def _write(who: int, endpoint: str, minute: datetime, noted: _Noted) -> None:
    row, made = Access.objects.get_or_create(
        subscriber_id=who,
        endpoint=endpoint,
        minute=minute,
        defaults={
            "begins": noted.begins,
            "through": noted.through,
            "fetches": noted.fetches,
            "records": noted.records,
        },
    )
    if not made:
        Access.objects.filter(pk=row.pk).update(
            begins=Least("begins", noted.begins),
            through=Greatest("through", noted.through),
            fetches=F("fetches") + noted.fetches,
            records=F("records") + noted.records,
        )
