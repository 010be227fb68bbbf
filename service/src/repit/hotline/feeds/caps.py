"""How much one subscriber may move in an hour and in a day, and an alarm where it moves more.

In: what a subscriber is about to say, counted. Out: leave, or a refusal and an alarm for a person at the
hotline. Next: `opinions`, `matches`, `stopncii`. Requests are limited elsewhere
(`web.feeds_api.report_limits`); here it is what they would move, since one request may name a thousand items.

Who suddenly disagrees with everything was broken into, or sold. What it says does not count from then on,
also what it said before, until a person has looked (`Subscriber.muted_at`).
"""

import logging
from datetime import timedelta
from typing import Final, Literal

from django.db import IntegrityError, transaction
from django.db.models import F, Sum

from repit.foundation import audit
from repit.foundation.clock import now
from repit.foundation.errors import NotFound, Text, TooManyReports
from repit.hotline.feeds.keys import Granted
from repit.hotline.feeds.models import Alarm, Moved, Subscriber

What = Literal["not_blocked", "opinions", "proposals", "matches"]
CAPS: Final[dict[What, tuple[int, int]]] = {
    "not_blocked": (20, 100),
    "opinions": (5_000, 50_000),
    "proposals": (1_000, 5_000),
    "matches": (20_000, 200_000),
}
"""In one hour of the clock, and within a day."""
_KEPT: Final = timedelta(days=2)
_DAY: Final = timedelta(days=1)
_log: Final = logging.getLogger(__name__)


class MovedTooMuch(TooManyReports):
    code = "moved-too-much"
    message = Text(
        "This key has moved as much as one may in an hour or a day. The hotline was told.",
        "Cette clé a fait tout ce qui est permis en une heure ou un jour. L’association est prévenue.",
    )
    next_step = Text("Write to the hotline.", "Écrivez à l’association.")


def spend(who: Granted, what: What, amount: int) -> None:
    """Count on, before anything is moved. Raises `MovedTooMuch`, and then nothing may be moved.

    Not within the caller's transaction: the alarm must outlast the refusal.
    """
    if amount <= 0:
        return
    hour = now().replace(minute=0, second=0, microsecond=0)
    with transaction.atomic():
        Moved.objects.filter(hour__lt=hour - _KEPT).delete()
        rows = Moved.objects.filter(subscriber_id=who.id, what=what, hour__gt=hour - _DAY)
        moved = dict(rows.values_list("hour").annotate(total=Sum("count")))
        an_hour, a_day = CAPS[what]
        beyond = moved.get(hour, 0) + amount > an_hour or sum(moved.values()) + amount > a_day
        if beyond:
            raise_alarm(who, what)
        else:
            row, _ = Moved.objects.get_or_create(subscriber_id=who.id, what=what, hour=hour)
            Moved.objects.filter(pk=row.pk).update(count=F("count") + amount)
    if beyond:
        raise MovedTooMuch


def raise_alarm(who: Granted, what: What) -> None:
    """Tell a person, once until it is seen to. A mass of disagreement no longer counts from here on."""
    if what == "not_blocked":
        Subscriber.objects.filter(pk=who.id, muted_at__isnull=True).update(muted_at=now())
    try:
        with transaction.atomic():
            Alarm.objects.create(subscriber_id=who.id, what=what, at=now())
    except IntegrityError:
        return
    _log.warning("a subscriber moves more than one may: %s", what)
    audit.record("caps", f"alarm.{what}", who.name)


def see_to(name: str, *, actor: str, counts_again: bool) -> None:
    """A person has looked at a subscriber's alarms. `counts_again`: what it says counts, the former too.

    Raises `NotFound` where there is no such subscriber, or nothing to see to.
    """
    with transaction.atomic():
        row = Subscriber.objects.select_for_update().filter(name=name).first()
        if row is None:
            raise NotFound
        closed = Alarm.objects.filter(subscriber=row, closed_at__isnull=True)
        seen = closed.update(closed_at=now(), by=actor[:100])
        lifted = counts_again and row.muted_at is not None
        if not seen and not lifted:
            raise NotFound
        if lifted:
            row.muted_at = None
            row.save(update_fields=["muted_at"])
        audit.record(actor, "alarm.seen", name, "counts again" if lifted else "")
