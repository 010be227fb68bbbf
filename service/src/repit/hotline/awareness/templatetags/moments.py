"""Days and times as people write them: one form for each language, on the clocks that are in force.

In: a day, a moment. Out: words: « 28 novembre 2026, 14 h 05 », “28 November 2026, 14:05”. Next: the templates
of cases and of the desk. Where the clocks are UTC, that is said.
"""

from datetime import date, datetime
from typing import Final

from django import template
from django.utils import dateformat, timezone, translation

register = template.Library()
_DAY: Final = {"fr": "j\N{NO-BREAK SPACE}F Y", "en": "j\N{NO-BREAK SPACE}F Y"}
_SHORT_DAY: Final = {"fr": "j\N{NO-BREAK SPACE}F", "en": "j\N{NO-BREAK SPACE}F"}
_TIME: Final = {"fr": "H\N{NO-BREAK SPACE}\\h\N{NO-BREAK SPACE}i", "en": "H:i"}


@register.filter
def day(when: date) -> str:
    """The day alone, in full."""
    return _written(when, _DAY)


@register.filter
def moment(when: date) -> str:
    """The day in full and, where there is one, the time."""
    return _both(when, day(when))


@register.filter
def short_moment(when: date) -> str:
    """The same for a table: no year where it is this one's."""
    same = _local(when).year == timezone.localtime().year
    return _both(when, _written(when, _SHORT_DAY) if same else day(when))


@register.filter
def span(begun: date, ended: date) -> str:
    """From one moment to another, with the day once where it is the same."""
    if not isinstance(begun, datetime) or not isinstance(ended, datetime) or begun == ended:
        return moment(begun)
    if day(begun) == day(ended):
        return f"{day(begun)}, {_written(begun, _TIME)}\N{EN DASH}{_written(ended, _TIME)}{_zone()}"
    return f"{moment(begun)} \N{EN DASH} {moment(ended)}"


def _both(when: date, text: str) -> str:
    return f"{text}, {_written(when, _TIME)}{_zone()}" if isinstance(when, datetime) else text


def _written(when: date, forms: dict[str, str]) -> str:
    language = "fr" if (translation.get_language() or "").startswith("fr") else "en"
    return dateformat.format(_local(when), forms[language])


def _local(when: date) -> date:
    return timezone.localtime(when) if isinstance(when, datetime) else when


def _zone() -> str:
    name = timezone.get_current_timezone_name()
    return "\N{NO-BREAK SPACE}UTC" if name == "UTC" else ""
