"""Accesses to a case as people think of them: somebody came, stayed a while, and looked at a few things.

In: entries of the log, the newest first. Out: stays, the newest first. Next: the person's page and the
desk's, which show one line for each. Pure: no entry is left out, none changed.

Entries of staff keep the minute: those of one party with no half hour between them are one stay. Of a
person or a helper only the day is kept: what they did on it, with nobody between, is one stay.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Final

from repit.hotline.cases.access_log import LogEntry

PAUSE: Final = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, repr=False)
class Stay:
    """What one party did in one go. `begun` and `ended` are days where no time was kept. `whats` in the order
    in which things were done, each once after the other."""

    by: str
    who: str
    count: int
    begun: datetime | date
    ended: datetime | date
    whats: Sequence[str]


def of(entries: Iterable[LogEntry]) -> list[Stay]:
    """Entries, the newest first, as stays, the newest first."""
    groups: list[list[LogEntry]] = []
    for entry in entries:
        if groups and _together(groups[-1][-1], entry):
            groups[-1].append(entry)
        else:
            groups.append([entry])
    return [_stay(group[::-1]) for group in groups]


def _together(later: LogEntry, earlier: LogEntry) -> bool:
    if (later.by, later.who) != (earlier.by, earlier.who):
        return False
    after, before = _when(later), _when(earlier)
    if isinstance(after, datetime) and isinstance(before, datetime):
        return abs(after - before) <= PAUSE
    return after == before


def _stay(entries: Sequence[LogEntry]) -> Stay:
    first, last = entries[0], entries[-1]
    # The same thing twice running is said once.
    whats = [what for what, _ in groupby(entry.what for entry in entries)]
    return Stay(first.by, first.who, len(entries), _when(first), _when(last), whats)


def _when(entry: LogEntry) -> datetime | date:
    """As `access_log` writes it: a day, or a minute in UTC."""
    if len(entry.at) == len("2026-11-28"):
        return date.fromisoformat(entry.at)
    return datetime.fromisoformat(entry.at).replace(tzinfo=UTC)
