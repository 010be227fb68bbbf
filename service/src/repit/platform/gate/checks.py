"""Answers that take longer than their caller waits.

In: a check, and how long its caller waits. Out: its verdict, or a name under which it is asked for again.
Next: `integrations.http_api`.

A verdict is kept for an hour after it is there, in this process's memory alone, for whoever holds the key it
was asked with: nothing of the upload is in it. After a restart, or the hour, there is nothing under its name;
nor where it had to make room for others.
"""

import threading
from collections.abc import Callable, Iterable
from contextvars import copy_context
from dataclasses import dataclass, field
from typing import Final

from django.db import connection

from repit.foundation.clock import elapsed
from repit.foundation.errors import NotFound
from repit.foundation.ids import token
from repit.platform.gate.errors import Overloaded
from repit.platform.gate.verdict import Verdict

KEPT_SECONDS: Final = 3600.0
MOST_WORKING: Final = 64
"""Checks that work at once; each keeps a thread, and the upload that it looks at."""
MOST_WORKING_EACH: Final = 32
MOST_KEPT: Final = 10_000
MOST_KEPT_EACH: Final = 5_000
"""Of one key: whoever holds it takes no more from the others."""


@dataclass(slots=True, eq=False)
class Check:
    """One check. `verdict` or `error` is set once it is `done`."""

    name: str
    owner: bytes
    done: threading.Event = field(default_factory=threading.Event)
    verdict: Verdict | None = None
    error: Exception | None = None
    until: float = 0.0

    def answer(self) -> Verdict | None:
        """None while it works. Raises what the check raised."""
        if not self.done.is_set():
            return None
        if self.error is not None:
            raise self.error
        return self.verdict


class Checks:
    """Those of one process. For any thread."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._kept: dict[str, Check] = {}
        self._working = 0

    def begin(self, owner: bytes, work: Callable[[], Verdict], wait: float) -> Check:
        """Have it work, and wait a while. `owner`: who may ask again. Raises `Overloaded`, and what `work`
        raises meanwhile; `work` is called once in any case, unless there is no room for it.
        """
        check = Check(token(), owner)
        with self._turn:
            self._make_room(owner)
            self._working += 1
            self._kept[check.name] = check
        thread = threading.Thread(
            target=copy_context().run, args=(self._work, check, work), name="check", daemon=True
        )
        try:
            thread.start()
        except (RuntimeError, MemoryError):  # the system has no thread to give
            with self._turn:
                self._working -= 1
                del self._kept[check.name]
            raise Overloaded from None
        if check.done.wait(wait):
            with self._turn:
                self._kept.pop(check.name, None)
            check.answer()
        return check

    def find(self, owner: bytes, name: str) -> Check:
        """Raises `NotFound`, also where another asked for it."""
        with self._turn:
            self._forget_old()
            check = self._kept.get(name)
        if check is None or check.owner != owner:
            raise NotFound
        return check

    @property
    def working(self) -> int:
        """Checks that are not done."""
        return self._working

    def _work(self, check: Check, work: Callable[[], Verdict]) -> None:
        try:
            check.verdict = work()
        except Exception as error:  # noqa: BLE001 - whoever asks again hears it
            check.error = error
        finally:
            connection.close()
            with self._turn:
                self._working -= 1
                check.until = elapsed() + KEPT_SECONDS
            check.done.set()

    def _make_room(self, owner: bytes) -> None:
        """For one more of this owner, in place of what has been there longest. Raises `Overloaded`."""
        self._forget_old()
        own = [check for check in self._kept.values() if check.owner == owner]
        working = sum(not check.done.is_set() for check in own)
        if self._working >= MOST_WORKING or working >= MOST_WORKING_EACH:
            raise Overloaded
        full: Iterable[Check] = own if len(own) >= MOST_KEPT_EACH else ()
        if not full and len(self._kept) >= MOST_KEPT:
            full = self._kept.values()
        oldest = next((check for check in full if check.done.is_set()), None)
        if oldest is not None:
            del self._kept[oldest.name]

    def _forget_old(self) -> None:
        moment = elapsed()
        for name in [name for name, check in self._kept.items() if 0 < check.until <= moment]:
            del self._kept[name]
