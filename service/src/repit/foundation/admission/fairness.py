"""Who waits, and who is next: senders take turns, whoever sends more waits behind themselves.

In: things that wait, each with its sender. Out: one of each sender, then the next of each. Next: `lanes`, and
the lanes to the decoders (`platform.gate.decoder.lanes`).

A sender is any text that tells senders apart; those of whom nothing is known share the empty one. It is kept
only while something of theirs waits.
"""

from collections import OrderedDict, deque
from typing import Generic, TypeVar

T = TypeVar("T")


class Full(Exception):
    """Too much waits already, and no sender has more in the queue than this one."""


class FairQueue(Generic[T]):
    """At most `most` things; for one thread at a time, whoever shares it has a lock."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._waiting: OrderedDict[str, deque[T]] = OrderedDict()
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def ahead(self, sender: str) -> int:
        """How many come before one more of this sender's."""
        own = len(self._waiting.get(sender, ()))
        return own + sum(min(len(things), own + 1) for who, things in self._waiting.items() if who != sender)

    def put(self, sender: str, thing: T) -> T | None:
        """Let it wait; what has to leave for it: the newest of whoever has most waiting. Raises `Full`."""
        displaced = None
        if self._count >= self._most:
            greedy, theirs = max(self._waiting.items(), key=lambda item: len(item[1]))
            if len(theirs) <= len(self._waiting.get(sender, ())) + 1:
                raise Full
            displaced = theirs[-1]
            self.remove(greedy, displaced)
        self._waiting.setdefault(sender, deque()).append(thing)
        self._count += 1
        return displaced

    def pop(self) -> T:
        """The next. Raises `KeyError` where nothing waits."""
        sender, theirs = next(iter(self._waiting.items()), ("", None))
        if theirs is None:
            raise KeyError
        thing = theirs.popleft()
        self._count -= 1
        del self._waiting[sender]
        if theirs:
            self._waiting[sender] = theirs  # at the end: everyone else first
        return thing

    def remove(self, sender: str, thing: T) -> bool:
        """Take something out of its turn; whether it was still there."""
        theirs = self._waiting.get(sender)
        if theirs is None or thing not in theirs:
            return False
        theirs.remove(thing)
        self._count -= 1
        if not theirs:
            del self._waiting[sender]
        return True

    def everything(self) -> list[T]:
        """All that waits, taken out."""
        found = [thing for theirs in self._waiting.values() for thing in theirs]
        self._waiting.clear()
        self._count = 0
        return found
