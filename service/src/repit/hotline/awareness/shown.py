"""Opening hours in words, in the page's language.

In: `Published`. Out: sentences. Next: `awareness/_hours.html`.
"""

from datetime import date, datetime
from itertools import groupby

from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from repit.foundation.clock import now
from repit.hotline.awareness.composing import Published
from repit.hotline.awareness.hours import Span, clock

_TO = "–"


def now_open(published: Published) -> str:
    """`Open now, until 18:00 (Europe/Paris).`"""
    here = published.now_open
    if here is None or published.hours is None:
        return ""
    zone = published.hours.zone
    if here.open:
        if here.until is None:
            return _("Open now, day and night.")
        return _("Open now, until %(time)s (%(zone)s).") % {"time": f"{here.until:%H:%M}", "zone": zone}
    if here.opens is None:
        return _("Closed now.")
    when = {"when": _when(here.opens, published), "time": f"{here.opens:%H:%M}", "zone": zone}
    return _("Closed now. Opens %(when)s at %(time)s (%(zone)s).") % when


def usual_answer(published: Published) -> str:
    """`We usually answer within 2 days.`; nothing where the operator has not said how long it takes."""
    days = published.first_answer
    if days is None:
        return ""
    return ngettext("We usually answer within a day.", "We usually answer within %(days)s days.", days) % {
        "days": days
    }


def week(published: Published) -> list[tuple[str, str]]:
    """Days and their hours; days that follow one another with the same hours stand together."""
    if published.hours is None:
        return []
    lines = []
    for spans, run in groupby(enumerate(published.hours.week), key=lambda each: each[1]):
        days = [number for number, _spans in run]
        first, last = str(WEEKDAYS[days[0]]), str(WEEKDAYS[days[-1]])
        name = first if len(days) == 1 else _("%(first)s to %(last)s") % {"first": first, "last": last}
        lines.append((name[:1].upper() + name[1:], _spans_of(spans)))
    return lines


def closings(published: Published) -> list[str]:
    """The next days on which it is closed."""
    if published.hours is None:
        return []
    today = published.hours.today(now())
    return [_range(each.first, each.last) for each in published.hours.closings(today)[:6]]


def _spans_of(spans: tuple[Span, ...]) -> str:
    if not spans:
        return _("closed")
    return ", ".join(f"{clock(span.opens)}{_TO}{clock(span.closes)}" for span in spans)


def _range(first: date, last: date) -> str:
    if first == last:
        return date_format(first, "j F Y")
    dates = {"first": date_format(first, "j F Y"), "last": date_format(last, "j F Y")}
    return _("%(first)s until %(last)s") % dates


def _when(opens: datetime, published: Published) -> str:
    if published.hours is None:
        return ""
    today = published.hours.today(now())
    ahead = (opens.date() - today).days
    if ahead == 0:
        return _("today")
    if ahead == 1:
        return _("tomorrow")
    return str(WEEKDAYS[opens.weekday()]) if ahead < 7 else date_format(opens, "j F")
