"""How much comparing one upload may cost, whatever it shows and whatever a bank holds.

In: nothing. Out: `Work`. Next: `align.rule` gives one to each upload.

Who makes an upload and who banks an item can each make them long, and alike throughout: without a limit they
would hold a thread for hours. Counted in pairs of hashes rather than in seconds, so that the same upload has
the same answer on every machine.
"""

from typing import Final

MOST_WORK: Final = 8_000_000_000
"""Pairs of hashes: half a minute, about. An upload of ten minutes may be held against fifty as long twice."""
OF_POINT: Final = 30_000
"""Pairs of hashes in the time that following one point takes."""
OF_MOMENT: Final = 6_000
"""And in that of looking whether a moment is seen where a line foresees it."""


class Work:
    """What is left of `most`; `refused`: how often it was not enough."""

    def __init__(self, most: int = MOST_WORK) -> None:
        self._most = self._left = most
        self.refused = 0

    def takes(self, pairs: int, reserve: float = 0.0) -> bool:
        """Whether so much may be done, and `reserve`, a share of all, be left then; if so, it counts."""
        if pairs > self._left - reserve * self._most:
            self.refused += 1
            return False
        self._left -= pairs
        return True

    def took(self, pairs: int) -> None:
        """What could not be counted before it was done."""
        self._left -= pairs
