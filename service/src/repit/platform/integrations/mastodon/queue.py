"""The book of what was told: taken in once, claimed by one worker at a time, moved on by its table.

In: subjects from the webhook; workers that ask for what is due. Out: rows. Next: `worker`.

A claim is one UPDATE that names the due time it saw, so that two workers never hold the same row. It is kept
for as long as someone works on the row (`keep`) and ends by itself soon after (`LEASE`), so that nothing is
lost or long delayed with a process that was killed.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction

from repit.foundation.clock import now
from repit.foundation.errors import TransitionRefused
from repit.foundation.jobs.backoff import pause
from repit.platform.integrations.mastodon.models import Move, Told
from repit.platform.integrations.mastodon.states import DONE, WORK, State, step
from repit.platform.integrations.mastodon.wire import Subject

LEASE: Final = timedelta(seconds=20)
KEPT: Final = timedelta(days=30)
_FIRST_WAIT: Final = 5.0
_LONGEST_WAIT: Final = 3600.0


def take_in(subjects: Iterable[Subject]) -> None:
    """Write down what is new; what was told before, with the same media, stays as it is."""
    moment = now()
    rows = [
        Told(
            mark=one.mark(),
            kind=one.kind,
            subject=one.name,
            account=one.account,
            media=[{"name": media.name, "address": media.address} for media in one.media],
            due_at=moment,
            received_at=moment,
            changed_at=moment,
        )
        for one in subjects
    ]
    Told.objects.bulk_create(rows, ignore_conflicts=True)


def claim() -> Told | None:
    """One row that is due, held for `LEASE`; None where there is none."""
    for _ in range(10):
        row = Told.objects.filter(state__in=WORK, due_at__lte=now()).order_by("due_at").first()
        if row is None:
            return None
        held = now() + LEASE
        mine = Told.objects.filter(pk=row.pk, state=row.state, due_at=row.due_at)
        if mine.update(due_at=held, attempts=row.attempts + 1):
            row.due_at, row.attempts = held, row.attempts + 1
            return row
    return None


def keep(key: int, held: datetime) -> datetime | None:
    """Hold a row longer, if it is still held until `held`; until when, or None."""
    longer = now() + LEASE
    return longer if Told.objects.filter(pk=key, due_at=held).update(due_at=longer) else None


def note(row: Told) -> None:
    """Keep what was found so far, so that nothing is looked at twice."""
    Told.objects.filter(pk=row.pk, state=row.state).update(decisions=row.decisions)


def move(row: Told, after: State, **changes: Any) -> None:
    """Take a step of the table. Raises `TransitionRefused`, also if somebody else took one."""
    before: State = row.state  # type: ignore[assignment]
    why = step(before, after)
    fresh = {"state": after, "due_at": now(), "changed_at": now(), "attempts": 0, "trouble": "", **changes}
    if before == "judge":
        fresh |= {"media": [], "decisions": row.decisions}
    with transaction.atomic():
        if not Told.objects.filter(pk=row.pk, state=before).update(**fresh):
            raise TransitionRefused(detail="someone else moved it")
        Move.objects.create(told=row, at=now(), before=before, after=after, why=why)
    row.refresh_from_db()


def later(row: Told, trouble: str, seconds: float | None = None) -> None:
    """Try again after a while: as long as is said, which does not count as a try; or ever longer, up to an
    hour.
    """
    wait, tries = seconds, row.attempts - 1
    if wait is None:
        wait, tries = pause(row.attempts, _FIRST_WAIT, _LONGEST_WAIT), row.attempts
    due = now() + timedelta(seconds=wait)
    Told.objects.filter(pk=row.pk, state=row.state).update(due_at=due, attempts=tries, trouble=trouble[:40])


def forget_old() -> int:
    """Drop what was done with a month ago; how many rows."""
    _, dropped = Told.objects.filter(state__in=DONE, changed_at__lt=now() - KEPT).delete()
    return dropped.get("mastodon_hook.Told", 0)
