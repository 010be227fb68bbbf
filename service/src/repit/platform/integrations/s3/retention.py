"""What the gate no longer needs to know of stored objects.

In: findings and scans that are older than `REPIT_GATE_DECISION_DAYS`. Out: their rows, deleted. Next:
`worker` asks every hour.

A finding that acted on an object is needed for as long as the object is there: to undo it, to leave alone
what a person let go, to count no copy twice. So the gate looks now and then whether it still is, and counts
the days from when it was gone. What a scan only wrote down is counted from the scan's end, as the scan is;
one that was stopped may go on, and stays.

A storage that cannot be asked, or the address of a wrong one, must not empty the book any more than a wrong
clock: only what was found gone again within the last day goes, and that a day after it was marked.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet

from repit.foundation import audit
from repit.foundation.clock import now
from repit.foundation.errors import PeerFailed, RepitError
from repit.foundation.jobs import retention
from repit.platform.integrations.s3 import findings
from repit.platform.integrations.s3.errors import Gone
from repit.platform.integrations.s3.models import Finding, Scan, Step
from repit.platform.integrations.s3.store import Store
from repit.platform.integrations.s3.stored import Stored

_LOOK_AGAIN: Final = timedelta(days=7)
_MOST_LOOKS: Final = 1000
_FRESH: Final = timedelta(days=1)
_ONLY_WRITTEN_DOWN: Final = ("listed", "unread")
_TOGETHER: Final = 200
_log: Final = logging.getLogger(__name__)


def sweep(store: Store, stopping: Callable[[], bool] = lambda: False) -> int:
    """Look for objects, mark what is due, delete what was marked a day ago; how many findings are gone."""
    _look_for_objects(store, stopping)
    moment = now()
    retention.mark(_findings_due(moment), moment)
    gone = 0
    while not stopping() and (some := _forget_findings(moment)):
        gone += some
    if gone:
        audit.record("retention", "findings in the storage forgotten", "", str(gone))
    retention.mark(_scans_due(moment), moment)
    _scans_due(moment).filter(forget_at__lte=moment).delete()
    return gone


def _look_for_objects(store: Store, stopping: Callable[[], bool]) -> None:
    """Ask the storage for objects that were not asked for in a while, `_MOST_LOOKS` at most."""
    moment = now()
    again = Q(looked_for_at__lt=moment - _LOOK_AGAIN)
    again |= Q(gone_at__lt=_before(moment), looked_for_at__lt=moment - _FRESH / 2)
    again |= Q(looked_for_at__gt=moment + _FRESH)  # by a clock that ran ahead
    rows = Finding.objects.filter(again).exclude(state__in=_ONLY_WRITTEN_DOWN)
    for row in list(rows.order_by("looked_for_at")[:_MOST_LOOKS]):
        if stopping():
            return
        try:
            gone = _is_gone(store, row)
        except PeerFailed as error:
            _log.warning("the storage cannot be asked what is still there: %s", error.code)
            return
        except RepitError:  # of this one it cannot be said
            gone = False
        since = min(row.gone_at or moment, moment) if gone else None
        Finding.objects.filter(pk=row.pk, location=row.location).update(looked_for_at=moment, gone_at=since)


def _is_gone(store: Store, row: Finding) -> bool:
    """Whether those bytes stand neither at their place, in that version or the newest, nor in quarantine."""
    at = findings.where(row)
    if at.moved is not None:
        return not _stands(store, at.moved, "")
    newest = Stored(at.thing.bucket, at.thing.key)
    return not any(_stands(store, thing, at.etag) for thing in {at.thing, newest})


def _stands(store: Store, thing: Stored, etag: str) -> bool:
    try:
        return store.etag(thing) == etag or not etag
    except Gone:
        return False


def _before(moment: datetime) -> datetime:
    return moment - timedelta(days=settings.REPIT_GATE_DECISION_DAYS)


def _findings_due(moment: datetime) -> QuerySet[Finding]:
    before = _before(moment)
    gone = Q(gone_at__lt=before, looked_for_at__gt=F("gone_at"), looked_for_at__gte=moment - _FRESH)
    ended = Q(scan=None) | Q(scan__state="stopped") | Q(scan__ended_at__lt=before)
    return Finding.objects.filter(gone | Q(ended, state__in=_ONLY_WRITTEN_DOWN, at__lt=before))


def _scans_due(moment: datetime) -> QuerySet[Scan]:
    over = Scan.objects.filter(state__in=("done", "failed"), ended_at__lt=_before(moment))
    return over.filter(findings=None)


def _forget_findings(moment: datetime) -> int:
    with transaction.atomic():
        ripe = _findings_due(moment).filter(forget_at__lte=moment).order_by("forget_at", "pk")
        keys = list(ripe.values_list("pk", flat=True)[:_TOGETHER])
        Step.objects.filter(finding__in=keys).update(forget_at=moment)
        Step.objects.filter(finding__in=keys).delete()
        Finding.objects.filter(pk__in=keys).delete()
    return len(keys)
