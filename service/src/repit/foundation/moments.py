"""Days and times as people read them: on the operator's clocks, in the language of the page.

In: a moment as it is kept (UTC), or a day. Out: "28 November 2026 at 2:05pm", as GOV.UK writes it, or
« 28 novembre 2026 à 14 h 05 ». Next: every page and mail, by the filters `at`, `on` and `clock`.

Where only the day of something is kept, it comes as a `date`, which is the same on every clock: midnight is a
time like any other.

What programs read stays in UTC and says so: the API, exports, logs, the command line.
"""

from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.dates import MONTHS, MONTHS_3
from django.utils.translation import get_language

from repit.foundation.clock import now

_DAY: Final = len("2026-11-28")
Written = datetime | date | str
"""A moment or a day; or either as a sealed row holds it, in ISO 8601, in UTC where no zone is said."""


def zone() -> ZoneInfo:
    """Whose clocks are meant (`REPIT_TIME_ZONE`)."""
    return ZoneInfo(settings.REPIT_TIME_ZONE)


def local(moment: datetime) -> datetime:
    """The same moment on these clocks. Without a zone it is in UTC."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(zone())


def at(moment: Written) -> str:
    """Day and time; the day alone where nothing else is known."""
    read = _read(moment)
    if not isinstance(read, datetime):
        return on(read)
    return f"{on(read)} à {clock(read)}" if _french() else f"{on(read)} at {clock(read)}"


def on(moment: Written) -> str:
    """The day."""
    read = _read(moment)
    day = local(read).date() if isinstance(read, datetime) else read
    first = "1er" if day.day == 1 and _french() else str(day.day)
    # The number does not stand at the end of a line without its month.
    return f"{first}\u00a0{MONTHS[day.month]} {day.year}"


def clock(moment: datetime) -> str:
    """The time."""
    here = local(moment)
    if _french():
        return f"{here.hour}\u00a0h\u00a0{here.minute:02}" if here.minute else f"{here.hour}\u00a0h"
    minutes = f":{here.minute:02}" if here.minute else ""
    return f"{here.hour % 12 or 12}{minutes}{'am' if here.hour < 12 else 'pm'}"


def span(begun: Written, ended: Written) -> str:
    """From one moment to another; the day once where it is the same."""
    first, last = _read(begun), _read(ended)
    if not isinstance(first, datetime) or not isinstance(last, datetime) or first == last:
        return at(begun)
    if on(first) == on(last):
        return f"{on(first)}, {clock(first)}\N{EN DASH}{clock(last)}"
    return f"{at(first)} \N{EN DASH} {at(last)}"


def short(moment: datetime | date) -> str:
    """Day and, where there is one, time in a table: the month cut short, no year where it is this one's."""
    here = local(moment) if isinstance(moment, datetime) else moment
    month = str(MONTHS_3[here.month])
    day = f"{here.day}\u00a0{month if _french() else month.title()}"
    year = "" if here.year == local(now()).year else f" {here.year}"
    return f"{day}{year}, {clock(moment)}" if isinstance(moment, datetime) else f"{day}{year}"


def is_today(moment: datetime) -> bool:
    """Whether it falls on the present day here."""
    return local(moment).date() == local(now()).date()


def _read(moment: Written) -> datetime | date:
    if not isinstance(moment, str):
        return moment
    return date.fromisoformat(moment) if len(moment) == _DAY else datetime.fromisoformat(moment)


def _french() -> bool:
    return (get_language() or "").startswith("fr")
