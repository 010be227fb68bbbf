"""The threads that look at what the storage tells of.

In: queued objects, one at a time; decisions of people; scans. Out: objects tagged or moved, rows gone or put
off. Next: the storage. Held open beside the gate's other channels (`start`).
"""

import logging
import threading
from typing import Final

from repit.foundation.errors import RepitError, SealBroken, Unavailable
from repit.foundation.jobs.backoff import Backoff
from repit.foundation.jobs.claims import ClaimLost
from repit.foundation.jobs.loop import Loop
from repit.foundation.mapping import named
from repit.platform.gate.runtime import Gate
from repit.platform.gate.verdict import Outcome
from repit.platform.integrations.s3 import apply_decisions, queue, retention, scan_worker
from repit.platform.integrations.s3.attempts import Attempt
from repit.platform.integrations.s3.errors import Changed, Gone, NoRoom
from repit.platform.integrations.s3.models import QueuedObject
from repit.platform.integrations.s3.store import Store

IDLE_SECONDS: Final = 1.0
FOLLOW_SECONDS: Final = 5.0
FORGET_SECONDS: Final = 3600.0
_BUSY_SECONDS: Final = 1.0
_BACKOFF: Final = Backoff(1.0, FOLLOW_SECONDS)
_LAST_SECONDS: Final = 1.0
"""For what is under way when the channel closes; what takes longer is begun again after the next start."""
_log: Final = logging.getLogger(__name__)


def once(gate: Gate, store: Store) -> bool:
    """Look at one queued object; whether there was one."""
    row = queue.claim()
    if row is None:
        return False
    try:
        _inspect(gate, store, row)
    except ClaimLost:
        _log.info("a worker was late, and another looks at its object")
    except (Gone, Changed):
        # Not there any more, or replaced while we looked: what replaced it has a notification of its own.
        queue.done(row)
    except Exception as error:  # noqa: BLE001 - whatever one object does, it is tried again or named
        _put_off(row, named(error))
    return True


def _put_off(row: QueuedObject, error: RepitError) -> None:
    if isinstance(error, Unavailable):
        queue.later(row, _BUSY_SECONDS)
        return
    reason = f"{error.code} {error.detail}".strip()
    _log.warning("a stored object cannot be looked at: %s", reason)
    queue.failed(row, reason, for_good=isinstance(error, NoRoom | SealBroken))


def _inspect(gate: Gate, store: Store, row: QueuedObject) -> Outcome:
    attempt = Attempt(gate, store, queue.location(row), queue.kept(row), row.decision)
    try:
        outcome = attempt.made()
    finally:
        row.decision = attempt.decision
    queue.done(row)
    return outcome


class Workers:
    """The threads of one process; use it in a `with`."""

    def __init__(self, gate: Gate, store: Store, count: int) -> None:
        self._gate, self._store = gate, store
        self._loops = [
            Loop("storage-queue", self._queued, workers=count, wake=queue.woken, backoff=_BACKOFF),
            Loop("storage-decisions", self._decisions),
            Loop("storage-scans", self._scan),
            Loop("storage-forgets", self._expire),
        ]

    def __enter__(self) -> None:
        for loop in self._loops:
            loop.start()

    def __exit__(self, *_: object) -> None:
        for loop in self._loops:
            loop.stop()
        for loop in self._loops:
            loop.stop(_LAST_SECONDS)
        self._store.close()

    def _queued(self, _stop: threading.Event) -> float:
        return 0.0 if once(self._gate, self._store) else IDLE_SECONDS

    def _decisions(self, _stop: threading.Event) -> float:
        apply_decisions.follow(self._store)
        return FOLLOW_SECONDS

    def _scan(self, stop: threading.Event) -> float:
        return 0.0 if scan_worker.once(self._gate, self._store, stop) else IDLE_SECONDS

    def _expire(self, stop: threading.Event) -> float:
        retention.sweep(self._store, stop.is_set)
        return FORGET_SECONDS
