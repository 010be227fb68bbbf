"""Objects that wait to be looked at, as rows.

In: what notifications tell. Out: one queued object at a time, claimed for as long as someone works on it.
Next: `worker`.

There is one row for an object, however often it is told of. A notification is answered once its rows are
committed; a worker that dies leaves its claim to run out, and another takes the row. News that comes while
the row is claimed changes `news`, so that whoever holds it ends the claim and nothing else.
"""

import threading
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import transaction
from django.db.models import Min, Q

from repit.foundation.clock import now
from repit.foundation.ids import token
from repit.foundation.jobs.backoff import Backoff
from repit.foundation.jobs.claims import Claims, Hold
from repit.platform.integrations.s3 import sealed_locations
from repit.platform.integrations.s3.models import QueuedObject
from repit.platform.integrations.s3.stored import Stored

LEASE: Final = timedelta(seconds=90)
"""Renewed while an object is being read (`kept`)."""
MOST_ATTEMPTS: Final = 34
"""With pauses that double from five seconds to an hour: about a day."""
_claims: Final = Claims(
    QueuedObject.objects.filter(state="waiting"),
    LEASE,
    Backoff(5.0, 3600.0, spread=0.25),
    most=MOST_ATTEMPTS,
    given_up=lambda: {"state": "dead"},
    among=16,
)

woken: Final = threading.Event()
"""Set when something was written down in this process."""


def take_in(things: tuple[Stored, ...], decision: str = "") -> int:
    """Write down those that are followed, with what is decided of them already; how many."""
    rows = [_row(thing, decision) for thing in things if followed(thing)]
    if rows:
        fresh = ["location", "news", "state", "due_at", "attempts", "trouble", "decision"]
        with transaction.atomic():
            QueuedObject.objects.bulk_create(
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


def claim() -> QueuedObject | None:
    """One that is due, held for us."""
    return _claims.claim()


def free_all() -> None:
    """End every claim: of a process that was killed, where no other can be at work on this database."""
    _claims.free_all()


def kept(row: QueuedObject) -> Hold[QueuedObject]:
    """Call it while the object is being read, so that nobody else takes the row."""
    return Hold(_claims, row)


def location(row: QueuedObject) -> Stored:
    """Which object it is. Raises `SealBroken`."""
    return Stored(*sealed_locations.opened(row.location, "queued object", row.digest))


def done(row: QueuedObject) -> bool:
    """It was looked at, and goes unless there is news of it since; whether it was still ours."""
    return _claims.remove(row, when=_no_news(row)) or _claims.let_go(row)


def later(row: QueuedObject, seconds: float) -> bool:
    """Not now, and that is nobody's fault; whether it was still ours."""
    put_off = _claims.later(row, seconds, when=_no_news(row), decision=row.decision)
    return put_off or _claims.let_go(row)


def failed(row: QueuedObject, trouble: str, *, for_good: bool) -> bool:
    """It could not be looked at; it is tried again, ever later, and in the end a person must see it. Whether
    it was still ours."""
    noted = _claims.fail(row, trouble, for_good=for_good, when=_no_news(row), decision=row.decision)
    return noted or _claims.let_go(row)


def dead() -> list[QueuedObject]:
    """Those that a person must see, oldest first."""
    return list(QueuedObject.objects.filter(state="dead").order_by("taken_in_at"))


def try_again() -> int:
    """Give every dead one another chance; how many."""
    return QueuedObject.objects.filter(state="dead").update(state="waiting", attempts=0, due_at=now())


def depths() -> dict[str, float]:
    """For monitoring: how many wait, for how long the first has, how many are dead."""
    moment = now()
    waiting = QueuedObject.objects.filter(state="waiting")
    try:
        oldest = waiting.aggregate(first=Min("due_at"))["first"]
        return {
            "storage_waiting": float(waiting.count()),
            "storage_overdue_seconds": 0.0 if oldest is None else max(0.0, (moment - oldest).total_seconds()),
            "storage_dead": float(QueuedObject.objects.filter(state="dead").count()),
        }
    except DatabaseError:
        return {}


def _row(thing: Stored, decision: str) -> QueuedObject:
    digest, moment = sealed_locations.digest(thing), now()
    return QueuedObject(
        digest=digest,
        location=sealed_locations.sealed(sealed_locations.listed(thing), "queued object", digest),
        news=token(),
        due_at=moment,
        decision=decision,
        taken_in_at=moment,
    )


def _no_news(row: QueuedObject) -> Q:
    """What came meanwhile is due at once, and none of it is decided."""
    return Q(news=row.news)
