"""How the loops of this process are doing, in memory.

In: each thread of a `loop.Loop`, as its turns begin and end. Out: `Standing`s. Next: `foundation.health`,
which names those that have stopped; `/metrics`.

A loop that hangs writes no line in any log, and a thread that died is missed by nobody: so each says when it
last came round, and whoever asks compares.
"""

import threading
from dataclasses import dataclass
from typing import Final

from repit.foundation.clock import elapsed

TIMEOUT_SECONDS: Final = 900.0
"""For one turn, unless its loop says otherwise: a night's work takes minutes, and an archive is looked
through in pieces."""


@dataclass(frozen=True, slots=True)
class LoopStatus:
    """One thread. `since_seconds`: since it last came round; `late`: it should have by now. `failures`: in a
    row, the last of them of the type `trouble`, the first so many seconds ago."""

    name: str
    vital: bool
    alive: bool
    late: bool
    since_seconds: float
    failures: int
    failing_seconds: float
    trouble: str


class Rounds:
    """What one thread of a loop notes of itself."""

    def __init__(self, name: str, *, vital: bool, timeout: float) -> None:
        self._name, self._vital, self._timeout = name, vital, timeout
        self._round = self._due = elapsed()
        self._failures, self._trouble, self._failing_since = 0, "", 0.0
        self._thread: threading.Thread | None = None

    def begun(self, first: float) -> None:
        """The thread runs from here on, and has its first turn after so many seconds."""
        self._thread = threading.current_thread()
        self._round = elapsed()
        self._due = self._round + first
        with _turn:
            _all.add(self)

    def came_round(self, rest: float) -> None:
        """A turn went well, and the next comes after so many seconds."""
        self._round = elapsed()
        self._due, self._failures, self._trouble = self._round + rest, 0, ""

    def failed(self, trouble: str, rest: float) -> None:
        """A turn did not go well."""
        moment = elapsed()
        if not self._failures:
            self._failing_since = moment
        self._failures, self._trouble, self._due = self._failures + 1, trouble, moment + rest

    def ended(self) -> None:
        """The loop was told to end, and did."""
        with _turn:
            _all.discard(self)

    def loop_status(self) -> LoopStatus:
        """How it is now."""
        moment = elapsed()
        return LoopStatus(
            self._name,
            self._vital,
            self._thread is not None and self._thread.is_alive(),
            moment > self._due + self._timeout,
            max(0.0, moment - self._round),
            self._failures,
            moment - self._failing_since if self._failures else 0.0,
            self._trouble,
        )


def loop_statuses() -> list[LoopStatus]:
    """Every thread of every loop that was begun and not told to end, by name."""
    with _turn:
        found = list(_all)
    return sorted((rounds.loop_status() for rounds in found), key=lambda loop_status: loop_status.name)


_all: Final = set[Rounds]()
_turn: Final = threading.Lock()
