"""What people decide at the review desk, carried out in the storage.

In: reviews that are decided, findings that wait for them. Out: the object blocked, or let go. Next: nobody;
`worker` calls this again and again.

A decision that is changed after an objection is carried out too, the gate's own as well. What cannot be done
now is tried again.
"""

import logging
from contextlib import suppress
from typing import Final

from django.db.models import F, OuterRef, Subquery

from repit.foundation.errors import RepitError
from repit.platform.integrations.s3 import findings, quarantine
from repit.platform.integrations.s3.errors import Changed, Gone
from repit.platform.integrations.s3.models import Finding
from repit.platform.integrations.s3.store import Held, Store
from repit.platform.review.models import Part

_AT_ONCE: Final = 50
_log: Final = logging.getLogger(__name__)


def follow(store: Store) -> int:
    """Carry out what was decided since; how many."""
    parts = Part.objects.filter(decision=OuterRef("decision"), review__state="decided")
    decided = parts.values("review__outcome")[:1]
    waiting = (
        Finding.objects.filter(outcome__in=["review", "block"])
        .exclude(state__in=["listed", "unread"])
        .annotate(decided=Subquery(decided))
        .exclude(decided=None)
        .exclude(decided=F("followed"))
        .order_by("pk")
    )
    carried_out = 0
    for finding in list(waiting[:_AT_ONCE]):
        try:
            _carry_out(store, finding, finding.decided)
            carried_out += 1
        except RepitError as error:
            _log.warning("a decision waits to be carried out in the storage: %s", error.code)
    return carried_out


def _carry_out(store: Store, finding: Finding, decided: str) -> None:
    with suppress(Gone, Changed):  # those bytes are not there any more
        if decided == "allow":
            if finding.state != "released":
                quarantine.release(store, finding, "person", followed=decided)
        elif finding.state in ("review", "released"):
            _block(store, finding, decided)
    Finding.objects.filter(pk=finding.pk).update(followed=decided)


def _block(store: Store, finding: Finding, decided: str) -> None:
    at = findings.where(finding)
    if store.etag(at.thing) != at.etag:
        raise Changed
    moved = quarantine.block(store, Held(at.thing, at.etag, store.tags(at.thing)), finding.decision)
    findings.change(finding, "moved" if moved else "tagged", "person", moved=moved, followed=decided)
