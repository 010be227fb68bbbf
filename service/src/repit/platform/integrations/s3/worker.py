"""The threads that look at what the storage tells of.

In: arrivals, one at a time; decisions of people; scans. Out: objects tagged or moved, rows gone or put off.
Next: the storage. Held open beside the gate's other doors (`start`).
"""

import logging
import threading
from collections.abc import Callable
from typing import Final

from django.db import close_old_connections, connection

from repit.foundation.errors import RepitError, SealBroken, Unavailable
from repit.foundation.mapping import named
from repit.platform.gate.runtime import Gate
from repit.platform.gate.verdict import Outcome
from repit.platform.integrations.s3 import apply_decisions, queue, retention, scan_worker
from repit.platform.integrations.s3.attempts import Attempt
from repit.platform.integrations.s3.errors import Changed, Gone, NoRoom
from repit.platform.integrations.s3.models import Arrival
from repit.platform.integrations.s3.store import Store

IDLE_SECONDS: Final = 1.0
FOLLOW_SECONDS: Final = 5.0
FORGET_SECONDS: Final = 3600.0
_BUSY_SECONDS: Final = 1.0
_log: Final = logging.getLogger(__name__)


def once(gate: Gate, store: Store) -> bool:
    """Look at one arrival; whether there was one."""
    row = queue.claim()
    if row is None:
        return False
    try:
        _look_at(gate, store, row)
    except (Gone, Changed):
        # Not there any more, or replaced while we looked: what replaced it has a notification of its own.
        queue.done(row)
    except Exception as error:  # noqa: BLE001 - whatever one object does, it is tried again or named
        _put_off(row, named(error))
    return True


def _put_off(row: Arrival, error: RepitError) -> None:
    if isinstance(error, Unavailable):
        queue.later(row, _BUSY_SECONDS)
        return
    reason = f"{error.code} {error.detail}".strip()
    _log.warning("a stored object cannot be looked at: %s", reason)
    queue.failed(row, reason, for_good=isinstance(error, NoRoom | SealBroken))


def _look_at(gate: Gate, store: Store, row: Arrival) -> Outcome:
    attempt = Attempt(gate, store, queue.place(row), lambda: queue.keep(row), row.decision)
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
        self._stop = threading.Event()
        turns: list[tuple[str, Callable[[], float]]] = [(f"{n}", self._arrival) for n in range(count)]
        turns += [("decisions", self._decisions), ("scans", self._scans), ("forgets", self._forgetting)]
        self._threads = [
            threading.Thread(target=self._run, args=(turn,), name=f"storage-{name}", daemon=True)
            for name, turn in turns
        ]

    def __enter__(self) -> None:
        for thread in self._threads:
            thread.start()

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        queue.woken.set()
        self._store.close()

    def _run(self, turn: Callable[[], float]) -> None:
        while not self._stop.is_set():
            pause = FOLLOW_SECONDS
            try:
                close_old_connections()
                pause = turn()
            except Exception as error:  # noqa: BLE001 - a thread that ends would leave uploads unseen
                ours = named(error)
                _log.error("the storage's worker failed: %s %s", ours.code, ours.detail)
            if pause:
                connection.close()
                self._stop.wait(pause)

    def _arrival(self) -> float:
        if once(self._gate, self._store):
            return 0.0
        connection.close()
        if queue.woken.wait(IDLE_SECONDS):
            queue.woken.clear()
        return 0.0

    def _decisions(self) -> float:
        apply_decisions.follow(self._store)
        return FOLLOW_SECONDS

    def _scans(self) -> float:
        return 0.0 if scan_worker.once(self._gate, self._store, self._stop) else IDLE_SECONDS

    def _forgetting(self) -> float:
        retention.sweep(self._store, self._stop.is_set)
        return FORGET_SECONDS
