"""How much of an item's family an upload agrees with: whether it is the picture, or only has its hash.

In: every view of an upload, an item's anchored hashes. Out: of a hundred, how many of them are met. Next:
`review.questions`: moderators who look at an upload speak of the item only where it goes deep.

A harmless picture can be made to have the standard hash of another (docs/en/game.md has sources). Then honest
moderators see a cat and would let go what a person protects. A picture that has the hash because it is the
picture meets most of its anchored hashes too: 38 to 100 of a hundred after being stored anew or scaled to
half, and nought where only the standard hash agrees (docs/bench/game.md).
"""

from collections.abc import Iterable
from typing import Final

import numpy as np

from repit_engine.anchors import QueryHashes
from repit_engine.types import HashArray

RADIUS: Final = 45
"""Bits of 256, inclusive. Unrelated squares are about 110 apart; a picture scaled and stored anew moves its
own by up to 44."""


def depth(stages: Iterable[QueryHashes], anchored: HashArray) -> int | None:
    """Of a hundred; None where the item has no anchored hashes here."""
    if not len(anchored):
        return None
    met = np.zeros(len(anchored), np.bool_)
    for stage in stages:
        if len(stage):
            differ = np.bitwise_count(stage.hashes[:, None, :] ^ anchored[None, :, :])
            met |= (differ.sum(2, dtype=np.int64) <= RADIUS).any(0)
    return round(100 * float(met.mean()))
