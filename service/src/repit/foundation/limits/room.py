"""How many origins are counted at most, so that whoever has many addresses fills no table.

In: a newcomer. Out: whether there is room for a row. Next: `counting`.

Beyond `MOST_ORIGINS` newcomers are let through uncounted: someone who has so many addresses needs no more,
and people must not be kept out by them. Counting rows for each newcomer would cost more than the row. So a
process looks how many there are, takes a part of what is left for itself, and looks again when that is used
up, or a minute after it found none: each process goes beyond the bound by that part at most.
"""

import logging
import threading
from typing import Final

from repit.foundation.clock import elapsed
from repit.foundation.limits.models import Count

MOST_ORIGINS: Final = 200_000
_PART: Final = 16
_LOOK_AGAIN_SECONDS: Final = 60.0
_log: Final = logging.getLogger(__name__)


class Room:
    """One process's part of what is left."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._left, self._full_until = 0, 0.0

    def take(self) -> bool:
        """Room for one more row; False where there is none."""
        with self._turn:
            if not self._left and elapsed() >= self._full_until:
                self._left = max(0, MOST_ORIGINS - Count.objects.count()) // _PART
                if not self._left:
                    self._full_until = elapsed() + _LOOK_AGAIN_SECONDS
                    _log.warning("more origins in an hour than are counted")
            taken = self._left > 0
            self._left -= taken
            return taken


room: Final = Room()
