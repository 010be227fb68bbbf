"""The salt of the hour: what counts by where someone comes from are found by, and forgotten with.

In: nothing. Out: the salt that all processes share now. Next: `counting`; `retention`, which has it forgotten
where nobody counts any more.

It is drawn anew each hour. The former one is overwritten (SQLite) or its file thrown away (PostgreSQL, where
the table stands in no log either), and with it goes every way from what was counted back to an address.
"""

import secrets
from datetime import datetime, timedelta
from typing import Final

from django.db import IntegrityError, connection, transaction

from repit.foundation.clock import now
from repit.foundation.limits.models import Salt

HOUR: Final = timedelta(hours=1)
_BYTES: Final = 32


def salt() -> tuple[bytes, datetime]:
    """The salt, and when it is forgotten."""
    row = Salt.objects.first()
    if row is None or not _holds(row):
        row = _begun()
    return bytes(row.salt), row.ends_at


def delete_expired() -> None:
    """Forget a salt whose hour is over. Where it is not, nothing is written."""
    row = Salt.objects.first()
    if row is not None and not _holds(row):
        with transaction.atomic():
            _lock()
            row = Salt.objects.first()
            if row is not None and not _holds(row):
                _wipe()


def _begun() -> Salt:
    try:
        with transaction.atomic():
            _lock()
            row = Salt.objects.first()
            if row is not None and _holds(row):
                return row  # another process was faster
            _wipe()
            return Salt.objects.create(pk=1, salt=secrets.token_bytes(_BYTES), ends_at=now() + HOUR)
    except IntegrityError:
        return Salt.objects.get()


def _holds(row: Salt) -> bool:
    """Whether its hour goes on; one that ends later than in an hour was begun by a clock that ran ahead."""
    return timedelta() < row.ends_at - now() <= HOUR


def _lock() -> None:
    """Nobody else begins an hour meanwhile. SQLite's transactions are alone from their beginning."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE limits_salt IN ACCESS EXCLUSIVE MODE")


def _wipe() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # A deleted row would stay in the table's file until it is tidied up.
            cursor.execute("TRUNCATE limits_salt")
    else:
        Salt.objects.all().delete()
