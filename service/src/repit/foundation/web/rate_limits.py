"""How often something may be done from one origin in an hour.

In: what is done, an origin's name. Out: yes, or the seconds until it may come again. Next: whoever limits.

An origin is a digest in this process's memory, under a salt that is drawn anew each hour and forgotten with
the counts.
"""

import hashlib
import logging
import secrets
import threading
from typing import Final

from repit.foundation.clock import elapsed

HOUR: Final = 3_600.0
MOST_ORIGINS: Final = 200_000
"""Beyond so many in an hour newcomers are not counted: someone who has so many addresses needs no more, and
people must not be kept out by them."""
_log: Final = logging.getLogger(__name__)


class Limiter:
    """Counts by origin within one hour of the monotonic clock."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._begin(elapsed())

    def _begin(self, moment: float) -> None:
        self._salt, self._counts, self._until = secrets.token_bytes(16), dict[bytes, int](), moment + HOUR

    def over(self, use: str, origin: str, most: int) -> float:
        """Count one more; 0.0, or the seconds until the origin may come again."""
        with self._turn:
            moment = elapsed()
            if moment >= self._until:
                self._begin(moment)
            digest = hashlib.blake2b(f"{use} {origin}".encode(), key=self._salt, digest_size=16).digest()
            count = self._counts.get(digest, 0)
            if count >= most:
                return self._until - moment
            if count or len(self._counts) < MOST_ORIGINS:
                self._counts[digest] = count + 1
            else:
                _log.warning("more origins in an hour than are counted")
            return 0.0
