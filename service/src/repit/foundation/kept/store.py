"""Keeping something for an hour, for one browser, so that nobody else can open it.

In: a secret that only the browser holds (a cookie's value, what a form carries), a use, a value. Out: the
value again for whoever brings the same secret. Next: receipts that can be shown again, words typed before a
sign-in ended (`case_pages`, `foundation.staff.drafts`), forms that are sent twice (`once`).

A value is sealed under a key made of the browser's secret, and around it under the operator's. A copy of the
database, with the operator's key and all others, opens nothing: the secret is in the browser and, during a
request, in memory. A row is found by a keyed digest, so that two rows of one browser do not look related;
lengths are rounded up. It ends within the hour in which it was made, however often it is opened.
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import IntegrityError, transaction

from repit.foundation.clock import now
from repit.foundation.errors import SealBroken
from repit.foundation.kept.models import Kept
from repit.foundation.sealing import Place, Sealer, keyed_digest, operator

LASTS: Final = timedelta(hours=1)
MOST_ROWS: Final = 20_000
"""Beyond so many, what strangers could write too is not kept (`has_room`)."""
_SHORTEST: Final = 1024
_LARGE: Final = 64 * 1024
_USE: Final = "kept for a browser"


def keep(secret: str, use: str, value: Mapping[str, Any], *, until: datetime | None = None) -> None:
    """Keep a value, in the place of what was kept for the same secret and use; for an hour, or less."""
    row = _row(secret, use, value)
    row.until = min(row.until, until) if until else row.until
    Kept.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["digest"], update_fields=["sealed", "until"]
    )


def of(secret: str, use: str) -> dict[str, Any] | None:
    """What is kept, if it still is."""
    digest = _digest(secret, use)
    row = Kept.objects.filter(digest=digest, until__gt=now()).first() if secret else None
    if row is None:
        return None
    place = _place(digest)
    try:
        inner = operator(_USE).open(row.sealed, place)
        value: dict[str, Any] = json.loads(Sealer(_key(secret)).open(inner, place))
    except SealBroken:
        return None
    return value


def ends(secret: str, use: str) -> datetime | None:
    """Until when something is kept."""
    return Kept.objects.filter(digest=_digest(secret, use)).values_list("until", flat=True).first()


def wipe(secret: str, *uses: str) -> int:
    """Forget what is kept for these uses; how many were there. Of two at once one finds it."""
    if not secret:
        return 0
    return Kept.objects.filter(digest__in=[_digest(secret, use) for use in uses]).delete()[0]


def move(old: str, new: str, use: str) -> None:
    """Hand a value on to another secret; it ends no later than it would have."""
    row = Kept.objects.filter(digest=_digest(old, use)).first()
    value = of(old, use)
    if row is None or value is None:
        return
    moved = _row(new, use, value)
    moved.until = row.until
    with transaction.atomic():
        Kept.objects.filter(digest__in=[_digest(old, use), _digest(new, use)]).delete()
        moved.save(force_insert=True)


def claim(secret: str, use: str) -> bool:
    """Within a transaction: whether this is the first to keep something there. Whoever comes second waits
    until the first one's transaction has ended."""
    row = _row(secret, use, {})
    Kept.objects.filter(digest=row.digest, until__lte=now()).delete()
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return False
    return True


def has_room() -> bool:
    """Whether something may be kept that a stranger might have sent."""
    return Kept.objects.count() < MOST_ROWS


def delete_expired() -> int:
    """Delete what is over; how many rows. Where nothing is over, nothing is written."""
    over = Kept.objects.filter(until__lte=now())
    return over.delete()[0] if over.exists() else 0


def _row(secret: str, use: str, value: Mapping[str, Any]) -> Kept:
    digest = _digest(secret, use)
    place = _place(digest)
    plain = json.dumps(value, ensure_ascii=False).encode()
    inner = Sealer(_key(secret)).seal(plain.ljust(_rounded(len(plain))), place)
    # To the minute: not even the second in which a case was opened stands here.
    until = (now() + LASTS).replace(second=0, microsecond=0)
    return Kept(digest=digest, sealed=operator(_USE).seal(inner, place), until=until)


def _rounded(length: int) -> int:
    if length > _LARGE:
        return -(-length // _LARGE) * _LARGE
    size = _SHORTEST
    while size < length:
        size *= 2
    return size


def _key(secret: str) -> bytes:
    return keyed_digest("kept key", secret.encode())


def _digest(secret: str, use: str) -> bytes:
    return keyed_digest("kept", secret.encode(), use.encode())


def _place(digest: bytes) -> Place:
    return Place("kept_kept", digest.hex(), "sealed")
