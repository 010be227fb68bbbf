"""What is done every night and every minute, so that how and when things were written says only the day.

In: a day that is over; cases in which something happened. Out: moments moved to the end of their day, minutes
of fetches to their day; rows of cases laid down anew, what deleted rows left behind taken away. Next:
`hotline.process` starts it beside the hotline.

A case lies on the disk between what was written before it and after, and its items come within seconds. So
within a minute or so the rows of all cases in which anything happened since last night are laid down anew
together, and say no more of the hour. Of more than can be moved within a fraction of a second this is left to
the night.

Each thing may be done twice, should two processes begin it at once, and may be cut off: it is noted when it
is done. What cannot be done, since others are at work, is tried again in a few minutes.
"""

import logging
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from django.apps import apps
from django.db.models import Model

from repit.foundation import postgresql_log, relaying
from repit.foundation.clock import day, now
from repit.foundation.jobs.loop import Loop
from repit.foundation.models import Upkeep
from repit.hotline.bank import carrying, closing, models
from repit.hotline.cases import happening
from repit.hotline.feeds import access

LOOK_EVERY: Final = 60.0
CLAIMS_KEPT: Final = timedelta(days=90)
_LAID_ANEW: Final = "rows laid anew"
_TODAY: Final = "rows laid anew today"
_log: Final = logging.getLogger(__name__)


def start() -> Loop:
    """Look again and again in a thread of this process."""

    def work(_stop: threading.Event) -> float:
        nightly()
        within_the_day()
        return LOOK_EVERY

    return Loop("repit-upkeep", work).start()


def nightly() -> None:
    """Whatever was not done today."""
    for name, does in (
        ("days closed", _days),
        ("claims forgotten", _claims),
        (_LAID_ANEW, _rows),
    ):
        _once_a_day(name, does)


def within_the_day() -> None:
    """What of cases was written since last night, if anything was since the last time."""
    tables = _of_cases()
    noted, _ = Upkeep.objects.get_or_create(name=_TODAY)
    mark = happening.mark()
    if noted.reached == mark:
        return
    carrying.sweep()
    if not relaying.fits(tables, relaying.MOST_BY_DAY):
        # Whoever sends long videos one after the other is not to keep the rest as it lies.
        tables.remove(models.Parcel)
        if not relaying.fits(tables, relaying.MOST_BY_DAY):
            return
    last_night = Upkeep.objects.filter(name=_LAID_ANEW).first()
    done = last_night.reached if last_night else 0
    if relaying.relay(tables, done, relaying.MOST_BY_DAY) is not None:
        postgresql_log.begin_anew()
        Upkeep.objects.filter(name=_TODAY).update(reached=mark)


def _once_a_day(name: str, does: Callable[[], bool]) -> None:
    today = now().date()
    noted, _ = Upkeep.objects.get_or_create(name=name)
    if noted.done_on == today:
        return
    if does():
        Upkeep.objects.filter(name=name).update(done_on=today)
    else:
        _log.warning("tonight's upkeep waits: %s", name)


def _days() -> bool:
    closing.close_days()
    access.keep_days_only()
    return True


def _claims() -> bool:
    """Cases may look for a while how far the withdrawal of what they asked for has come."""
    erased = models.Transition.objects.filter(after="erased", at__lt=day() - CLAIMS_KEPT)
    held = models.Claim.objects.filter(item__state="erased", item__in=erased.values("item"))
    held.filter(pk__in=list(held.values_list("pk", flat=True)[:10_000])).delete()
    return True


def _rows() -> bool:
    carrying.sweep()
    tables = _of_cases()
    # All of them: rows that were left as they are would tell on which day each was last changed, and a case
    # that took an item back is last changed on the day that its item is.
    done = 0
    if not relaying.fits(tables, relaying.MOST_AT_NIGHT):
        done = Upkeep.objects.get(name=_LAID_ANEW).reached
    reached = relaying.relay(tables, done)
    if reached is None:
        return False
    Upkeep.objects.filter(name=_LAID_ANEW).update(reached=reached)
    relaying.sweep(_of_the_bank())
    postgresql_log.begin_anew()
    return True


def _of_cases() -> list[type[Model]]:
    """Every table that one transaction of a case writes to."""
    return [*_managed("cases"), models.Letter, models.Parcel]


def _of_the_bank() -> list[type[Model]]:
    """Tables from which what was withdrawn is deleted."""
    return [model for model in _managed("bank") if model not in (models.Change, models.Transition)]


def _managed(room: str) -> list[type[Model]]:
    return [model for model in apps.get_app_config(room).get_models() if model._meta.managed]
