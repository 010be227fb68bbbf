"""An upload and one item that it may show.

In: an `Upload`, an item's `Moments`. Out: `Meeting`. Next: every other module of this room.
"""

from dataclasses import dataclass

import numpy as np

from repit_engine.align.rates import VideoRule
from repit_engine.align.upload import Upload
from repit_engine.kernels import jit
from repit_engine.moments import Moments
from repit_engine.types import HashArray


class Item:
    """An item's hashes in one array, those of the whole first.

    `moment_of` ``(n,)``, `is_whole` ``(n,)``: of which moment each is, and whether of the whole frame.
    `scenes`: for each moment, the first that shows the same scene; `scene_count` how many there are. `shots`:
    the first that shows something alike, so that steps of one pan vote once for a line.
    """

    def __init__(self, number: int, moments: Moments, rule: VideoRule) -> None:
        self.number, self.moments = number, moments
        self.hashes: HashArray = np.ascontiguousarray(np.concatenate([moments.whole, moments.anchored]))
        count = len(moments)
        self.moment_of = np.concatenate([np.arange(count), moments.anchored_of.astype(np.int64)])
        self.is_whole = np.arange(len(self.hashes)) < count
        self.scenes = np.empty(count, np.int64)
        whole = np.ascontiguousarray(moments.whole).view(np.uint64)
        self.scene_count = int(jit.align_near.leaders(whole, rule.scene, self.scenes))
        self.shots = np.empty(count, np.int64)
        jit.align_near.leaders(whole, rule.shot, self.shots)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Meeting:
    """`rows`: how many hashes the bank holds, among which this item was found."""

    upload: Upload
    item: Item
    rows: int
    rule: VideoRule
