"""The book of what was told: taken in once, claimed by one worker at a time, moved on by its table.

In: subjects from the webhook; workers that ask for what is due. Out: rows. Next: `worker`.

A claim is kept for as long as someone works on the row (`keep`) and ends by itself soon after (`LEASE`), so
that nothing is lost or long delayed with a process that was killed.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Q

from repit.foundation.clock import now
from repit.foundation.jobs.backoff import Backoff
from repit.foundation.jobs.claims import TROUBLE, ClaimLost, Claims
from repit.platform.integrations.mastodon.models import Move, QueuedMedia
from repit.platform.integrations.mastodon.states import DONE, WORK, State, step
from repit.platform.integrations.mastodon.wire import Subject

LEASE: Final = timedelta(seconds=20)
KEPT: Final = timedelta(days=30)
_claims: Final = Claims(QueuedMedia.objects.filter(state__in=WORK), LEASE, Backoff(5.0, 3600.0))


def take_in(subjects: Iterable[Subject]) -> None:
    """Write down what is new; what was told before, with the same media, stays as it is."""
    moment = now()
    rows = [
        QueuedMedia(
            mark=subject.mark(),
            kind=subject.kind,
            subject=subject.name,
            account=subject.account,
            media=[{"name": media.name, "address": media.address} for media in subject.media],
            due_at=moment,
            received_at=moment,
            changed_at=moment,
        )
        for subject in subjects
    ]
    QueuedMedia.objects.bulk_create(rows, ignore_conflicts=True)


def claim() -> QueuedMedia | None:
    """One row that is due, held for `LEASE`; None where there is none."""
    return _claims.claim()


def keep(row: QueuedMedia) -> bool:
    """Hold a row for another `LEASE`; whether it is still ours."""
    return _claims.keep(row)


def note(row: QueuedMedia) -> None:
    """Keep what was found so far, so that nothing is looked at twice. Raises `ClaimLost`."""
    if not _claims.keep(row, decisions=row.decisions):
        raise ClaimLost


def move(row: QueuedMedia, after: State, **changes: Any) -> None:
    """Take a step of the table. Raises `TransitionRefused`, also if somebody else holds the row by now."""
    before: State = row.state  # type: ignore[assignment]
    why = step(before, after)
    due = now() if after in WORK else None
    fresh = {"state": after, "due_at": due, "changed_at": now(), **changes}
    if before == "judge":
        fresh |= {"media": [], "decisions": row.decisions}
    with transaction.atomic():
        if not _claims.end(row, when=Q(state=before), **fresh):
            raise ClaimLost
        Move.objects.create(media=row, at=now(), before=before, after=after, why=why)
    # Not read anew: somebody else may hold it by now, and their token must not come into our hands.
    for name, value in fresh.items():
        setattr(row, name, value)


def later(row: QueuedMedia, trouble: str, seconds: float | None = None) -> bool:
    """Try again after a while: as long as is said, which does not count as a try; or ever longer, up to an
    hour. Whether it was still ours.
    """
    if seconds is None:
        return _claims.fail(row, trouble)
    return _claims.later(row, seconds, trouble=trouble[:TROUBLE])


def delete_expired() -> int:
    """Drop what was done with a month ago; how many rows."""
    _, dropped = QueuedMedia.objects.filter(state__in=DONE, changed_at__lt=now() - KEPT).delete()
    return dropped.get("mastodon.QueuedMedia", 0)
