"""Matches as gates report them, and what is done when there are far too many.

In: counts by item and window, never a picture or who uploaded it. Out: append-only rows, and an item in
dispute when the rule trips. Next: `feed`, so that gates see it suspended; a person, who releases or
withdraws it.

The day of the rule is counted by our own clock, from the moment of the report. A report that is sent again
(same reporter, item and start of window) counts once.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Max, Sum

from repit.bank import feed, flood_rule, items
from repit.bank.models import Item, MatchReport, Transition
from repit.foundation.clock import now
from repit.foundation.errors import InputRefused, NotFound, Text

WINDOW: Final = timedelta(days=1)
MAX_COUNT: Final = 1_000_000
ACTOR: Final = "flood rule"


@dataclass(frozen=True, slots=True)
class Reported:
    """One line of the evidence: a reporter's count for one window of time."""

    reporter: str
    count: int
    begins: datetime
    ends: datetime
    at: datetime


def report(reporter: str, counts: Mapping[str, int], begins: datetime, ends: datetime) -> int:
    """Take in how often each item matched in a window; how many of the items are known to subscribers.

    Raises `InputRefused` for counts or windows that cannot be.
    """
    if begins >= ends or any(not 0 < count <= MAX_COUNT for count in counts.values()):
        raise InputRefused(
            Text("The window or a count cannot be.", "La période ou un nombre n'est pas possible.")
        )
    with transaction.atomic():
        feed.locked()
        known = list(Item.objects.filter(token__in=counts.keys(), told=True).order_by("id"))
        moment = now()
        MatchReport.objects.bulk_create(
            [
                MatchReport(
                    item=item,
                    reporter=reporter,
                    count=counts[item.token],
                    begins=begins,
                    ends=ends,
                    at=moment,
                )
                for item in known
            ],
            ignore_conflicts=True,
        )
        for item in known:
            if item.state == "active":
                verdict = _verdict(item, moment)
                if verdict.flood:
                    items.dispute(item.token, actor=ACTOR, reason=verdict.reason)
    return len(known)


def evidence(name: str) -> Sequence[Reported]:
    """Every report of an item's matches, oldest first. Raises `NotFound`."""
    item = Item.objects.filter(token=name).first()
    if item is None:
        raise NotFound
    rows = MatchReport.objects.filter(item=item).order_by("id")
    return [Reported(row.reporter, row.count, row.begins, row.ends, row.at) for row in rows]


def _verdict(item: Item, moment: datetime) -> flood_rule.Verdict:
    settled = Transition.objects.filter(item=item, before="disputed", after="active")
    released = settled.aggregate(last=Max("at"))["last"]
    recent = MatchReport.objects.filter(at__gt=moment - WINDOW)
    own = recent.filter(item=item)
    if released is not None:
        own = own.filter(at__gt=released)
    matches = own.aggregate(total=Sum("count"))["total"] or 0
    if matches < flood_rule.FLOOR:
        return flood_rule.judge(matches, ())
    # Summed here: asked to group, a database walks the reports of all time by item instead of this day's.
    peers = Counter[int]()
    others = recent.filter(item__state="active", item__media=item.media).exclude(item=item)
    for key, count in others.values_list("item_id", "count").iterator():
        peers[key] += count
    return flood_rule.judge(matches, list(peers.values()), settled.count())
