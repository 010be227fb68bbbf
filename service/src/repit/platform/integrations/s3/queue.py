"""Objects that wait to be looked at, as rows.

In: what notifications tell. Out: one arrival at a time, held for as long as someone works on it. Next:
`worker`.

There is one row for an object, however often it is told of. A notification is answered once its rows are
committed; a worker that dies leaves its hold to run out, and another takes the row. News that comes while
the row is held changes `news`, so that whoever holds it cannot remove it.
"""

import random
import threading
from datetime import UTC, datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import transaction
from django.db.models import Min

from repit.foundation.clock import now
from repit.foundation.ids import token
from repit.foundation.jobs.backoff import pause
from repit.platform.integrations.s3 import sealed_locations
from repit.platform.integrations.s3.events_wire import Stored
from repit.platform.integrations.s3.models import Arrival

HOLD: Final = timedelta(seconds=90)
"""Renewed while an object is being read (`keep`)."""
MOST_ATTEMPTS: Final = 34
"""With pauses that double from five seconds to an hour: about a day."""
_FIRST_PAUSE: Final = 5.0
_LONGEST_PAUSE: Final = 3600.0
_NEVER: Final = datetime(2000, 1, 1, tzinfo=UTC)
_LOOK_AT: Final = 16

woken: Final = threading.Event()
"""Set when something was written down in this process."""


def take_in(things: tuple[Stored, ...], decision: str = "") -> int:
    """Write down those that are followed, with what is decided of them already; how many."""
    rows = [_row(thing, decision) for thing in things if followed(thing)]
    if rows:
        fresh = ["place", "news", "state", "due_at", "attempts", "reason", "decision"]
        with transaction.atomic():
            Arrival.objects.bulk_create(
                rows, update_conflicts=True, unique_fields=["digest"], update_fields=fresh
            )
        woken.set()
    return len(rows)


def followed(thing: Stored) -> bool:
    """Whether this is an object to look at: in a bucket that is followed, and not in quarantine."""
    buckets: tuple[str, ...] = settings.REPIT_GATE_S3_BUCKETS
    home: str = settings.REPIT_GATE_S3_QUARANTINE_TO
    if home and f"{thing.bucket}/{thing.key}".startswith(home):
        return False
    return not buckets or thing.bucket in buckets


def claim() -> Arrival | None:
    """One that is due, held for us."""
    moment = now()
    due = Arrival.objects.filter(state="waiting", due_at__lte=moment, held_until__lte=moment)
    waiting = list(due.order_by("due_at")[:_LOOK_AT])
    random.shuffle(waiting)
    for row in waiting:
        mine = Arrival.objects.filter(pk=row.pk, held_until=row.held_until, news=row.news)
        if mine.update(held_until=moment + HOLD):
            return row
    return None


def free_all() -> None:
    """End every hold: of a process that was killed, where no other can be at work on this database."""
    Arrival.objects.filter(held_until__gt=_NEVER).update(held_until=_NEVER)


def keep(row: Arrival) -> None:
    """Hold it longer."""
    Arrival.objects.filter(pk=row.pk).update(held_until=now() + HOLD)


def place(row: Arrival) -> Stored:
    """Which object it is. Raises `SealBroken`."""
    return Stored(*sealed_locations.opened(row.place, "arrival", row.digest))


def done(row: Arrival) -> None:
    """It was looked at; unless there is news of it since."""
    if not Arrival.objects.filter(pk=row.pk, news=row.news).delete()[0]:
        Arrival.objects.filter(pk=row.pk).update(held_until=_NEVER)


def later(row: Arrival, seconds: float) -> None:
    """Not now, and that is nobody's fault."""
    _let_go(row, due_at=now() + timedelta(seconds=seconds))


def failed(row: Arrival, reason: str, *, for_good: bool) -> None:
    """It could not be looked at; it is tried again, ever later, and in the end a person must see it."""
    attempts = row.attempts + 1
    if for_good or attempts >= MOST_ATTEMPTS:
        _let_go(row, state="dead", attempts=attempts, reason=reason[:60])
        return
    wait = pause(attempts, _FIRST_PAUSE, _LONGEST_PAUSE) * random.uniform(0.75, 1.25)  # noqa: S311 - only spreads retries
    _let_go(row, due_at=now() + timedelta(seconds=wait), attempts=attempts, reason=reason[:60])


def dead() -> list[Arrival]:
    """Those that a person must see, oldest first."""
    return list(Arrival.objects.filter(state="dead").order_by("taken_in_at"))


def try_again() -> int:
    """Give every dead one another chance; how many."""
    fresh = {"state": "waiting", "attempts": 0, "due_at": now(), "held_until": _NEVER}
    return Arrival.objects.filter(state="dead").update(**fresh)


def standing() -> dict[str, float]:
    """For monitoring: how many wait, for how long the first has, how many are dead."""
    moment = now()
    waiting = Arrival.objects.filter(state="waiting")
    try:
        oldest = waiting.aggregate(first=Min("due_at"))["first"]
        return {
            "storage_waiting": float(waiting.count()),
            "storage_overdue_seconds": 0.0 if oldest is None else max(0.0, (moment - oldest).total_seconds()),
            "storage_dead": float(Arrival.objects.filter(state="dead").count()),
        }
    except DatabaseError:
        return {}


def _row(thing: Stored, decision: str) -> Arrival:
    digest, moment = sealed_locations.digest(thing), now()
    return Arrival(
        digest=digest,
        place=sealed_locations.sealed(sealed_locations.listed(thing), "arrival", digest),
        news=token(),
        due_at=moment,
        held_until=_NEVER,
        decision=decision,
        taken_in_at=moment,
    )


def _let_go(row: Arrival, **changes: object) -> None:
    """Set these, and what is decided of it, unless there is news, and end the hold in any case."""
    fresh = {"held_until": _NEVER, "decision": row.decision, **changes}
    if not Arrival.objects.filter(pk=row.pk, news=row.news).update(**fresh):
        Arrival.objects.filter(pk=row.pk).update(held_until=_NEVER)
