"""Lanes to the decoders: one for what is quickly looked at, a narrow one for what is dear, one for videos.

In: uploads that come, uploads that are done. Out: who may have a decoder next, and whether it is worth
waiting at all. Next: `pool`, which has the lock: nothing here is for two threads at once.
"""

import threading
from typing import Final

from repit.foundation.admission.fairness import FairQueue, Full
from repit.platform.gate.errors import Overloaded
from repit_engine.child.process import Child

WAITING_EACH: Final = 32
"""Uploads that may wait for each decoder of a lane."""
_REMEMBERED: Final = 0.1
"""Weight of the latest upload in the mean time that uploads keep a decoder."""


class Worker:
    """A child in the pool's books. `due` is when the keeper ends it, on the monotonic clock; None while it
    idles. `hung`: ended for its time; `ousted`: ended to make room, what it looked at may begin anew.
    """

    def __init__(self, child: Child) -> None:
        self.child = child
        self.lane: Lane | None = None
        self.due: float | None = None
        self.taken = self.used = self.allowed = 0.0
        self.hung = self.ousted = False


class Turn:
    """An upload that waits until `due` for a worker: told once it has one, or once there will be none."""

    __slots__ = ("due", "sender", "settled", "worker")

    def __init__(self, sender: str, due: float) -> None:
        self.sender, self.due = sender, due
        self.settled = threading.Event()
        self.worker: Worker | None = None

    def give(self, worker: Worker | None) -> None:
        """Here is one; None: there will be none, others have more of a right to it."""
        self.worker = worker
        self.settled.set()


class Lane:
    """So many uploads at once, so many waiting."""

    def __init__(self, width: int, waiting_each: int = WAITING_EACH) -> None:
        self.width = self.free = width
        self.seconds = 0.0
        """How long uploads kept a decoder of late, on the average."""
        self.waiting: FairQueue[Turn] = FairQueue(width * waiting_each)

    def line_up(self, turn: Turn, left: float) -> None:
        """Have it wait, within the seconds that are left. Raises `Overloaded` where that is in vain."""
        expected = (self.waiting.ahead(turn.sender) + 1) / self.width * self.seconds
        if (len(self.waiting) or self.free <= 0) and expected > left:
            raise Overloaded
        try:
            displaced = self.waiting.put(turn.sender, turn)
        except Full:
            raise Overloaded from None
        if displaced is not None:
            displaced.give(None)

    def reckon(self, seconds: float) -> None:
        """Count how long an upload kept a decoder, whether it was seen to the end or not."""
        self.seconds += _REMEMBERED * (seconds - self.seconds)
