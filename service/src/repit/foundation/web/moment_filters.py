"""Filters for days and times, in every template without being loaded (settings: `builtins`).

In: a moment or a day. Out: words for people (`foundation.moments`); nothing for nothing. Next: the page.
"""

from datetime import date, datetime

from django import template

from repit.foundation import moments
from repit.foundation.moments import Written

register = template.Library()


@register.filter
def at(moment: Written | None) -> str:
    """Day and time."""
    return moments.at(moment) if moment else ""


@register.filter
def on(moment: Written | None) -> str:
    """The day."""
    return moments.on(moment) if moment else ""


@register.filter
def clock(moment: datetime | None) -> str:
    """The time."""
    return moments.clock(moment) if moment else ""


@register.filter
def span(begun: Written, ended: Written) -> str:
    """From one moment to another."""
    return moments.span(begun, ended)


@register.filter
def short(moment: datetime | date | None) -> str:
    """Day and time, in a table."""
    return moments.short(moment) if moment else ""


@register.filter
def is_today(moment: datetime) -> bool:
    """Whether it falls on the present day here."""
    return moments.is_today(moment)
