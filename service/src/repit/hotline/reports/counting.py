"""A month that is over is counted once, rounded, and written down.

In: steps in the lives of items, reports of matches, who follows, on which days cases were opened and first
answered: columns that stand in clear. Out: rows of `Month`. Next: `figures`; `hotline.loops.count_months`
asks every hour.

Nothing is written of a month that is not over, so that no two looks at a page tell what came between them.
What can no longer be known when a month is counted late is left out, never guessed.

What a clock that was ahead has counted too soon is taken back and counted when it is over; of what was
counted before, the newest are kept by their number, whatever year that clock shows.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from django.conf import settings
from django.db.models import Count, Min, Q, QuerySet, Sum

from repit.foundation.clock import now
from repit.hotline.bank.models import MatchReport, Transition
from repit.hotline.bank.states import SHARED
from repit.hotline.cases import oversight
from repit.hotline.feeds import named
from repit.hotline.feeds.models import Subscriber
from repit.hotline.reports.models import Month
from repit.hotline.reports.rounding import half_within, shown

COUNTED_BACK: Final = 12
"""Months that are counted when nothing was counted yet."""
KEPT: Final = 60
"""Months, the newest: five years, where none was left out."""
_LATE: Final = timedelta(days=31)
"""When a month ended longer ago, cases that were answered in it may be gone."""


def due() -> int:
    """Count what is over and not counted; forget all but the newest five years. How many were counted."""
    if not settings.REPIT_PUBLIC_FIGURES:
        return 0
    present = now().date().replace(day=1)
    first = Transition.objects.aggregate(at=Min("at"))["at"]
    if first is None or present < first.date().replace(day=1):
        return 0
    _take_back_what_is_not_over(present)
    wanted = {month for month in _before(present, COUNTED_BACK) if month >= first.date().replace(day=1)}
    missing = wanted - set(Month.objects.values_list("month", flat=True))
    for month in sorted(missing):
        Month.objects.get_or_create(month=month, defaults=_counted(month))
    newest = Month.objects.order_by("-month").values_list("month", flat=True)[:KEPT]
    Month.objects.exclude(month__in=list(newest)).delete()
    return len(missing)


def _take_back_what_is_not_over(present: date) -> None:
    """A clock that was ahead counts as many months too soon as are counted at once. Where more lie ahead, it
    is this clock that was set back: they could not be counted again."""
    ahead = Month.objects.filter(month__gte=present)
    if ahead.count() <= COUNTED_BACK:
        ahead.delete()


def _counted(month: date) -> dict[str, int | None]:
    begins, ends = _moment(month), _moment(_back(month, -1))
    ours = Transition.objects.filter(item__origin=settings.REPIT_ORIGIN)
    came, went = Q(after__in=SHARED) & ~Q(before__in=SHARED), Q(before__in=SHARED) & ~Q(after__in=SHARED)
    until = ours.filter(at__lt=ends)
    return {
        "protected": shown(until.filter(came).count() - until.filter(went).count()),
        "fresh": shown(until.filter(came, at__gte=begins).count()),
        "met": _met(begins, ends),
        "sites": _sites() if now() - ends < named.LIVE else None,
        "answer_days": _answered(begins.date(), ends.date()) if now() - ends < _LATE else None,
    }


def _met(begins: datetime, ends: datetime) -> int | None:
    """Copies of what was submitted here; None where reports of the month are no longer kept."""
    if begins < now() - timedelta(days=settings.REPIT_MATCH_REPORT_DAYS):
        return None
    muted = Subscriber.objects.filter(muted_at__isnull=False).values("name")
    reports: QuerySet[MatchReport] = MatchReport.objects.filter(
        at__gte=begins, at__lt=ends, item__origin=settings.REPIT_ORIGIN
    ).exclude(reporter__in=muted)
    found = reports.aggregate(copies=Sum("count"), items=Count("item", distinct=True))
    return shown(found["copies"] or 0, of=found["items"])


def _sites() -> int:
    """Those that follow now; several subscribers of one party are one."""
    return len({each.party for each in named.following()})


def _answered(begins: date, ends: date) -> int | None:
    return half_within(oversight.first_answers(begins, ends))


def _before(present: date, months: int) -> Iterator[date]:
    return (_back(present, number) for number in range(1, months + 1))


def _back(month: date, by: int) -> date:
    years, number = divmod(month.year * 12 + month.month - 1 - by, 12)
    return date(years, number + 1, 1)


def _moment(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
