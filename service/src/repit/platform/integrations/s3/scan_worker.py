"""Walking what a bucket holds already.

In: a scan's row, made by `repit storage scan`. Out: findings, counts, and how far it came, after every page.
Next: the command, which shows the progress and writes the report.

The gate that runs walks, with the index it serves from: no second copy of it is loaded. A page is at most
two hundred names; its objects are looked at side by side, not faster than the scan may. When a page is done,
the counts and the place to go on from are written at once, so a process that is killed repeats one page at
most, and what it found there before is known (`findings.of`). What cannot be read now becomes
a queued object, which is tried again with a backoff of its own; in a dry run it is only written down.
"""

import logging
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection
from django.db.models import F

from repit.foundation.clock import elapsed, now
from repit.foundation.errors import RepitError, Unavailable
from repit.foundation.jobs.claims import ClaimLost, Hold
from repit.foundation.mapping import named
from repit.platform.gate.runtime import Gate
from repit.platform.integrations.s3 import findings, queue, scans, sealed_locations
from repit.platform.integrations.s3.attempts import Attempt
from repit.platform.integrations.s3.errors import Changed, Gone
from repit.platform.integrations.s3.models import Scan
from repit.platform.integrations.s3.store import Held, Listed, Store
from repit.platform.integrations.s3.stored import Stored

PAGE: Final = 200
_PAGE_SECONDS: Final = 5
_PAUSE_SECONDS: Final = 1.0
_BECAME: Final = {"allow": "passed", "review": "review", "block": "blocked"}
_log: Final = logging.getLogger(__name__)


def once(gate: Gate, store: Store, stopping: threading.Event) -> bool:
    """Walk one page of one scan; whether there was one."""
    scan = scans.claims.claim()
    if scan is None:
        return False
    try:
        _walk(gate, store, scan, stopping)
    except ClaimLost:
        _log.info("a worker was late, and another walks the page of its scan")
    except (RepitError, DatabaseError) as error:
        _troubled(scan, named(error))
    return True


def free_all() -> None:
    """End every claim: of a process that was killed, where no other can be at work on this database."""
    scans.claims.free_all()


def _walk(gate: Gate, store: Store, scan: Scan, stopping: threading.Event) -> None:
    at = scans.target(scan)
    marker = (
        sealed_locations.opened(scan.marker, "scan marker", scan.name, scan.version) if scan.marker else {}
    )
    page = store.page(at.bucket, at.prefix, marker, versions=scan.versions, most=_size(scan))
    things = [thing for thing in page.things if _wanted(thing.thing, scan)]
    walked = _Walked(gate, store, scan, stopping)
    with ThreadPoolExecutor(settings.REPIT_GATE_S3_WORKERS, thread_name_prefix="storage-scan") as threads:
        list(threads.map(walked.go, [iter(things)] * settings.REPIT_GATE_S3_WORKERS))
    if stopping.is_set():
        scans.claims.later(scan, 0.0)  # this page is walked again after the next start
        return
    fresh: dict[str, Any] = {
        "seen": F("seen") + len(things),
        "bytes": F("bytes") + sum(thing.size for thing in things),
        **{name: F(name) + count for name, count in walked.counts.items()},
    }
    if page.marker is None:
        fresh |= {"ended_at": now(), "state": "done"}
    else:
        sealed = sealed_locations.sealed(page.marker, "scan marker", scan.name, scan.version + 1)
        fresh |= {"marker": sealed, "version": scan.version + 1, "due_at": now()}
    if not scans.claims.end(scan, **fresh):
        raise ClaimLost


def _size(scan: Scan) -> int:
    """How many names a page has: a slow scan is written down, and may be stopped, every few seconds."""
    return min(PAGE, max(1, scan.per_second * _PAGE_SECONDS)) if scan.per_second else PAGE


def _wanted(thing: Stored, scan: Scan) -> bool:
    home: str = settings.REPIT_GATE_S3_QUARANTINE_TO
    quarantined = bool(home) and f"{thing.bucket}/{thing.key}".startswith(home)
    return not thing.key.endswith("/") and (not quarantined or scan.dry_run)


def _troubled(scan: Scan, error: RepitError) -> None:
    """The page could not be read; it is tried again, and after many times a person must see it."""
    trouble = f"{error.code} {error.detail}".strip()
    scans.claims.fail(scan, trouble, for_good=isinstance(error, Gone))
    _log.warning("a scan of the storage waits: %s", error.code)


class _Walked:
    """Looks at the objects of one page and counts what became of them."""

    def __init__(self, gate: Gate, store: Store, scan: Scan, stopping: threading.Event) -> None:
        self._gate, self._store, self._scan, self._stopping = gate, store, scan, stopping
        self._turn = threading.Lock()
        self._due = elapsed()
        self._keep = Hold(scans.claims, scan)
        self.counts: Counter[str] = Counter()

    def go(self, things: Iterator[Listed]) -> None:
        """Take the next of these, which other threads take from too, until there are no more."""
        try:
            while (thing := self._next_of(things)) is not None and self._wait():
                self._look(thing)
        finally:
            connection.close()

    def _next_of(self, things: Iterator[Listed]) -> Listed | None:
        with self._turn:
            return next(things, None)

    def _look(self, listed: Listed) -> None:
        became, attempt = "unread", Attempt(self._gate, self._store, listed.thing, self._keep)
        while not self._stopping.is_set():
            try:
                became = _BECAME[attempt.made(scan=self._scan, dry_run=self._scan.dry_run)]
                break
            except ClaimLost:
                raise
            except (Gone, Changed):
                became = "passed"  # what replaced it has a notification of its own
                break
            except Exception as error:  # noqa: BLE001 - one object must not end the walk
                ours = named(error)
                if not isinstance(ours, Unavailable):
                    self._unread(listed, ours, attempt.decision)
                    break
            self._stopping.wait(_PAUSE_SECONDS)
            self._keep()
        with self._turn:
            self.counts[became] += 1

    def _unread(self, listed: Listed, error: RepitError, decision: str) -> None:
        if self._scan.dry_run:
            findings.record(
                Held(listed.thing, "", {}), listed.size, None, "unread", scan=self._scan, reason=error.code
            )
        else:
            queue.take_in((listed.thing,), decision)

    def _wait(self) -> bool:
        """Hold the pace; whether to go on."""
        if self._stopping.is_set():
            return False
        self._keep()
        with self._turn:
            if not self._scan.per_second:
                return True
            moment = elapsed()
            pause = max(0.0, self._due - moment)
            self._due = max(self._due, moment) + 1 / self._scan.per_second
        return not self._stopping.wait(pause)
