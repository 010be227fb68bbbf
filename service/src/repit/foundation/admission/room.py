"""The memory that may be taken by what arrives, and who gives way when there is no more of it.

In: bytes as they come, by whatever way. Out: room for them, or whatever held most for longest is let go of.
Next: `foundation.process.front.bodies`, `repit.platform.gate.upload_buffer`.

What is sent slowly, or not to its end, holds what came of it. What it costs is counted in bytes times
seconds: whoever sends a form over a bad line costs little, whoever holds megabytes costs more each second.
"""

import threading
from collections import deque
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


class Room:
    """So many bytes, for all who share them. For any thread."""

    def __init__(self, size: int, refusal: Callable[[], Unavailable] = Busy) -> None:
        """`refusal`: what is raised where there is no room."""
        self.size = size
        self.held = 0
        self.refusal = refusal
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
                raise self.refusal()
            self.end(dearest)
            dearest.give_way()

    def give_back(self, size: int) -> None:
        """These bytes are held no more."""
        with self._turn:
            self.held -= size


class Held:
    """The bytes that have come of one thing; a `Holder`. One thread adds to them, whoever needs room may have
    them let go of."""

    def __init__(self, room: Room, gave_way: Callable[[], object] = lambda: None) -> None:
        """`gave_way`: called once, from whatever thread it is, when everything was let go of."""
        self.pieces: deque[bytes] = deque()
        self.gave_way = False
        self._room, self._tell = room, gave_way
        self._turn = threading.Lock()
        self._coming = False
        self._size = 0
        self._cost, self._counted = 0.0, monotonic()

    def begin(self) -> None:
        """More is coming, and it gives way where it must; again, where it does so already."""
        with self._turn:
            if self._coming or self.gave_way:
                return
            self._coming = True
        self._room.begin(self)

    def rest(self) -> None:
        """Nothing more is coming for now, and what is here gives way to nobody."""
        with self._turn:
            self._coming = False
        self._room.end(self)

    def settle(self) -> None:
        """Somebody takes what is here, and it gives way no more. Raises `room.refusal` where it did."""
        self.rest()
        if self.gave_way:
            raise self._room.refusal()

    def add(self, piece: bytes) -> None:
        """One more piece. Raises `room.refusal`."""
        self._room.take(len(piece), self)
        with self._turn:
            if not self.gave_way:
                self._reckon()
                self._size += len(piece)
                self.pieces.append(piece)
                return
        self._room.give_back(len(piece))
        raise self._room.refusal()

    def give_back(self, size: int) -> None:
        """So many bytes were read and are held no more."""
        with self._turn:
            self._reckon()
            self._size -= size
        self._room.give_back(size)

    def forget(self) -> None:
        """Let go of everything; nothing more is coming."""
        self._room.end(self)
        with self._turn:
            self._coming = False
            self.pieces.clear()
            size, self._size = self._size, 0
        self._room.give_back(size)

    def cost(self) -> float:
        """See `Holder`."""
        with self._turn:
            return self._reckon()

    def give_way(self) -> None:
        """See `Holder`. What somebody has taken by now stays."""
        with self._turn:
            if not self._coming:
                return
            self.gave_way = True
        self.forget()
        self._tell()

    def _reckon(self) -> float:
        moment = monotonic()
        self._cost += self._size * (moment - self._counted)
        self._counted = moment
        return self._cost
