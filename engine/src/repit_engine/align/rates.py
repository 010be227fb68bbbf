"""How often a moment of an upload comes near a moment of an unrelated video, and the limits that follow.

In: nothing. Out: `VideoRates`, `VideoRule`. Next: `align.evidence`.

One table, so that rates measured on unrelated videos take the place of these, which are those of pictures.
"""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from repit_engine.decision.rates import MEASURED as OF_PICTURES
from repit_engine.decision.rates import Rates
from repit_engine.types import HASH_BITS

Points = tuple[tuple[int, float], ...]


@dataclass(frozen=True)
class VideoRates:
    """Chance that one moment of an upload, in all the ways in which it is asked about, comes within a
    distance of one unrelated moment of the bank: with the nearest of its hashes (`single`), with two of them
    turned alike (`second`); `whole`: that two whole frames do, both as they are.

    Pairs (distance, log10 of the chance); between and beyond them as in `decision.Rates`.
    """

    single: Points
    second: Points
    whole: Points

    @cached_property
    def log_single(self) -> NDArray[np.float64]:
        """log10 by distance, 0 to 256."""
        return _table(self.single)

    @cached_property
    def log_second(self) -> NDArray[np.float64]:
        """The same for the second nearest."""
        return _table(self.second)

    @cached_property
    def log_whole(self) -> NDArray[np.float64]:
        """The same for two whole frames."""
        return _table(self.whole)


def _table(points: Points) -> NDArray[np.float64]:
    rates = Rates(points, points)
    chances = [math.log10(rates.of_single(distance)) for distance in range(HASH_BITS + 1)]
    return np.array(chances, np.float64)


@dataclass(frozen=True)
class VideoRule:
    """`block`, `review`: so many false alignments an upload may be expected at most. `radius`: of the index.

    `near`: bits up to which a hash of a video that was met is heard; `foreseen`: up to which one agrees with
    an alignment that others have found. `scene`: moments within it show one scene, within `shot` something
    alike; `alike`: uploads and scenes within it have something in common. `tolerance`: milliseconds of the
    item by which a moment may miss its line. `long`: from which stretch of one scene on it may block alone;
    `held`: below which it is no match. `edge`: milliseconds at an item's beginning and end in which title
    cards stand; `part`: the share of an item that is little of it.
    """

    rates: VideoRates
    block: float = 1e-3
    review: float = 2e-2
    radius: int = 31
    near: int = 66
    foreseen: int = 80
    scene: int = 31
    shot: int = 80
    alike: int = 90
    tolerance: int = 350
    long: int = 8_000
    held: int = 2_000
    edge: int = 5_000
    part: float = 0.1


_WHOLE_OF_ALL: Final = 3.0
"""Powers of ten by which two whole frames meet more seldom than a moment's 640 hashes and a family's nine
do: 5,760 pairs of hashes, taken for a thousand since they are not independent."""
MEASURED_RATES: Final = VideoRates(
    single=OF_PICTURES.single,
    second=OF_PICTURES.second,
    whole=tuple((distance, chance - _WHOLE_OF_ALL) for distance, chance in OF_PICTURES.single),
)
DEFAULT_VIDEO_RULE: Final = VideoRule(MEASURED_RATES)
