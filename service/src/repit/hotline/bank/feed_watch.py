"""Waiting for the next change without asking again and again, in a thread or in none.

In: commits of this process (at once), the feed's head (for commits of others). Out: the head, as soon as it
has passed a sequence. Next: the long polls of the exchanges.

While anyone waits, one thread of the process reads one row ten times a second, for all who wait; nobody else
queries. When nobody waits, nothing runs. A commit of this process wakes the waiters directly.
"""

import threading
from collections.abc import Callable
from typing import Final

from django.db import Error as DatabaseError
from django.db import connection

from repit.foundation.clock import elapsed

TICK_SECONDS: Final = 0.1


class _Watch:
    """The newest head that is known here, and those who wait for it to move."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._newest = 0
        self._waiting = 0
        self._running = False
        self._watching: dict[object, tuple[int, Callable[[], None]]] = {}
        """Who is told, once, when the feed has passed a sequence."""

    def reached(self, sequence: int) -> None:
        """The feed has come to this sequence."""
        with self._changed:
            if sequence <= self._newest:
                return
            self._newest = sequence
            self._changed.notify_all()
            passed = [key for key, (after, _) in self._watching.items() if after < sequence]
            calls = [self._watching.pop(key)[1] for key in passed]
            self._waiting -= len(calls)
        for call in calls:
            call()

    def beyond(self, sequence: int, seconds: float) -> bool:
        """Whether the feed has passed `sequence`, after waiting up to `seconds` for it."""
        until = elapsed() + seconds
        with self._changed:
            self._waiting += 1
            self._begin_to_look()
            try:
                while self._newest <= sequence:
                    left = until - elapsed()
                    if left <= 0:
                        return False
                    self._changed.wait(left)
                return True
            finally:
                self._waiting -= 1

    def watch(self, sequence: int, call: Callable[[], None]) -> Callable[[], None]:
        """Call `tell` once when the feed has passed `sequence`; the answer ends it."""
        key = object()
        with self._changed:
            passed = self._newest > sequence
            if not passed:
                self._watching[key] = sequence, call
                self._waiting += 1
                self._begin_to_look()
        if passed:
            call()

        def stop() -> None:
            with self._changed:
                if self._watching.pop(key, None) is not None:
                    self._waiting -= 1

        return stop

    def _begin_to_look(self) -> None:
        if not self._running:
            self._running = True
            threading.Thread(target=self._look, name="repit-feed-watch", daemon=True).start()

    def _look(self) -> None:
        """Read the head until nobody waits any more."""
        pause = threading.Event()
        try:
            while True:
                with self._changed:
                    if not self._waiting:
                        self._running = False
                        return
                try:
                    self.reached(_head())
                except DatabaseError:
                    connection.close()
                pause.wait(TICK_SECONDS)
        finally:
            connection.close()


def _head() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT sequence FROM bank_feed WHERE id = 1")
        row = cursor.fetchone()
    return int(row[0]) if row else 0


_watch: Final = _Watch()


def reached(sequence: int) -> None:
    """Tell those who wait in this process that the feed has come to a sequence."""
    _watch.reached(sequence)


def watch(sequence: int, call: Callable[[], None]) -> Callable[[], None]:
    """Have `tell` called once, from some thread, when the feed has passed a sequence; the answer ends it."""
    return _watch.watch(sequence, call)


def beyond(sequence: int, seconds: float) -> bool:
    """Wait until the feed has passed a sequence, at most so long; whether it has.

    The caller's database connection is closed first, so that a hundred waiting subscribers hold none.
    """
    connection.close()
    return _watch.beyond(sequence, seconds)
