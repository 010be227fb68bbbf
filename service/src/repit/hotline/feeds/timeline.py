"""Whole seconds for exchanges that order by time, derived from the feed, which orders by count.

In: the bank's change log. Out: for each change a second that never goes down from one change to the next: the
latest wall clock reading written into the log so far. Next: `stopncii`, `ncmec`.

The wall clock may be stepped, and many changes share a second; the count does neither. Sequence n + 1 is
given out only after n has committed (`hotline.bank.feed`), so whoever has read up to n and asks again from
the second of n, that second included, is shown everything after n: its second is the same or a later one. No
waiting for slow transactions is needed, and no record can hide behind a checkpoint.

Once a day is over its changes all bear its last second (`hotline.bank.closing`): later than before, never
earlier. So whoever stood in the midst of it is shown the whole of it again, and whoever stood behind it
misses nothing.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from django.db.models import Max, Min

from repit.hotline.bank import feed
from repit.hotline.bank.models import Change

LAST_SECOND: Final = 253_402_300_799
"""The end of the year 9999, the last that `datetime` knows."""


@dataclass(frozen=True, slots=True)
class Touch:
    """Change number `sequence` of the feed touched the item with this key; `second` is in Unix time."""

    sequence: int
    second: int
    item_key: int


def first_from(second: int) -> int | None:
    """The first sequence that bears this second or a later one; None where the feed has not come that far.

    The running maximum reaches a second with the first reading that does, so a plain minimum finds it.
    """
    bounded = min(max(second, 0), LAST_SECOND)
    moment = datetime.fromtimestamp(bounded, UTC)
    found: int | None = Change.objects.filter(at__gte=moment).aggregate(first=Min("sequence"))["first"]
    return found


def last_closed() -> int:
    """The last second of the last closed day; 0 where none was closed. Read before the head."""
    return _second(feed.closed_through())


def touches(after: int, through: int, limit: int, floor: int | None = None) -> list[Touch]:
    """Up to `limit` consecutive changes, from `after` + 1 to `through`.

    `floor` is the second of change `after`, where it is known. Any earlier one does where `after` + 1 comes
    from `first_from`: that change is the first to bear its second.
    """
    rows = (
        Change.objects.filter(sequence__gt=after, sequence__lte=through)
        .order_by("sequence")
        .values_list("sequence", "at", "item_id")[:limit]
    )
    second = _second_of(after) if floor is None else floor
    found: list[Touch] = []
    for sequence, at, item_key in rows:
        second = max(second, _second(at))
        found.append(Touch(sequence, second, item_key))
    return found


def _second_of(sequence: int) -> int:
    return _second(Change.objects.filter(sequence__lte=sequence).aggregate(latest=Max("at"))["latest"])


def _second(at: datetime | None) -> int:
    return 0 if at is None else int(at.timestamp())
