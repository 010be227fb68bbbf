"""By what items are found again: digests under keys that are replaced and destroyed.

In: hashes, partners' names. Out: keyed digests, the newest for what is written, all that still live for what
is sought. Next: `sealed`, `partner_records`, `feeds.stopncii_server`; `hotline.loops.upkeep` turns the keys.

A digest is no hash, yet it says whether a hash was here, to whoever holds the keys; and those that find near
duplicates cover so few bits each that every value could be tried. Rows that were deleted may lie about for
long, in backups or where a disk has not overwritten them. So the key is another one every week: what lives is
given digests under the new one, a few items at a time, and then the old one is destroyed.
"""

import threading
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from django.conf import settings

from repit.foundation.clock import now
from repit.foundation.sealing import Digester
from repit.hotline.bank import keys
from repit.hotline.bank.models import LookupKey

EVERY: Final = timedelta(days=7)
_NO_KEY: Final = (keys.GONE, b"")
"""Destroyed, or named by a damaged row: `turning` begins another."""


@dataclass(frozen=True, slots=True, repr=False)
class Lookup:
    """One key; `number` counts them up."""

    number: int
    digester: Digester

    def digest(self, use: str, *parts: bytes) -> bytes:
        """32 bytes by which a value is found again."""
        return self.digester.digest(use, *parts)


class _Held:
    """The keys as they were when last looked at."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._seen: object = None
        self._lookups: tuple[Lookup, ...] = ()

    def lookups(self) -> tuple[Lookup, ...]:
        """As the database has them now."""
        rows = list(LookupKey.objects.order_by("-id").values_list("id", "slot"))
        seen = (rows, _file(), settings.REPIT_OPERATOR_KEY)
        with self._turn:
            if seen != self._seen:
                raws = keys.pool(keys.LOOKUPS).find([slot for _, slot in rows])
                made = [(number, raw) for (number, _), raw in zip(rows, raws, strict=True)]
                self._lookups = tuple(Lookup(n, Digester(raw)) for n, raw in made if raw not in _NO_KEY)
                self._seen = seen
            return self._lookups


def _file() -> tuple[Path, int, int]:
    """The file of keys as it is now: it may be put back, or keys in it be destroyed by another process."""
    path = Path(settings.REPIT_BANK_KEYS) / keys.LOOKUPS
    try:
        held = path.stat()
    except OSError:
        return path, 0, 0
    return path, held.st_ino, held.st_ctime_ns


_held: Final = _Held()


def alive() -> tuple[Lookup, ...]:
    """Every key by which something may still be found, the newest first: one, or two while they change over.

    Raises `SettingsRefused` where the file of keys is missing.
    """
    return _held.lookups()


def newest() -> Lookup:
    """The key for what is written now; under the feed's lock, since the first of all is made here."""
    return next(iter(alive()), None) or begin()


def begin() -> Lookup:
    """A further key, the newest from now on; under the feed's lock."""
    LookupKey.objects.create(slot=keys.draw_for_lookups(), begun_on=now().date())
    return alive()[0]


def everywhere(use: str, *parts: bytes) -> list[bytes]:
    """The digests under which a value may be found."""
    return [lookup.digest(use, *parts) for lookup in alive()]
