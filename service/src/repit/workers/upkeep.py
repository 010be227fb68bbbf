"""What is done once a night, so that how and when things were written says no more than the day.

In: a day that is over. Out: moments moved to the end of their day, minutes of fetches to their day; rows of
cases laid down anew, what deleted rows left behind taken away. Next: `repit.cli` starts it beside the
hotline.

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

from repit.bank import carrying, closing, models
from repit.exchange import access
from repit.foundation import relaying
from repit.foundation.clock import day, now
from repit.foundation.models import Upkeep
from repit.workers import looping

LOOK_EVERY: Final = 600.0
CLAIMS_KEPT: Final = timedelta(days=90)
_LAID_ANEW: Final = "rows laid anew"
_log: Final = logging.getLogger(__name__)


def start() -> threading.Event:
    """Look again and again in a thread of this process; setting the event ends it."""

    def work(_stop: threading.Event) -> float:
        nightly()
        return LOOK_EVERY

    return looping.start("repit-upkeep", work)


def nightly() -> None:
    """Whatever was not done today."""
    for name, does in (
        ("days closed", _days),
        ("claims forgotten", _claims),
        (_LAID_ANEW, _rows),
    ):
        _once_a_day(name, does)


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
    noted = Upkeep.objects.get(name=_LAID_ANEW)
    reached = relaying.relay(_of_cases(), noted.reached)
    if reached is None:
        return False
    Upkeep.objects.filter(name=_LAID_ANEW).update(reached=reached)
    relaying.sweep(_of_the_bank())
    return True


def _of_cases() -> list[type[Model]]:
    """Every table that one transaction of a case writes to."""
    return [*_managed("cases"), models.Letter]


def _of_the_bank() -> list[type[Model]]:
    """Tables from which what was withdrawn is deleted."""
    return [model for model in _managed("bank") if model not in (models.Change, models.Transition)]


def _managed(room: str) -> list[type[Model]]:
    return [model for model in apps.get_app_config(room).get_models() if model._meta.managed]
