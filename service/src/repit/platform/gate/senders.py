"""Who sends the same thing again and again, so that it counts once.

In: an opaque name of an account, where a platform gives one with an upload. Out: whether this account has met
this item within the day. Next: `decisions`, which counts matches. Kept in this process's memory only, as
digests under a salt that is drawn anew each day and forgotten with them: it says nothing of anyone.
"""

import hashlib
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from repit.foundation.clock import elapsed

DAY: Final = 86_400.0
MOST: Final = 500_000
LONGEST: Final = 200
_current: ContextVar[str] = ContextVar("sender", default="")


@contextmanager
def sent_by(sender: str) -> Iterator[None]:
    """Uploads judged within come from this account; empty where nothing is known of it."""
    token = _current.set(sender[:LONGEST])
    try:
        yield
    finally:
        _current.reset(token)


class Senders:
    """What each account has met since the salt was drawn."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._begin()

    def _begin(self) -> None:
        self._salt, self._met, self._until = secrets.token_bytes(16), set[bytes](), elapsed() + DAY

    def first(self, item: str) -> bool:
        """Whether the account at hand meets this item for the first time in the day; of an upload without a
        sender nothing is known, and it counts each time."""
        sender = _current.get()
        if not sender:
            return True
        with self._turn:
            if elapsed() >= self._until or len(self._met) >= MOST:
                self._begin()
            text = f"{len(sender)} {sender} {item}".encode()
            digest = hashlib.blake2b(text, key=self._salt, digest_size=12).digest()
            if digest in self._met:
                return False
            self._met.add(digest)
            return True
