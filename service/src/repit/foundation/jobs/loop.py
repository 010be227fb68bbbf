"""Something that is done again and again beside a server.

In: what, how often. Out: threads of this process, until they are stopped. Next: the workers and integrations
that look at rows. Whatever fails is tried again, ever more slowly; no connection is held as a thread waits.
"""

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Final, Self

from django.db import Error as DatabaseError
from django.db import connection

from repit.foundation.clock import elapsed
from repit.foundation.database_words import logged
from repit.foundation.errors import RepitError
from repit.foundation.jobs.backoff import Backoff
from repit.foundation.jobs.rounds import TIMEOUT_SECONDS, Rounds

BACKOFF: Final = Backoff(1.0, 30.0)
_log: Final = logging.getLogger(__name__)

Work = Callable[[threading.Event], float]
"""Does what is due; in how many seconds it wants to be asked again. The event says that it should end."""


class Loop:
    """`workers` threads that ask `work` again and again; use it in a `with`, or `start` and `stop` it.

    `wake`: set by others, ends the rest between two turns, not the one after a failure. `first`: seconds
    before the first turn. `ending`: one event for several loops that end together. `vital`: without it people
    or subscribers are not served; `patience`: how many seconds a turn may take before it counts as stuck.
    """

    def __init__(
        self,
        name: str,
        work: Work,
        *,
        workers: int = 1,
        wake: threading.Event | None = None,
        first: float = 0.0,
        backoff: Backoff = BACKOFF,
        ending: threading.Event | None = None,
        vital: bool = False,
        timeout: float = TIMEOUT_SECONDS,
    ) -> None:
        self._name, self._work, self._wake = name, work, wake
        self._first, self._backoff = first, backoff
        self.ending = ending or threading.Event()
        names = [name] if workers == 1 else [f"{name}-{number}" for number in range(workers)]
        self._threads = [
            threading.Thread(
                target=self._run,
                name=thread_name,
                args=(Rounds(thread_name, vital=vital, timeout=timeout),),
                daemon=True,
            )
            for thread_name in names
        ]

    def start(self) -> Self:
        """Begin."""
        for thread in self._threads:
            thread.start()
        return self

    def stop(self, seconds: float | None = 0.0) -> bool:
        """Ask the threads to end and wait so many seconds for them, None: until they have; whether they
        have."""
        self.ending.set()
        if self._wake is not None:
            self._wake.set()
        until = None if seconds is None else elapsed() + seconds
        for thread in self._threads:
            if thread.ident is not None and thread is not threading.current_thread():
                thread.join(None if until is None else max(0.0, until - elapsed()))
        return not any(thread.is_alive() for thread in self._threads)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop(None)

    def _run(self, rounds: Rounds) -> None:
        pause, failures = self._first, 0
        rounds.begun(pause)
        while not self._over(pause, failed=failures > 0):
            try:
                pause, failures = self._work(self.ending), 0
                rounds.came_round(pause)
            except Exception as error:  # noqa: BLE001 - a thread that ends would be missed by nobody
                failures += 1
                pause = self._backoff.pause(failures)
                rounds.failed(type(error).__name__, pause)
                _log.warning("%s waits: %s", self._name, _stated(error))
            if pause:
                _let_connection_go()
        rounds.ended()
        _let_connection_go()
        if self._wake is not None:
            self._wake.set()  # another thread of this loop may have missed it

    def _over(self, pause: float, *, failed: bool) -> bool:
        """Rest; whether this is the end."""
        if self._wake is None or failed:
            return self.ending.wait(pause)
        if pause and self._wake.wait(pause) and not self.ending.is_set():
            self._wake.clear()
        return self.ending.is_set()


def _stated(error: Exception) -> str:
    """Of a library's the type alone: what it says may quote a row."""
    if isinstance(error, RepitError):
        return f"{error.code}: {error}"
    return logged(error) if isinstance(error, DatabaseError) else type(error).__name__


def _let_connection_go() -> None:
    with suppress(DatabaseError):  # one that is broken must not end the thread
        connection.close()
