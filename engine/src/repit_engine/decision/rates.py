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
class Limit:
    """Up to where matches of one strength go.

    At most `expected` false ones per upload; and, whatever the bank's size, one hash never beyond `single`
    bits, a second vote never beyond `second`.
    """

    expected: float
    single: int
    second: int


@dataclass(frozen=True, slots=True)
class Breadth:
    """What sets a copy apart from a sticker that two unrelated pictures wear: it is met broadly.

    One of three things is asked: the item's standard hash within `whole` bits, turned as the other votes are;
    votes of `slots` of its hashes; votes within a box of at least `extent` of the upload's area. A picture
    shown small in another still shows all of itself, and what is left of a crop fills the upload; a sticker
    is little of either. All zero asks nothing.
    """

    whole: int = 80
    slots: int = 6
    extent: float = 0.2


@dataclass(frozen=True, slots=True)
class Rule:
    """From rates to thresholds. The standard match keeps the field's radius, 31, at any size of bank."""

    rates: Rates
    block: Limit = Limit(expected=1e-3, single=31, second=60)
    review: Limit = Limit(expected=2e-2, single=46, second=70)
    standard_radius: int = 31
    breadth: Breadth = Breadth()

    def single_radius(self, items: int, limit: Limit) -> int:
        """Largest distance at which one hash may decide against `items` items; -1 for none."""
        return _largest(limit.single, items, limit.expected, self.rates.of_single)

    def second_radius(self, items: int, limit: Limit) -> int:
        """Largest distance at which a second vote may."""
        return _largest(limit.second, items, limit.expected, self.rates.of_second)


def _largest(most: int, items: int, wanted: float, chance: Callable[[int], float]) -> int:
    for distance in range(most, -1, -1):
        if items * chance(distance) <= wanted:
            return distance
    return -1


MEASURED: Final = Rates(
    single=((46, -6.39), (56, -5.29), (60, -4.59), (66, -4.32), (70, -3.89), (74, -3.35), (80, -2.72)),
    second=((62, -6.6), (72, -5.59), (80, -4.82), (84, -4.45), (88, -3.64), (90, -2.99)),
)
"""Measured on 392,376 unrelated pairs: 24 photographs in 88 alterations each, against families of 1 + 8 of
188 photographs, about 640 hashes an upload. The first point of each line lies below all that was seen: it
goes on at a tenth of a power of ten a bit, flatter than the tail that was measured."""
DEFAULT_RULE: Final = Rule(MEASURED)
