"""What the engine makes of a file, in its own child process, as the gate has it.

In: bytes. Out: `Looked`. Next: `judge`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from repit.gate.doors import SEEN_WHOLE, left_undone
from repit_engine.child import Child
from repit_engine.picture import DEFAULT_LIMITS
from repit_engine.types import NotHashable


@dataclass(frozen=True)
class Looked:
    """`hashes`: ``(n, 32) uint8``, one a view; none where the file was refused, for `reason`. `passes`: a
    door that every file goes through would let it by as no picture. `unseen`: there is more in the file than
    was looked at, so that a door does not pass it for the views alone."""

    hashes: NDArray[np.uint8]
    reason: str = ""
    passes: bool = False
    unseen: str = ""


class Engine(Protocol):
    """Whatever hashes files."""

    def looked(self, data: bytes) -> Looked: ...


class OurEngine:
    """The engine in one child process, used by one thread at a time."""

    def __init__(self) -> None:
        self._child = Child()

    def looked(self, data: bytes) -> Looked:
        outcome = self._child.hash(data, DEFAULT_LIMITS)
        if isinstance(outcome, NotHashable):
            left = {left_undone(door, outcome.reason, data) for door in SEEN_WHOLE}
            passes = "no-picture" in left
            reason = outcome.reason if passes else min(left - {"undecided"}, default=outcome.reason)
            return Looked(np.empty((0, 32), np.uint8), reason, passes)
        rows = np.stack([each.row() for each in (outcome.hash, *outcome.others)])
        return Looked(rows, unseen=outcome.unseen or "")

    def close(self) -> None:
        self._child.close()


@contextmanager
def running() -> Iterator[OurEngine]:
    """The engine for the length of a run."""
    engine = OurEngine()
    try:
        yield engine
    finally:
        engine.close()
