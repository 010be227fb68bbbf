"""Whose turn it is to have a code checked: what is limited is cost, never a person.

In: the connection that a request comes from. Out: a turn, or `TooOften` with nothing lost. Next: views that
check a number and words.

**Why nothing is counted.** A case's number has 45 random bits and its words 80, so guessing both is hopeless,
and so is guessing the words of a number that is known: at a thousand tries a second, 80 bits take some forty
million million years. What a try does cost is Argon2: some 20 MB and twenty milliseconds of a core. A limit
on tries protects nobody from a guess; it only lets one neighbour behind a carrier's shared address, one child
at home, or one script lock others out of taking their own pictures back. So there is no count and no lock:
neither by connection nor, which would let a stranger lock a person out, by number.

**What is limited.** Only so many codes are checked at once, and of one connection one at a time. Those who
wait are served in turn, connection by connection: someone who sends a thousand waits behind themselves, and
a person elsewhere waits for one check of each busy connection at most. After a wrong code its connection
rests three times as long as the check took, so that one connection takes a quarter of one core at most; a
right code costs its connection nothing. A line that is full says so at once, and what was typed comes back
with the page, to be sent again by one press. On a connection that many share, a flood of tries makes its
neighbours press more than once; it does not keep them out, and nobody elsewhere notices.

Connections are known by a digest under a salt of this process, and only while they wait or rest. Whoever
comes from a network of one's own says nothing of who they are (`rate_limits`): each has a line of their own.
"""

import hashlib
import os
import secrets
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.http import HttpRequest

from repit.foundation.clock import elapsed
from repit.foundation.errors import NotFound, Text
from repit.foundation.rate_limits import address_of
from repit.interfaces.case_pages.limits import TooOften

_AT_ONCE: Final = max(1, min(4, (os.cpu_count() or 1) - 1))
_WAITING: Final = 32
_WAITING_OF_ONE: Final = 6
_PATIENCE: Final = 8.0
_RESTS: Final = 3.0
_LONGEST_REST: Final = 2.0


class Lines:
    """Lines of those who wait, one for each connection, served in turn."""

    def __init__(
        self,
        at_once: int = _AT_ONCE,
        waiting: int = _WAITING,
        of_one: int = _WAITING_OF_ONE,
        patience: float = _PATIENCE,
    ) -> None:
        self._changed = threading.Condition()
        self._at_once, self._most, self._most_of_one, self._patience = at_once, waiting, of_one, patience
        # In the order of their turns: whoever was served goes to the end.
        self._lines: dict[bytes, deque[object]] = {}
        self._served: set[bytes] = set()
        self._rests: dict[bytes, float] = {}
        self._salt = secrets.token_bytes(32)

    @contextmanager
    def turn(self, connection: str) -> Iterator[None]:
        """Wait for a turn and have it. Raises `TooOften` where the line is full, or the wait too long."""
        origin = hashlib.blake2b(connection.encode(), key=self._salt, digest_size=16).digest()
        if not connection:
            origin = secrets.token_bytes(16)
        self._wait(origin)
        began, wrong = elapsed(), False
        try:
            yield
        except NotFound:
            wrong = True
            raise
        finally:
            self._leave(origin, min(_LONGEST_REST, _RESTS * (elapsed() - began)) if wrong else 0.0)

    def _wait(self, origin: bytes) -> None:
        until = elapsed() + self._patience
        with self._changed:
            line = self._lines.setdefault(origin, deque())
            if len(line) >= self._most_of_one or sum(map(len, self._lines.values())) >= self._most:
                self._tidy(origin)
                raise _busy()
            me = object()
            line.append(me)
            try:
                while not (line[0] is me and self._is_next(origin)):
                    left = until - elapsed()
                    if left <= 0:
                        raise _busy()
                    rest = self._rests.get(origin, 0.0) - elapsed()
                    self._changed.wait(min(left, rest) if rest > 0 else left)
                self._served.add(origin)
                self._lines[origin] = self._lines.pop(origin)
            finally:
                line.remove(me)
                self._tidy(origin)
                self._changed.notify_all()

    def _is_next(self, origin: bytes) -> bool:
        """Whether no other line that could go stands before."""
        if len(self._served) >= self._at_once:
            return False
        return next((one for one, line in self._lines.items() if line and self._ready(one)), None) == origin

    def _ready(self, origin: bytes) -> bool:
        return origin not in self._served and self._rests.get(origin, 0.0) <= elapsed()

    def _leave(self, origin: bytes, rest: float) -> None:
        with self._changed:
            self._served.discard(origin)
            moment = elapsed()
            self._rests = {one: end for one, end in self._rests.items() if end > moment}
            if rest:
                self._rests[origin] = moment + rest
            self._tidy(origin)
            self._changed.notify_all()

    def _tidy(self, origin: bytes) -> None:
        if not self._lines.get(origin) and origin not in self._served:
            self._lines.pop(origin, None)


lines: Final = Lines()


@contextmanager
def turn(request: HttpRequest) -> Iterator[None]:
    """A turn for this request's connection. Raises `TooOften`."""
    with lines.turn(address_of(request)):
        yield


def _busy() -> TooOften:
    return TooOften(
        Text(
            "Many codes are being checked at this moment.", "Beaucoup de codes sont en cours de vérification."
        ),
        Text(
            "Nothing is lost. Wait a few seconds, then press again.",
            "Rien n'est perdu. Attendez quelques secondes, puis appuyez de nouveau.",
        ),
    )
