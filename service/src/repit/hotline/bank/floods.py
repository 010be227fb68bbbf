"""Matches as gates report them, and a person who is asked when there are far too many.

In: counts by item and window, never a picture or who uploaded it. Out: append-only rows, and a question where
the rule finds a flood. Next: a person (`questions`). No count, however large and by whomever, changes what is
served: whoever spreads a picture makes counts at will (docs/en/game.md).

The day of the rule is counted by our own clock, from the moment of the report. A report that is sent again
(same reporter, item and start of window) counts once. Nothing here takes the bank's lock.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from repit.foundation.clock import now
from repit.foundation.errors import InputRefused, NotFound, Text
from repit.hotline.bank import doubt_rule, questions
from repit.hotline.bank.models import Item, MatchReport, Question

WINDOW: Final = timedelta(days=1)
MAX_COUNT: Final = 1_000_000
ASKED_A_DAY: Final = 20
"""Questions in a day to which one reporter's counts may have led; more of them are somebody's game."""


@dataclass(frozen=True, slots=True)
class Reported:
    """One line of the evidence: a reporter's count for one window of time."""

    reporter: str
    count: int
    begins: datetime
    ends: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class Taken:
    """`known`: items that subscribers know; `asked`: of how many a person is asked now; `beyond`: how many
    more there would be, were the reporter not beyond what is believed in a day."""

    known: int
    asked: int = 0
    beyond: int = 0


def report(reporter: str, counts: Mapping[str, int], begins: datetime, ends: datetime) -> Taken:
    """Take in how often each item matched in a window. Raises `InputRefused` for what cannot be.

    The caller has left out what this reporter may not see.
    """
    if begins >= ends or any(not 0 < count <= MAX_COUNT for count in counts.values()):
        raise InputRefused(
            Text("The window or a count cannot be.", "La période ou un nombre n’est pas possible.")
        )
    known = list(Item.objects.filter(token__in=counts.keys(), announced=True).order_by("id"))
    moment = now()
    with transaction.atomic():
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
    return _judged(reporter, [item for item in known if item.state == "active"], len(known), moment)


def evidence(name: str) -> Sequence[Reported]:
    """Every report of an item's matches, oldest first. Raises `NotFound`."""
    item = Item.objects.filter(token=name).first()
    if item is None:
        raise NotFound
    rows = MatchReport.objects.filter(item=item).order_by("id")
    return [Reported(row.reporter, row.count, row.begins, row.ends, row.at) for row in rows]


def _judged(reporter: str, items: Sequence[Item], known: int, moment: datetime) -> Taken:
    met = _by_reporter(items, moment)
    many = [
        item
        for item in items
        if doubt_rule.saturated(met[item.pk].values()) >= doubt_rule.FLOOR
        and not questions.counts_are_quiet(item)
    ]
    if not many:
        return Taken(known)
    peers = _peers({item.media for item in many}, moment)
    left = ASKED_A_DAY - _asked_by(reporter, moment)
    asked = beyond = 0
    for item in many:
        others = [total for key, total in peers[item.media].items() if key != item.pk]
        judged = doubt_rule.by_counts(met[item.pk], others)
        if judged.finding == "quiet":
            continue
        if asked >= left:
            beyond += 1
        else:
            asked += questions.ask(item, "counts", judged.reason)
    return Taken(known, asked, beyond)


def _by_reporter(items: Sequence[Item], moment: datetime) -> dict[int, Counter[str]]:
    """Of each item, what each reporter counted within the day."""
    found: dict[int, Counter[str]] = defaultdict(Counter)
    rows = MatchReport.objects.filter(item__in=items, at__gt=moment - WINDOW)
    for key, reporter, count in rows.values_list("item_id", "reporter", "count"):
        found[key][reporter] += count
    return found


def _peers(media: set[str], moment: datetime) -> dict[str, dict[int, int]]:
    """Of each medium, what every active item that matched within the day comes to.

    Summed here: asked to group, a database walks the reports of all time by item instead of this day's.
    """
    counted: dict[str, dict[int, Counter[str]]] = {medium: defaultdict(Counter) for medium in media}
    rows = MatchReport.objects.filter(
        at__gt=moment - WINDOW, item__state="active", item__media__in=media
    ).values_list("item__media", "item_id", "reporter", "count")
    for kind, key, reporter, count in rows.iterator():
        counted[kind][key][reporter] += count
    return {
        kind: {key: doubt_rule.saturated(by.values()) for key, by in of.items()}
        for kind, of in counted.items()
    }


def _asked_by(reporter: str, moment: datetime) -> int:
    """Questions of this day about what this reporter counted."""
    today = Question.objects.filter(why="counts", opened_at__gt=moment - WINDOW)
    keys = list(today.values_list("item_id", flat=True))
    mine = MatchReport.objects.filter(reporter=reporter, at__gt=moment - WINDOW, item__in=keys)
    return mine.values("item_id").distinct().count()
