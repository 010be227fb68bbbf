"""The memory that bodies may take while they arrive, and who gives way when there is no more of it.

In: bytes as they come. Out: room for them, or the body that held most for longest is let go of. Next:
`bodies`.

A body that is sent slowly, or not to its end, holds what came of it. What it costs is counted in bytes times
seconds: whoever sends a form over a bad line costs little, whoever holds megabytes costs more each second.
"""

import threading
from typing import Protocol

from repit.foundation.errors import Unavailable
from repit.foundation.process.front.errors import Busy


class Room(Protocol):
    """Bytes that may be held at once."""

    def take(self, size: int) -> None:
        """Raises `Unavailable` where there is no room."""

    def give_back(self, size: int) -> None:
        """These are held no more."""


class Holder(Protocol):
    """A body that is still coming."""

    def cost(self) -> float:
        """Bytes times seconds, so far."""

    def give_way(self) -> None:
        """Let go of everything, at once; whoever sends it hears that there was no room."""


class Bytes:
    """Room for so many bytes."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.held = 0
        self._turn = threading.Lock()

    def take(self, size: int) -> None:
        """Raises `Busy`."""
        with self._turn:
            if self.held + size > self.room:
                raise Busy
            self.held += size

    def give_back(self, size: int) -> None:
        """These bytes are held no more."""
        with self._turn:
            self.held -= size


class Arrivals:
    """The bodies that are still coming; for the thread of the event loop alone."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self._coming: set[Holder] = set()

    def __len__(self) -> int:
        return len(self._coming)

    def begin(self, body: Holder) -> None:
        """One more is coming."""
        self._coming.add(body)

    def end(self, body: Holder) -> None:
        """It is whole, or gives up."""
        self._coming.discard(body)

    def take(self, body: Holder, size: int) -> None:
        """Room for more of this body; others that cost more give way. Raises `Unavailable`."""
        while True:
            try:
                self.room.take(size)
            except Unavailable:
                dearest = max(self._coming, key=lambda one: one.cost(), default=body)
                if dearest is body:
                    raise
                self._coming.discard(dearest)
                dearest.give_way()
            else:
                return
