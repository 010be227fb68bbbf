"""When a hotline is open: a week of hours on the clocks of one place, and the days on which it is closed.

In: what someone wrote (`09:00-12:00 14:00-18:00`, `2026-12-24..2027-01-02`). Out: `Hours`; whether it is open
at a moment, until when, when next. Next: `fields`, the pages. Pure.

Hours are read on the wall clock of the place: 18:00 is 18:00 there in summer and in winter.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

DAY: Final = 24 * 60
_SPAN: Final = re.compile(r"(\d{1,2})(?:[:hH](\d{2})?)?\s*[-–]\s*(\d{1,2})(?:[:hH](\d{2})?)?")
_LOOKS_AHEAD: Final = 60
"""Days in which the next opening is looked for."""


class Span(NamedTuple):
    """From one minute of a day to another, `0 ≤ opens < closes ≤ 1440`; 1440 is the midnight at its end."""

    opens: int
    closes: int

    def __str__(self) -> str:
        return f"{clock(self.opens)}-{clock(self.closes)}"


class Closed(NamedTuple):
    """From one day to another, both closed."""

    first: date
    last: date

    def __str__(self) -> str:
        return f"{self.first}" if self.first == self.last else f"{self.first}..{self.last}"


@dataclass(frozen=True, slots=True)
class Now:
    """How it stands: `until` when it is open, None where it never closes; `opens` when it is closed, None
    where no opening is near. Both on the clocks of the place."""

    open: bool
    until: datetime | None = None
    opens: datetime | None = None


@dataclass(frozen=True, slots=True)
class Hours:
    """`week`: Monday first."""

    zone: str
    week: tuple[tuple[Span, ...], ...]
    closed: tuple[Closed, ...] = ()

    def at(self, moment: datetime) -> Now:
        """Whether it is open at this moment."""
        local = moment.astimezone(ZoneInfo(self.zone))
        minute = local.hour * 60 + local.minute
        for span in self._of(local.date()):
            if span.opens <= minute < span.closes:
                return Now(True, until=self._end(local, span))
        return Now(False, opens=next(self._openings(local, minute), None))

    def closings(self, today: date) -> tuple[Closed, ...]:
        """The closed days that are not over."""
        return tuple(each for each in self.closed if each.last >= today)

    def today(self, moment: datetime) -> date:
        """The day that it is there."""
        return moment.astimezone(ZoneInfo(self.zone)).date()

    def _of(self, day: date) -> tuple[Span, ...]:
        if any(each.first <= day <= each.last for each in self.closed):
            return ()
        return self.week[day.weekday()]

    def _end(self, local: datetime, span: Span) -> datetime | None:
        """When it closes; what ends at midnight may go on with the next day."""
        day = local.date()
        for _ in range(_LOOKS_AHEAD):
            if span.closes < DAY:
                return _moment(day, span.closes, local)
            day += timedelta(days=1)
            following = next((each for each in self._of(day) if each.opens == 0), None)
            if following is None:
                return _moment(day, 0, local)
            span = following
        return None

    def _openings(self, local: datetime, minute: int) -> Iterator[datetime]:
        for ahead in range(_LOOKS_AHEAD):
            day = local.date() + timedelta(days=ahead)
            for span in self._of(day):
                if ahead or span.opens > minute:
                    yield _moment(day, span.opens, local)


def clock(minute: int) -> str:
    """`09:00`; the midnight at the end of a day is `24:00`."""
    return f"{minute // 60:02}:{minute % 60:02}"


def day_of(written: str) -> tuple[Span, ...]:
    """The hours of one day, in their order. Raises `ValueError`: not of that form, or one within another."""
    rest = _SPAN.sub("", written).replace(",", " ").replace(";", " ").strip()
    if rest:
        raise ValueError
    spans = []
    for found in _SPAN.finditer(written):
        opens, closes = _minute(found[1], found[2]), _minute(found[3], found[4])
        spans.append(Span(opens, closes or DAY))
    spans.sort()
    for span in spans:
        if not 0 <= span.opens < span.closes <= DAY:
            raise ValueError
    for before, after in pairwise(spans):
        if before.closes > after.opens:
            raise ValueError
    return tuple(spans)


def closed_of(written: str) -> tuple[Closed, ...]:
    """Closed days, one or a range a line, in their order. Raises `ValueError`."""
    found = []
    for line in written.replace(",", "\n").splitlines():
        parts = [part for part in re.split(r"\s*(?:\.\.|–|\s-\s|\s)\s*", line.strip()) if part]
        if not parts:
            continue
        first, last = date.fromisoformat(parts[0]), date.fromisoformat(parts[-1])
        if len(parts) > 2 or last < first:
            raise ValueError
        found.append(Closed(first, last))
    return tuple(sorted(found))


def _minute(hour: str, minute: str | None) -> int:
    if int(minute or 0) > 59:
        raise ValueError
    return int(hour) * 60 + int(minute or 0)


def _moment(day: date, minute: int, local: datetime) -> datetime:
    return datetime.combine(day, time(minute // 60, minute % 60), tzinfo=local.tzinfo)
