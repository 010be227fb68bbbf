"""What a decision asks of an index of videos, so that one with some hashes muted, or in shards, can stand in.

In: nothing. Out: `VideoSearch`. Next: `align.rule`, `align.shared`, `align.stills`.
"""

from collections.abc import Callable
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from repit_engine.moments import Moments
from repit_engine.types import HashArray, IdArray, RangeResult

Muted: TypeAlias = Callable[[IdArray], NDArray[np.bool_]]
"""Ids of hashes to which of them many uploads show (`MomentCrowd`)."""


class VideoSearch(Protocol):
    """`VideoIndex` is one."""

    @property
    def rows(self) -> int:
        """How many hashes are held, from which thresholds follow."""

    def search(self, hashes: HashArray, radius: int) -> RangeResult:
        """Ids (`align.ids`) within `radius` bits (inclusive) of ``(n, 32)`` queries."""

    def moments(self, number: int) -> Moments | None:
        """A video; None where it is gone."""
