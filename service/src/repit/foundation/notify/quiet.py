"""When the next mail to a member may go. Pure but for chance.

In: a moment, quiet hours on someone's clocks. Out: a moment that says little of the first. Next: `work_mail`.

Someone who reads the log of a mail server must not learn when a case was opened or a message came. So mail
goes at a moment drawn by chance from the quarter of an hour after the next full one, and what came meanwhile
goes with it.
"""

import random
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

QUARTER: Final = timedelta(minutes=15)
_chance: Final = random.SystemRandom()


def next_mail(moment: datetime, zone: str, quiet_from: int, quiet_to: int) -> datetime:
    """The next quarter of an hour, and up to another one later; after quiet hours, if it falls into them."""
    began = moment.replace(minute=moment.minute // 15 * 15, second=0, microsecond=0)
    due = began + QUARTER + _jitter()
    local = due.astimezone(ZoneInfo(zone))
    minute = local.hour * 60 + local.minute
    if not is_quiet(minute, quiet_from, quiet_to):
        return due
    ends = local.replace(hour=quiet_to // 60, minute=quiet_to % 60, second=0, microsecond=0)
    if quiet_to <= minute:
        ends += timedelta(days=1)
    return ends.astimezone(moment.tzinfo) + _jitter()


def is_quiet(minute: int, quiet_from: int, quiet_to: int) -> bool:
    """Whether a minute of the day lies within; they may go over midnight; equal ends: never."""
    if quiet_from <= quiet_to:
        return quiet_from <= minute < quiet_to
    return minute >= quiet_from or minute < quiet_to


def _jitter() -> timedelta:
    return timedelta(seconds=_chance.uniform(0.0, QUARTER.total_seconds()))
