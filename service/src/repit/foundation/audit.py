"""What was done, so that it can be shown later and not be rewritten unnoticed.

In: actor, action, subject, reason; never a person's content. Out: rows chained by keyed digests. Next:
`repit audit`. Each digest covers the row and the digest before it, under the operator's key: someone who
holds the database alone can neither alter, drop nor insert a row without the chain breaking. (Cutting the
newest rows off shows against the head, or against a head noted elsewhere.)

What staff and operators do is noted to the minute; what happens to items and cases, to the day: a moment
would match the one with the other.
"""

import hmac
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal, NamedTuple

from django.db import transaction

from repit.foundation.clock import day, now
from repit.foundation.errors import Text
from repit.foundation.models import AuditHead, AuditRow
from repit.foundation.one_moment import one_moment
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


Broken = Literal["altered", "missing", "cut", "head"]
"""`altered`: a row is not the one that was written, or the key is another one. `missing`: its place is empty.
`cut`: the newest rows are gone. `head`: the note of the newest row is not that of the rows there are."""
SHORT: Final = 8


@dataclass(frozen=True, slots=True)
class Finding:
    """How the chain stands. `first`: the number of the first row that does not fit; None where all do.

    `sequence` and `digest` are the head's: whoever notes them elsewhere knows later if rows were cut off.
    """

    rows: int
    sequence: int
    digest: bytes
    first: int | None = None
    broken: Broken | None = None

    @property
    def holds(self) -> bool:
        return self.broken is None

    @property
    def short(self) -> str:
        """The head as it is noted elsewhere."""
        return f"{self.sequence}:{self.digest[:SHORT].hex()}"


def examine() -> Finding:
    """The whole chain, row by row, at one moment."""
    with one_moment():
        head = AuditHead.objects.filter(pk=1).first()
        sequence, digest = (head.sequence, bytes(head.digest)) if head is not None else (0, b"")
        before, expected = b"", 0
        for row in AuditRow.objects.order_by("sequence").iterator():
            expected += 1
            if row.sequence != expected:
                return Finding(expected - 1, sequence, digest, expected, "missing")
            fitting = _digest(before, row.sequence, row.at, row.actor, row.action, row.subject, row.reason)
            if not hmac.compare_digest(fitting, bytes(row.digest)):
                return Finding(expected - 1, sequence, digest, expected, "altered")
            before = fitting
    if head is None or sequence < expected or (sequence == expected and digest != before):
        return Finding(expected, sequence, digest, expected + 1, "head")
    if sequence > expected:
        return Finding(expected, sequence, digest, expected + 1, "cut")
    return Finding(expected, sequence, digest)


def verify() -> int | None:
    """The number of the first row that does not fit, or None if the whole chain holds."""
    return examine().first


def was_there(sequence: int, begins: bytes) -> bool:
    """Whether the row of this number is there, with a digest that begins so, as it was noted elsewhere."""
    row = AuditRow.objects.filter(pk=sequence).first()
    return row is not None and len(begins) >= SHORT and bytes(row.digest).startswith(begins)


def since(moment: datetime | None = None) -> Iterator[AuditRow]:
    """The rows, in their order."""
    rows = AuditRow.objects.order_by("sequence")
    return (rows if moment is None else rows.filter(at__gte=moment)).iterator()


@dataclass(frozen=True, slots=True)
class Chains:
    """How further chains of one kind stand: how many there are, and the keys of those that do not hold."""

    name: str
    spoken: Text
    checked: int
    broken: tuple[int, ...]


_FURTHER: Final[list[Callable[[], Chains]]] = []


def further(examined: Callable[[], Chains]) -> None:
    """A room has chains of its own; its app says so as Django starts."""
    _FURTHER.append(examined)


def examine_further() -> list[Chains]:
    """The chains of all rooms, at one moment."""
    with one_moment():
        return [examined() for examined in _FURTHER]
