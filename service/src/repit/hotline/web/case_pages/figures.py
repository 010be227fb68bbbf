"""The page "In figures": what was counted of each month that is over, as small charts, JSON and CSV.

In: `reports.figures`. Out: pages and files that say nothing of any person. Next: the browser.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.formats import date_format, number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET

from repit.hotline.reports import figures
from repit.hotline.reports.figures import SERIES, Counted, Figure, Series
from repit.hotline.web.case_pages.views import information

SHOWN: Final = 12
_HIGH: Final = 40
_COLUMN: Final = 10
TITLES: Final[dict[Series, Promise]] = {
    "protected": gettext_lazy("Pictures and videos protected"),
    "fresh": gettext_lazy("Newly protected"),
    "met": gettext_lazy("Copies met by sites"),
    "sites": gettext_lazy("Sites that take part"),
    "answer_days": gettext_lazy("Time to a first answer"),
}
ABOUT: Final[dict[Series, Promise]] = {
    "protected": gettext_lazy("At the end of the month, of those that were entrusted to us."),
    "fresh": gettext_lazy("In the month."),
    "met": gettext_lazy("In the month, as sites reported them. A site refuses them, or has a person look."),
    "sites": gettext_lazy("At the end of the month, named or not."),
    "answer_days": gettext_lazy("Half of those who got a first answer in the month had it by then."),
}


@dataclass(frozen=True, slots=True)
class Bar:
    """Where it stands in the drawing, in units of its own, as SVG writes numbers. `few`: too small."""

    x: str
    y: str
    height: str
    few: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """One series: its newest value large, its months as bars and in words."""

    key: Series
    title: Promise
    about: Promise
    newest: str
    month: str
    bars: Sequence[Bar]
    wide: str
    since: str
    rows: Sequence[tuple[str, str]]


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """The charts. Raises `Http404` where the hotline shows no figures."""
    counted = _months()[-SHOWN:]
    charts = [chart for series in SERIES if (chart := _chart(series, counted))]
    return information(request, "figures", {"charts": charts})


@require_GET
def as_json(_request: HttpRequest) -> HttpResponse:
    """Every month that is kept."""
    return JsonResponse({"months": [figures.plain(each) for each in _months()]})


@require_GET
def as_csv(_request: HttpRequest) -> HttpResponse:
    """The same as a table; what was not counted is empty."""
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="figures.csv"'
    rows = csv.DictWriter(answer, ["month", *SERIES])
    rows.writeheader()
    rows.writerows(figures.plain(each) for each in _months())
    return answer


def _months() -> list[Counted]:
    if not settings.REPIT_PUBLIC_FIGURES:
        raise Http404
    return figures.months()


def _chart(series: Series, counted: Sequence[Counted]) -> Chart | None:
    """Nothing where no month of it was counted."""
    monthly = [(each.month, each.values[series]) for each in counted]
    known = [(month, value) for month, value in monthly if value is not None]
    if not known:
        return None
    month, newest = known[-1]
    return Chart(
        series,
        TITLES[series],
        ABOUT[series],
        _words(series, newest),
        _month(month),
        _bars([value for _month, value in monthly]),
        str(len(monthly) * _COLUMN),
        _month(monthly[0][0]),
        [(_month(month), _words(series, value)) for month, value in reversed(monthly)],
    )


def _bars(values: Sequence[Figure]) -> list[Bar]:
    numbers = [value if isinstance(value, int) else 0 for value in values]
    highest = max([*numbers, 1])
    found = []
    for at, value in enumerate(values):
        if value is None:
            continue
        height = max(1, round(_HIGH * numbers[at] / highest))
        found.append(Bar(str(at * _COLUMN + 1), str(_HIGH - height), str(height), value == "few"))
    return found


def _words(series: Series, value: Figure) -> str:
    if value is None:
        return "–"
    if value == "few":
        return _("too few to show") if series == "met" else _("fewer than 10")
    if series == "answer_days":
        return ngettext("%(days)s day", "%(days)s days", value) % {"days": value}
    return number_format(value, use_l10n=True, force_grouping=True)


def _month(month: date) -> str:
    return date_format(month, "F Y")
