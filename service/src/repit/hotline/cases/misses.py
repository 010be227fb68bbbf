"""Wrong words that were tried a moment ago, so that trying them again costs nothing.

In: a number and words that did not fit. Out: whether they were tried before. Next: `access_codes`.

In this process's memory only, by a digest under a salt that is thrown away every hour.
"""

import hashlib
import secrets
import threading
from typing import Final

from repit.foundation.clock import elapsed
from repit.foundation.ids import normal

_HOUR: Final = 3600.0
_MOST: Final = 50_000


class Misses:
    """Pairs of number and words that are known to be wrong."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._begin()

    def note(self, number: str, words: str) -> None:
        """These were wrong."""
        with self._lock:
            if elapsed() - self._since > _HOUR or len(self._known) >= _MOST:
                self._begin()
            self._known.add(self._digest(number, words))

    def knows(self, number: str, words: str) -> bool:
        """Whether they were wrong before."""
        with self._lock:
            return self._digest(number, words) in self._known

    def _begin(self) -> None:
        self._salt, self._since, self._known = secrets.token_bytes(32), elapsed(), set[bytes]()

    def _digest(self, number: str, words: str) -> bytes:
        pair = f"{normal(number)} {words}".encode()
        return hashlib.blake2b(pair, key=self._salt, digest_size=16).digest()
