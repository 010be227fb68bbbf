"""What was done, so that it can be shown later and not be rewritten unnoticed.

In: actor, action, subject, reason; never a person's content. Out: rows chained by keyed digests. Next:
`verify`. Each digest covers the row and the digest before it, under the operator's key: someone who holds
the database alone can neither alter, drop nor insert a row without the chain breaking. (Cutting the newest
rows off shows against the head, or against a head noted elsewhere.)

What staff and operators do is noted to the minute; what happens to items and cases, to the day: a moment
would match the one with the other.
"""

import hmac
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, NamedTuple

from django.db import transaction

from repit.foundation.clock import day, now
from repit.foundation.models import AuditHead, AuditRow
from repit.foundation.sealing import keyed_digest

_TO_THE_DAY: Final = ("item.", "case.")


def _digest(before: bytes, sequence: int, at: datetime, *texts: str) -> bytes:
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    return keyed_digest(
        "audit", before, str(sequence).encode(), moment.encode(), *(t.encode() for t in texts)
    )


class Entry(NamedTuple):
    """One row, before it has its place in the chain."""

    actor: str
    action: str
    subject: str
    reason: str = ""


def record(actor: str, action: str, subject: str, reason: str = "") -> int:
    """Append a row within the caller's transaction (or one of its own); its number."""
    return record_all([Entry(actor, action, subject, reason)])


def record_all(entries: Sequence[Entry]) -> int:
    """The same for several, in their order; the number of the last, 0 where there is none."""
    if not entries:
        return 0
    with transaction.atomic():
        head = AuditHead.objects.select_for_update().get(pk=1)
        rows = []
        for entry in entries:
            head.sequence += 1
            to_the_day = entry.action.startswith(_TO_THE_DAY)
            moment = day() if to_the_day else now().replace(second=0, microsecond=0)
            head.digest = _digest(bytes(head.digest), head.sequence, moment, *entry)
            rows.append(AuditRow(sequence=head.sequence, at=moment, digest=head.digest, **entry._asdict()))
        AuditRow.objects.bulk_create(rows)
        head.save(update_fields=["sequence", "digest"])
        return head.sequence


def is_ours() -> bool:
    """Whether the newest row was chained under the operator's key; so is an empty chain."""
    newest = list(AuditRow.objects.order_by("-sequence")[:2])
    if not newest:
        return True
    row, before = newest[0], bytes(newest[1].digest) if newest[1:] else b""
    digest = _digest(before, row.sequence, row.at, row.actor, row.action, row.subject, row.reason)
    return hmac.compare_digest(digest, bytes(row.digest))


def verify() -> int | None:
    """The number of the first row that does not fit, or None if the whole chain holds."""
    before, expected = b"", 0
    for row in AuditRow.objects.order_by("sequence").iterator():
        expected += 1
        digest = _digest(before, row.sequence, row.at, row.actor, row.action, row.subject, row.reason)
        if row.sequence != expected or not hmac.compare_digest(digest, bytes(row.digest)):
            return expected
        before = digest
    head = AuditHead.objects.get(pk=1)
    if head.sequence != expected or not hmac.compare_digest(bytes(head.digest), before):
        return expected + 1
    return None
