"""All that was asked about an upload so far, in one order.

In: stages of `Asked`. Out: `Upload`. Next: `align.points` looks where an item was seen in it.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from repit_engine.anchors import Kind
from repit_engine.kernels import jit
from repit_engine.moments import Asked
from repit_engine.pdq import Orientation
from repit_engine.stoplist import StopList
from repit_engine.types import HashArray, as_hash_array

NEGATIVE: Final = 8
"""Added to an orientation where the upload is a negative: such hashes agree among themselves only."""
_CUT: Final = 70
"""Bits between neighbouring frames from which they may be of two shots."""
_STEADY: Final = 2.0
"""And how many times as far apart as neighbours near by usually are."""
_ABOUT: Final = 8
_NEIGHBOURS: Final = 250
"""Milliseconds between frames that are neighbours."""
_COVERS: Final = 1_200
"""Milliseconds from one frame that was asked about to the next, beyond which the time between is unknown."""
_MOMENT: Final = 600
"""Milliseconds: about how far still moments of an upload lie apart."""
_HASHES: Final = 640
"""With which a moment is asked where rates are told (`rates`): more of them are more moments."""


class Upload:
    """Hashes ``(n, 32)`` by how they are turned, then by time; the order in which they came decides nothing.

    `turns` ``(n,) uint8``: orientation, and `NEGATIVE`. `ms` ``(n,) int64``. `whole` ``(n,) bool``: of the
    whole frame. `places` ``(n,) int64``: equal where the rectangle is. `duration` in milliseconds.
    """

    def __init__(self, stages: Sequence[Asked], duration: int) -> None:
        hashes = np.concatenate(
            [np.empty((0, 32), np.uint8), *(as_hash_array(part.hashes) for part in stages)]
        )
        ms = np.concatenate([np.empty(0, np.int64), *(part.ms for part in stages)])
        kinds = np.concatenate([np.empty(0, np.uint8), *(part.kinds for part in stages)])
        turns = np.concatenate([np.empty(0, np.uint8), *(part.orientation for part in stages)])
        places = np.concatenate([np.empty((0, 4)), *(part.rectangles for part in stages)])
        turns = turns + np.where(kinds == Kind.NEGATIVE, NEGATIVE, 0).astype(np.uint8)
        words = hashes.view(np.uint64)
        order = np.lexsort((*words.T, ms, turns))
        self.hashes: HashArray = np.ascontiguousarray(hashes[order])
        self.turns, self.ms = turns[order], ms[order]
        self.whole: NDArray[np.bool_] = kinds[order] == Kind.WHOLE
        self.places = _numbered(places[order])
        self.duration = max(duration, int(ms.max(initial=0)))

    def __len__(self) -> int:
        return len(self.hashes)

    @cached_property
    def moments(self) -> int:
        """In how many moments it might meet something."""
        return max(1, len(np.unique(self.ms // _MOMENT)), -(-len(self) // _HASHES))

    @cached_property
    def covered(self) -> int:
        """Milliseconds of it that were asked about: a duration is only what the last time stamp says."""
        times = np.unique(np.concatenate([self.ms, [0, self.duration]]))
        return int(np.minimum(np.diff(times), _COVERS).sum())

    @cached_property
    def frames(self) -> tuple[NDArray[np.int64], HashArray]:
        """Times ascending, and the hash of the whole frame as it is, each time once."""
        rows = np.flatnonzero(self.whole & (self.turns == Orientation.UPRIGHT))
        times, first = np.unique(self.ms[rows], return_index=True)
        return times, np.ascontiguousarray(self.hashes[rows[first]])

    @cached_property
    def cuts(self) -> NDArray[np.float64]:
        """Times between two neighbouring frames of different shots, ascending; none where frames were asked
        about too far apart."""
        times, bits = self._steps
        if not len(bits):
            return np.empty(0)
        about = np.lib.stride_tricks.sliding_window_view(np.pad(bits, _ABOUT, mode="edge"), 2 * _ABOUT + 1)
        usual = np.median(about, axis=1)
        cuts: NDArray[np.float64] = times[(bits >= _CUT) & (bits >= _STEADY * usual)]
        return cuts

    @cached_property
    def edges(self) -> NDArray[np.float64]:
        """Cuts, and where the upload begins and ends."""
        return np.concatenate([[0.0], self.cuts, [float(self.duration)]])

    def cuts_between(self, begin: float, end: float) -> NDArray[np.float64]:
        """Those from one time to another."""
        return self.cuts[(self.cuts >= begin) & (self.cuts <= end)]

    def is_dense(self, begin: float, end: float) -> bool:
        """Whether enough frames were asked about from one time to another for a cut to be seen."""
        times, _ = self._steps
        there = np.count_nonzero((times >= begin) & (times <= end))
        return bool(end - begin < _NEIGHBOURS or (there + 1) * _NEIGHBOURS >= end - begin)

    @cached_property
    def _steps(self) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Between neighbouring frames: when, and how many bits apart."""
        ms, hashes = self.frames
        bits = np.empty(max(0, len(ms) - 1), np.int64)
        jit.align_near.steps(hashes.view(np.uint64), bits)
        near = np.diff(ms) <= _NEIGHBOURS
        return ((ms[1:] + ms[:-1]) / 2)[near], bits[near]


def speaking(stage: Asked, stoplist: StopList) -> Asked:
    """A stage without hashes of places that say nothing; frames as a whole stay."""
    speaks = stage.kinds == Kind.WHOLE
    places = np.flatnonzero(~speaks)
    speaks[places] = ~stoplist.near(stage.hashes[places])
    return stage if speaks.all() else some_of(stage, speaks)


def some_of(stage: Asked, which: NDArray[np.bool_] | NDArray[np.int64]) -> Asked:
    """Some of its hashes."""
    return Asked(
        stage.stage,
        stage.hashes[which],
        stage.ms[which],
        stage.kinds[which],
        stage.orientation[which],
        stage.rectangles[which],
    )


def _numbered(places: NDArray[np.float64]) -> NDArray[np.int64]:
    if not len(places):
        return np.empty(0, np.int64)
    _, numbers = np.unique(places.round(4), axis=0, return_inverse=True)
    return numbers.reshape(-1).astype(np.int64)
