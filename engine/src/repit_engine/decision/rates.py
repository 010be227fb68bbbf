"""How often unrelated pictures come near: measured, as data, and the thresholds that follow.

In: nothing. Out: `Rates`, `Rule`. Next: `decision.rule`.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Rates:
    """Chance that one unrelated item comes within a distance of one upload, all stages.

    `single`, `second`: pairs (distance, log10 of the chance) for an item's nearest hash and for its second
    nearest turned alike. Between two points the logarithm is linear; beyond the first it goes on along the
    first two, an extrapolation that is called one in docs/en/altered-copies.md.
    """

    single: tuple[tuple[int, float], ...]
    second: tuple[tuple[int, float], ...]

    def of_single(self, distance: int) -> float:
        """Chance that an unrelated item's nearest hash is within `distance`."""
        return _interpolated(self.single, distance)

    def of_second(self, distance: int) -> float:
        """Chance that its second nearest is."""
        return _interpolated(self.second, distance)


def _interpolated(points: Sequence[tuple[int, float]], distance: int) -> float:
    place = 1
    while place < len(points) - 1 and distance > points[place][0]:
        place += 1
    (near, low), (far, high) = points[place - 1], points[place]
    return min(1.0, math.pow(10.0, low + (high - low) * (distance - near) / (far - near)))


@dataclass(frozen=True, slots=True)
class Rule:
    """From rates to thresholds.

    A match blocks where at most `block` false ones are expected per upload, and is reviewed where at most
    `review` are; whatever the bank's size, a single hash never counts beyond `single_limit`, a second vote
    never beyond `second_limit`. The standard match keeps the field's radius, 31, at any size.
    """

    rates: Rates
    block: float = 1e-3
    review: float = 2e-2
    single_limit: int = 46
    second_limit: int = 76
    standard_radius: int = 31

    def single_radius(self, items: int, wanted: float) -> int:
        """Largest distance at which one hash may decide against `items` items; -1 for none."""
        return _largest(self.single_limit, items, wanted, self.rates.of_single)

    def second_radius(self, items: int, wanted: float) -> int:
        """Largest distance at which a second vote may."""
        return _largest(self.second_limit, items, wanted, self.rates.of_second)


def _largest(limit: int, items: int, wanted: float, chance: Callable[[int], float]) -> int:
    for distance in range(limit, -1, -1):
        if items * chance(distance) <= wanted:
            return distance
    return -1


MEASURED: Final = Rates(
    single=((50, -6.2), (56, -5.3), (60, -4.85), (66, -4.2), (76, -3.0)),
    second=((76, -5.9), (80, -5.2), (90, -3.5)),
)
DEFAULT_RULE: Final = Rule(MEASURED)
