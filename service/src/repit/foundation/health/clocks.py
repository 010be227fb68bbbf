"""Whether this machine's clock can be believed.

In: the clock of a PostgreSQL; the `Date` of answers that are fetched in any case; how the wall clock went
beside the monotonic one. Out: findings, offsets in seconds. Next: the wings register it; `/metrics`.

Sessions, links, terms and retention go by the wall clock, so one that is off by minutes lets in who should be
out, or erases too early. Nothing is asked of anybody for this: who has no other clock within reach is told
only of jumps.
"""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from django.db import connection

from repit.foundation.clock import elapsed, now
from repit.foundation.errors import Text
from repit.foundation.health.findings import Finding

TOLERANCE: Final = timedelta(minutes=2)
KEPT_SECONDS: Final = 3_600.0
"""For so long a jump, or what a peer said, is told."""


class _Heard:
    """What is known of other clocks; for threads."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._peers: dict[str, tuple[float, float]] = {}
        self._beside = _beside()
        self._jump = (0.0, -KEPT_SECONDS)

    def peer(self, name: str, offset: float) -> None:
        with self._turn:
            self._peers[name] = offset, elapsed()

    def peers(self) -> dict[str, float]:
        with self._turn:
            fresh = elapsed() - KEPT_SECONDS
            return {name: offset for name, (offset, at) in self._peers.items() if at > fresh}

    def jump(self) -> float | None:
        """By how many seconds the wall clock jumped within the last hour, if it did."""
        with self._turn:
            moment = elapsed()
            beside = _beside()
            jumped = beside - self._beside
            self._beside = beside
            if abs(jumped) > TOLERANCE.total_seconds():
                self._jump = jumped, moment
            return self._jump[0] if moment - self._jump[1] < KEPT_SECONDS else None


def _beside() -> float:
    """How far the wall clock is from one that is never set. That one goes on while a machine sleeps, where
    the system has such a clock (Linux), so that waking up is no jump."""
    return now().timestamp() - time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


_heard: Final = _Heard()


def heard(peer: str, date: str | None) -> None:
    """A peer's answer, which just came, bore this `Date` (RFC 9110, section 6.6.1)."""
    try:
        theirs = parsedate_to_datetime(date or "")
    except (TypeError, ValueError):
        return
    if theirs.tzinfo is None:
        theirs = theirs.replace(tzinfo=UTC)
    # Half a second, since the header has whole ones.
    _heard.peer(peer, (now() - theirs).total_seconds() - 0.5)


def offsets() -> dict[str, float]:
    """How many seconds this machine's clock is ahead of others, by name; behind, below zero. Raises
    `django.db.Error`."""
    found = _heard.peers()
    ahead = _of_the_database()
    return found if ahead is None else {**found, "database": ahead}


def check() -> Iterator[Finding]:
    """Clocks that differ, and a jump of one's own. Raises `django.db.Error`."""
    jumped = _heard.jump()
    if jumped is not None:
        yield Finding("clock-jumped", _jumped(jumped), _KEEP_TIME, grave=False)
    for name, ahead in offsets().items():
        if abs(ahead) > TOLERANCE.total_seconds():
            yield Finding("clock-off", _off(name, ahead), _KEEP_TIME, grave=False)


def _of_the_database() -> float | None:
    if connection.vendor != "postgresql":
        return None
    begun = elapsed()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        [theirs] = cursor.fetchone()
    took = elapsed() - begun
    answered: datetime = theirs
    return (now() - answered).total_seconds() - took / 2


_PEERS: Final[dict[str, Text]] = {
    "database": Text("the database server’s", "celle du serveur de base de données"),
    "hotline": Text("the hotline’s", "celle de la plateforme d’aide"),
}


def _off(name: str, ahead: float) -> Text:
    whose = _PEERS.get(name, Text(f"{name}’s", f"celle de {name}"))
    minutes = max(1, round(abs(ahead) / 60))
    way = Text("ahead of", "en avance sur") if ahead > 0 else Text("behind", "en retard sur")
    return Text(
        f"This machine’s clock is {minutes} minutes {way.en} {whose.en}.",
        f"L’horloge de cette machine est de {minutes} minutes {way.fr} {whose.fr}.",
    )


def _jumped(seconds: float) -> Text:
    minutes = max(1, round(abs(seconds) / 60))
    way = Text("forward", "en avant") if seconds > 0 else Text("back", "en arrière")
    return Text(
        f"This machine’s clock jumped {minutes} minutes {way.en} within the last hour.",
        f"L’horloge de cette machine a sauté de {minutes} minutes {way.fr} depuis une heure.",
    )


_KEEP_TIME: Final = Text(
    "Let it keep time by NTP (`timedatectl set-ntp true`), and see which of the two is wrong.",
    "Réglez-la par NTP (`timedatectl set-ntp true`), et voyez laquelle des deux se trompe.",
)
