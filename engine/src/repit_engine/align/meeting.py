"""An upload and one item that it may show.

In: an `Upload`, an item's `Moments`. Out: `Meeting`. Next: every other module of this room.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from repit_engine.align.rates import VideoRule
from repit_engine.align.upload import Upload
from repit_engine.align.work import Work
from repit_engine.kernels import jit
from repit_engine.moments import Moments
from repit_engine.types import HashArray


class Item:
    """An item's hashes in one array, those of the whole first.

    `moment_of` ``(n,)``, `is_whole` ``(n,)``: of which moment each is, and whether of the whole frame.
    """

    def __init__(self, number: int, moments: Moments, rule: VideoRule) -> None:
        self.number, self.moments = number, moments
        self.hashes: HashArray = np.ascontiguousarray(np.concatenate([moments.whole, moments.anchored]))
        count = len(moments)
        self.moment_of = np.concatenate([np.arange(count), moments.anchored_of.astype(np.int64)])
        self.is_whole = np.arange(len(self.hashes)) < count
        self._rule = rule

    @cached_property
    def scenes(self) -> NDArray[np.int64]:
        """For each moment, the first that shows the same scene."""
        return self._leaders(self._rule.scene)

    @cached_property
    def scene_count(self) -> int:
        """How many scenes there are."""
        return len(np.unique(self.scenes))

    @cached_property
    def shots(self) -> NDArray[np.int64]:
        """For each moment, the first that shows something alike: steps of one pan vote once for a line."""
        return self._leaders(self._rule.shot)

    def _leaders(self, radius: int) -> NDArray[np.int64]:
        whole = np.ascontiguousarray(self.moments.whole).view(np.uint64)
        led = np.empty(len(whole), np.int64)
        jit.align_near.leaders(whole, radius, led)
        return led


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Meeting:
    """`rows`: how many hashes the bank holds, among which this item was found. `work`: what may still be done
    for this upload."""

    upload: Upload
    item: Item
    rows: int
    rule: VideoRule
    work: Work
