"""When an item matches so much that it is more likely a famous picture than a private one.

In: how often an item was matched in a day, and how often its peers were. Out: whether that is a flood. Next:
`floods`. Pure.

A private picture is uploaded by few; a meme, a logo or a press photograph by everyone. The limit is the
peers' median plus eight robust standard deviations (1.4826 x the median absolute deviation, which half of the
peers may be poisoned without moving far: Leys et al. 2013, doi:10.1016/j.jesp.2013.03.013), never less than
`FLOOR`. Too few peers say nothing, then the floor alone decides. Each time a person has looked and released
the item, the limit is ten times the former one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

FLOOR: Final = 50
DEVIATIONS: Final = 8
_NORMAL: Final = 1.4826
MIN_PEERS: Final = 10


@dataclass(frozen=True, slots=True)
class Verdict:
    """Matches in the window, how many were allowed, and what the peers' middle was."""

    matches: int
    limit: float
    median: float

    @property
    def flood(self) -> bool:
        """Whether the item goes far beyond its peers."""
        return self.matches >= self.limit

    @property
    def reason(self) -> str:
        """For the item's transitions."""
        return (
            f"flood: {self.matches} matches in a day, limit {self.limit:.0f}, peers' median {self.median:.0f}"
        )


def judge(matches: int, peers: Sequence[int], releases: int = 0) -> Verdict:
    """Compare an item's matches with those of its peers (other items that matched at all)."""
    middle, limit = 0.0, float(FLOOR)
    if len(peers) >= MIN_PEERS:
        middle = float(median(peers))
        spread = _NORMAL * float(median(abs(peer - middle) for peer in peers))
        limit = max(limit, middle + DEVIATIONS * spread)
    return Verdict(matches, limit * 10.0**releases, middle)
