"""Whose turn it is to have a code checked: what is limited is cost, never a person.

In: the connection that a request comes from. Out: a turn, or `TooOften` with nothing lost. Next: views that
check a number and words.

**Why nothing is counted.** A case's number has 45 random bits and its words 80, so guessing both is hopeless,
and so is guessing the words of a number that is known: at a thousand tries a second, 80 bits take some forty
million million years. What a try does cost is Argon2: some 20 MB and twenty milliseconds of a core. A limit
on tries protects nobody from a guess; it only lets one neighbour behind a carrier's shared address, one child
at home, or one script lock others out of taking their own pictures back. So there is no count and no lock:
neither by connection nor, which would let a stranger lock a person out, by number.

**What is limited** is cost. Words that cannot be right are turned away before anything is derived
(`access_codes.refuse_misfits`): 255 of 256 wrong ones, and every one that was tried before. What is left
waits here, in a line for each connection and number, and only so many codes are checked at once, of one line
one at a time; lines are served in turn. So someone who sends a thousand codes waits behind themselves, and to
keep a neighbour on the same connection out they need a dozen cases of their own, all at once. Where that is
full, the page says so at once, and what was typed comes back with it, to be sent again by one press.

Connections are known by a digest under a salt of this process, and only while they wait. Whoever comes from a
network of one's own says nothing of who they are (`origins`): each has a line of their own.
"""

import hashlib
import os
import secrets
import threading
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.http import HttpRequest

from repit.foundation.clock import elapsed
from repit.foundation.errors import Text
from repit.foundation.ids import normal
from repit.foundation.web.origins import address_of
from repit.hotline.cases import access_codes
from repit.hotline.web.case_pages.limits import TooOften

_AT_ONCE: Final = max(1, min(4, (os.cpu_count() or 1) - 1))
_WAITING: Final = (48, 12, 2)
_TIMEOUT: Final = 8.0


class Lines:
    """Lines of those who wait, served in turn. `waiting`: the most in all, of one connection, in one line."""

    def __init__(
        self,
        at_once: int = _AT_ONCE,
        waiting: tuple[int, int, int] = _WAITING,
        timeout: float = _TIMEOUT,
    ) -> None:
        self._changed = threading.Condition()
        self._at_once, self._most, self._timeout = at_once, waiting, timeout
        # In the order of their turns: whoever was served goes to the end.
        self._lines: dict[bytes, deque[object]] = {}
        self._served: set[bytes] = set()
        self._waiting: Counter[bytes] = Counter()
        self._salt = secrets.token_bytes(32)

    @contextmanager
    def turn(self, connection: str, number: str) -> Iterator[None]:
        """Wait for a turn and have it. Raises `TooOften` where too many wait, or the wait is too long."""
        origin = self._digest(connection) if connection else secrets.token_bytes(16)
        line = self._digest(f"{origin.hex()} {number}")
        self._wait(origin, line)
        try:
            yield
        finally:
            with self._changed:
                self._served.discard(line)
                self._tidy(line)
                self._changed.notify_all()

    def _wait(self, origin: bytes, line: bytes) -> None:
        until = elapsed() + self._timeout
        with self._changed:
            waiting = self._waiting.total(), self._waiting[origin], len(self._lines.get(line, ()))
            if any(now >= most for now, most in zip(waiting, self._most, strict=True)):
                raise _busy()
            me = object()
            self._lines.setdefault(line, deque()).append(me)
            self._waiting[origin] += 1
            try:
                while not (self._lines[line][0] is me and self._is_next(line)):
                    left = until - elapsed()
                    if left <= 0:
                        raise _busy()
                    self._changed.wait(left)
                self._served.add(line)
                self._lines[line] = self._lines.pop(line)
            finally:
                self._lines[line].remove(me)
                self._waiting -= Counter({origin: 1})
                self._tidy(line)
                self._changed.notify_all()

    def _is_next(self, line: bytes) -> bool:
        """Whether there is room, and no other line that could go stands before."""
        if len(self._served) >= self._at_once:
            return False
        ready = (other for other, those in self._lines.items() if those and other not in self._served)
        return next(ready, None) == line

    def _tidy(self, line: bytes) -> None:
        if not self._lines.get(line) and line not in self._served:
            self._lines.pop(line, None)

    def _digest(self, text: str) -> bytes:
        return hashlib.blake2b(text.encode(), key=self._salt, digest_size=16).digest()


lines: Final = Lines()


@contextmanager
def turn(request: HttpRequest, code: tuple[str, str], *others: tuple[str, str]) -> Iterator[None]:
    """A turn for this request's connection, to have codes checked that may be right. Raises `NotFound`,
    `InputRefused`, `TooOften`."""
    for number, words in (code, *others):
        access_codes.refuse_misfits(number, words)
    with lines.turn(address_of(request), normal(code[0])):
        yield


def _busy() -> TooOften:
    return TooOften(
        Text(
            "Many codes are being checked at this moment.", "Beaucoup de codes sont en cours de vérification."
        ),
        Text(
            "Nothing is lost. Wait a few seconds, then press again.",
            "Rien n’est perdu. Attendez quelques secondes, puis appuyez de nouveau.",
        ),
    )
