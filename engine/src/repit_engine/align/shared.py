"""What an item has in common with items that have nothing else in common with it: title cards, end cards,
countdowns.

In: an item, some of its moments, an index. Out: which of them are shared. Next: `align.judging`: what agrees
only in these goes to a person.

Asked when a match is found, not kept: what the bank holds at that time decides, in whatever order it came,
and what is withdrawn decides no longer.
"""

from collections import Counter
from typing import Final

import numpy as np
from numpy.typing import NDArray

from repit_engine.align.ids import numbers_of
from repit_engine.align.meeting import Item
from repit_engine.align.protocol import VideoSearch
from repit_engine.align.rates import VideoRule
from repit_engine.align.work import Work
from repit_engine.kernels import jit
from repit_engine.moments import Moments

_MOST_ASKED: Final = 256
_MOST_OTHERS: Final = 32
_BLOCK: Final = 256
"""Moments compared with all of another item's at a time."""
_MOST_OF_ITEM: Final = 0.25
"""Of an item's moments: what shares more is a copy, or a part, and no title card."""
_LONGEST: Final = 30_000
"""Milliseconds: and so is what is longer."""


class SharedParts:
    """Asks an index, once for each item and moment."""

    def __init__(self, index: VideoSearch, rule: VideoRule, work: Work) -> None:
        self._index, self._rule, self._work = index, rule, work
        self._known: dict[tuple[int, int], bool] = {}
        self._pairs: dict[tuple[int, int], NDArray[np.int64]] = {}

    def __call__(self, item: Item, moments: NDArray[np.int64]) -> NDArray[np.bool_]:
        fresh = [moment for moment in moments.tolist() if (item.number, moment) not in self._known]
        if fresh:
            shared = set(self._of(item, np.array(fresh, np.int64)).tolist())
            self._known.update({(item.number, moment): moment in shared for moment in fresh})
        return np.array([self._known[item.number, moment] for moment in moments.tolist()], np.bool_)

    def _of(self, item: Item, moments: NDArray[np.int64]) -> NDArray[np.int64]:
        step = -(-len(moments) // _MOST_ASKED)
        asked = np.ascontiguousarray(item.moments.whole[moments[::step]])
        met = Counter(numbers_of(self._index.search(asked, self._rule.radius).ids).tolist())
        met.pop(item.number, None)
        others = sorted(met, key=lambda number: (-met[number], number))[:_MOST_OTHERS]
        shared: NDArray[np.int64] = np.empty(0, np.int64)
        for number in others:
            if (item.number, number) not in self._pairs:
                held = self._index.moments(number)
                if held is None or not self._work.takes(len(item.moments) * len(held)):
                    continue  # what is not known to be shared is not
                self._pairs[item.number, number] = self._with(item.moments, held)
            shared = np.union1d(shared, self._pairs[item.number, number])
        if not _is_little(item.moments, shared):
            return np.empty(0, np.int64)
        return np.intersect1d(shared, moments)

    def _with(self, own: Moments, other: Moments) -> NDArray[np.int64]:
        """Moments of `own` that `other` has too, if they have nothing else in common."""
        left, right = (np.ascontiguousarray(side.whole).view(np.uint64) for side in (own, other))
        own_near, other_near = np.zeros(len(left), np.bool_), np.zeros(len(right), np.bool_)
        for start in range(0, len(left), _BLOCK):
            rows = left[start : start + _BLOCK]
            bits = np.empty((len(rows), len(right)), np.uint16)
            jit.distances.distance_matrix(rows, right, bits)
            near = bits <= self._rule.radius
            own_near[start : start + _BLOCK] = near.any(axis=1)
            other_near |= near.any(axis=0)
        here, there = np.flatnonzero(own_near), np.flatnonzero(other_near)
        little = _is_little(own, here) and _is_little(other, there)
        return here if little else np.empty(0, np.int64)


def _is_little(moments: Moments, which: NDArray[np.int64]) -> bool:
    if len(which) > _MOST_OF_ITEM * len(moments):
        return False
    spans = moments.ends[which].astype(np.int64) - moments.begins[which] + 1000
    return int(spans.sum()) <= _LONGEST
