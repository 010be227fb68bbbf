"""How long to wait before something is tried again.

In: how often it was tried in vain. Out: seconds. Next: `claims`, `loop`. Knows nothing of rows or threads.
"""

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Backoff:
    """`first` seconds after the first attempt, then twice as long each time, never more than `longest`.

    `spread`: by which part of itself a pause is made longer or shorter by chance (0.25: from three quarters
    to five quarters), so that what failed together does not come back together.
    """

    first: float
    longest: float
    spread: float = 0.0

    def pause(self, attempts: int) -> float:
        """Seconds to wait after so many attempts in vain."""
        pause = min(self.longest, self.first * 2.0 ** min(max(attempts - 1, 0), 64))
        if not self.spread:
            return pause
        return pause * random.uniform(1.0 - self.spread, 1.0 + self.spread)  # noqa: S311 - only spreads retries
