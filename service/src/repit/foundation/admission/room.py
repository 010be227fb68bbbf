"""The memory that may be taken by what arrives, and who gives way when there is no more of it.

In: bytes as they come, by whatever way. Out: room for them, or whatever held most for longest is let go of.
Next: `foundation.process.front.bodies`, `repit.platform.gate.upload_buffer`.

What is sent slowly, or not to its end, holds what came of it. What it costs is counted in bytes times
seconds: whoever sends a form over a bad line costs little, whoever holds megabytes costs more each second.
"""

import threading
from collections.abc import Callable
from time import monotonic
from typing import Protocol

from repit.foundation.admission.errors import Busy
from repit.foundation.errors import Unavailable


class Holder(Protocol):
    """Something that is still coming. Both are called from any thread."""

    def cost(self) -> float:
        """Bytes times seconds, so far."""

    def give_way(self) -> None:
        """Let go of everything, at once; whoever sends it hears that there was no room."""


class Cost:
    """Bytes times seconds of one holder; it has a lock."""

    def __init__(self) -> None:
        self._counted, self._cost = monotonic(), 0.0

    def so_far(self, held: int) -> float:
        """With so many bytes held since the last time."""
        moment = monotonic()
        self._cost += held * (moment - self._counted)
        self._counted = moment
        return self._cost


class Room:
    """So many bytes, for all who share them. For any thread."""

    def __init__(self, size: int, refusal: Callable[[], Unavailable] = Busy) -> None:
        """`refusal`: what is raised where there is no room."""
        self.size = size
        self.held = 0
        self._refusal = refusal
        self._coming: set[Holder] = set()
        self._turn = threading.Lock()

    def begin(self, holder: Holder) -> None:
        """This is coming, and gives way where it must."""
        with self._turn:
            self._coming.add(holder)

    def end(self, holder: Holder) -> None:
        """It is whole and gives way no more, or gives up."""
        with self._turn:
            self._coming.discard(holder)

    def take(self, size: int, holder: Holder) -> None:
        """Room for more of this; others that are still coming and cost more give way. Raises `refusal`."""
        while True:
            with self._turn:
                if self.held + size <= self.size:
                    self.held += size
                    return
                coming = list(self._coming)
            dearest = max(coming, key=lambda other: other.cost(), default=holder)
            if dearest is holder:
                raise self._refusal()
            self.end(dearest)
            dearest.give_way()

    def give_back(self, size: int) -> None:
        """These bytes are held no more."""
        with self._turn:
            self.held -= size
