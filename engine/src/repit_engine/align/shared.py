"""What an item has in common with items that have nothing else in common with it: title cards, end cards,
countdowns.

In: an item, some of its moments, an index. Out: which of them are shared. Next: `align.judging`: what agrees
only in these goes to a person.

Whoever banks an item of their own can put a part of another's film into it, so not every item counts: a part
is shared where three that have nothing else in common with this item, nor with one another, have it too, and
where it stands at the beginning or the end of all of them, as titles do. Of what lies between nobody can take
anything.

Asked when a match is found, not kept: what the bank holds at that time decides, in whatever order it came,
and what is withdrawn decides no longer.
"""

from collections import Counter
from typing import Final

import numpy as np
from numpy.typing import NDArray

from repit_engine.align.ids import first_id, numbers_of
from repit_engine.align.meeting import Item
from repit_engine.align.protocol import Muted, VideoSearch
from repit_engine.align.rates import VideoRule
from repit_engine.align.work import Work
from repit_engine.kernels import jit
from repit_engine.moments import Moments

_MOST_ASKED: Final = 256
_MOST_OTHERS: Final = 32
_BLOCK: Final = 256
"""Moments compared with all of another item's at a time."""
_OTHERS: Final = 3
"""Other items that have a moment before it is shared."""
_MOST_OF_ITEM: Final = 1 / 3
"""Of an item's moments: what shares more is a copy, or a part, and no title card. A countdown of five seconds
stands before films of a quarter of a minute."""
_LONGEST: Final = 30_000
"""Milliseconds: and so is what is longer."""


class SharedParts:
    """Asks an index, once for each item and moment; `muted` is what uploads have shown."""

    def __init__(self, index: VideoSearch, rule: VideoRule, work: Work, muted: Muted | None) -> None:
        self._index, self._rule, self._work, self._muted = index, rule, work, muted
        self._known: dict[tuple[int, int], bool] = {}
        self._pairs: dict[tuple[int, int], NDArray[np.int64] | None] = {}

    def __call__(self, item: Item, moments: NDArray[np.int64]) -> NDArray[np.bool_]:
        fresh = [moment for moment in moments.tolist() if (item.number, moment) not in self._known]
        if fresh:
            shared = set(self._of(item, np.array(fresh, np.int64)).tolist())
            self._known.update({(item.number, moment): moment in shared for moment in fresh})
        known = np.array([self._known[item.number, moment] for moment in moments.tolist()], np.bool_)
        return known | np.isin(moments, self._shown(item))

    def _shown(self, item: Item) -> NDArray[np.int64]:
        """Moments that many uploads show, where they are little of the item."""
        if self._muted is None:
            return np.empty(0, np.int64)
        ids = np.uint64(first_id(item.number)) + np.arange(len(item.moments), dtype=np.uint64)
        shown = np.flatnonzero(self._muted(ids))
        return shown if _is_little(item.moments, shown) else shown[:0]

    def _of(self, item: Item, moments: NDArray[np.int64]) -> NDArray[np.int64]:
        step = -(-len(moments) // _MOST_ASKED)
        asked = np.ascontiguousarray(item.moments.whole[moments[::step]])
        met = Counter(numbers_of(self._index.search(asked, self._rule.radius).ids).tolist())
        met.pop(item.number, None)
        having = np.zeros(len(item.moments), np.int64)
        counted: list[tuple[int, Moments]] = []
        for number in sorted(met, key=lambda number: (-met[number], number))[:_MOST_OTHERS]:
            other = self._index.moments(number)
            if other is None:
                continue
            common = self._common((item.number, item.moments), (number, other))
            if common is None or not len(common):
                continue
            if any(self._common(held, (number, other)) is None for held in counted):
                continue  # what was banked twice has it once
            counted.append((number, other))
            having[common] += 1
        shared = np.flatnonzero(having >= _OTHERS)
        return np.intersect1d(shared, moments) if _is_little(item.moments, shared) else shared[:0]

    def _common(self, own: tuple[int, Moments], other: tuple[int, Moments]) -> NDArray[np.int64] | None:
        """Moments of `own` that `other` has too, at the beginning or the end of both; None where they have
        more in common, or where that is not known since no work is left."""
        pair = own[0], other[0]
        if pair not in self._pairs:
            able = self._work.takes(len(own[1]) * len(other[1]))
            self._pairs[pair] = self._with(own[1], other[1]) if able else None
        return self._pairs[pair]

    def _with(self, own: Moments, other: Moments) -> NDArray[np.int64] | None:
        near = _near(own, other, self._rule.radius)
        if not (_is_little(own, np.flatnonzero(near[0])) and _is_little(other, np.flatnonzero(near[1]))):
            return None
        here, there = (np.flatnonzero(_at_edge(side)) for side in (own, other))
        own_near, _ = _near(own, other, self._rule.radius, here, there)
        return here[own_near]


def _near(
    own: Moments,
    other: Moments,
    radius: int,
    here: NDArray[np.int64] | slice = slice(None),
    there: NDArray[np.int64] | slice = slice(None),
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which of some moments of each come near one of those of the other."""
    left = np.ascontiguousarray(own.whole[here]).view(np.uint64)
    right = np.ascontiguousarray(other.whole[there]).view(np.uint64)
    own_near, other_near = np.zeros(len(left), np.bool_), np.zeros(len(right), np.bool_)
    for start in range(0, len(left), _BLOCK):
        rows = left[start : start + _BLOCK]
        bits = np.empty((len(rows), len(right)), np.uint16)
        jit.distances.distance_matrix(rows, right, bits)
        near = bits <= radius
        own_near[start : start + _BLOCK] = near.any(axis=1)
        other_near |= near.any(axis=0)
    return own_near, other_near


def _at_edge(moments: Moments) -> NDArray[np.bool_]:
    """Which moments stand where titles do."""
    reach = min(_LONGEST, int(_MOST_OF_ITEM * moments.duration))
    at_edge: NDArray[np.bool_] = (moments.ends <= reach) | (
        moments.begins.astype(np.int64) >= moments.duration - reach
    )
    return at_edge


def _is_little(moments: Moments, which: NDArray[np.int64]) -> bool:
    if len(which) > _MOST_OF_ITEM * len(moments):
        return False
    begins = moments.begins.astype(np.int64)
    until = np.minimum(moments.ends + np.int64(1000), np.append(begins[1:], moments.duration))
    return int((until - begins)[which].sum()) <= _LONGEST
