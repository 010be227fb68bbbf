"""Hashes of an upload as they come together, and how many of them there may be.

In: hashes of frames. Out: `Asked`. Next: `query`, `parts`, `again`.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from repit_engine.anchors import Kind, QueryHashes
from repit_engine.moments.types import Asked, VideoStage
from repit_engine.types import HASH_BYTES, HashArray

TURN: Final = 33
"""Milliseconds of an upload that have one share of what may be asked, however many frames they hold: else
what runs at a thousand frames a second would leave nothing to what it is put beside."""
_WHOLE: Final = np.array([[0.0, 0.0, 1.0, 1.0]])


class Rows:
    """Rows of one `Asked`."""

    def __init__(self) -> None:
        self._parts: list[
            tuple[HashArray, int, NDArray[np.uint8], NDArray[np.uint8], NDArray[np.float64]]
        ] = []

    def whole(self, ms: int, hashes: HashArray, orientation: NDArray[np.uint8]) -> None:
        """The whole of a frame, in some orientations."""
        kinds = np.full(len(hashes), Kind.WHOLE, np.uint8)
        self._parts.append((hashes, ms, kinds, orientation, np.repeat(_WHOLE, len(hashes), axis=0)))

    def places(self, ms: int, found: QueryHashes, most: int) -> int:
        """The first `most` of what was found in a frame; how many those were."""
        rows = slice(0, max(0, most))
        self._parts.append(
            (found.hashes[rows], ms, found.kinds[rows], found.orientation[rows], found.rectangles[rows])
        )
        return len(self._parts[-1][0])

    def rectangle(
        self, ms: int, hashes: HashArray, orientation: NDArray[np.uint8], shares: NDArray[np.float64]
    ) -> None:
        """One part of a frame, in some orientations."""
        kinds = np.full(len(hashes), Kind.PROPOSED, np.uint8)
        self._parts.append(
            (hashes, ms, kinds, orientation, np.repeat(shares[np.newaxis], len(hashes), axis=0))
        )

    def __len__(self) -> int:
        return sum(len(part[0]) for part in self._parts)

    def take(self, stage: VideoStage) -> Asked:
        """All of them, in the order in which they came; afterwards there are none."""
        parts, self._parts = self._parts, []
        none = np.empty(0, np.uint8)
        return Asked(
            stage,
            np.ascontiguousarray(
                np.concatenate([np.empty((0, HASH_BYTES), np.uint8), *(p[0] for p in parts)])
            ),
            np.repeat(np.array([p[1] for p in parts], np.int64), [len(p[0]) for p in parts]),
            np.concatenate([none, *(p[2] for p in parts)]),
            np.concatenate([none, *(p[3] for p in parts)]),
            np.concatenate([np.empty((0, 4)), *(p[4] for p in parts)]),
        )


class Allowance:
    """Hashes that may be asked, spread over time: what a quiet stretch leaves, a busy one may use."""

    def __init__(self, most: int, times: NDArray[np.int64], ahead: int) -> None:
        """`times` of all frames that may be asked; `ahead`: how many may be asked before their turn."""
        self._most = most
        self._turns = turns_of(times)
        self._ahead = ahead
        self._used = 0

    def left(self, ms: int) -> int:
        """How many may be asked at the frame of a time, those of before taken off."""
        turn = int(np.searchsorted(self._turns, ms // TURN, "right"))
        return min(self._most * turn // max(1, len(self._turns)) + self._ahead, self._most) - self._used

    def use(self, count: int) -> None:
        """Take some."""
        self._used += count


def turns_of(times: NDArray[np.int64]) -> NDArray[np.int64]:
    """Which turns frames of these times have, ascending, each once."""
    turns: NDArray[np.int64] = np.unique(times // TURN)
    return turns


def joined(parts: Sequence[Asked], stage: VideoStage) -> Asked:
    """Several as one, under another name."""
    none = np.empty(0, np.uint8)
    return Asked(
        stage,
        np.concatenate([np.empty((0, HASH_BYTES), np.uint8), *(part.hashes for part in parts)]),
        np.concatenate([np.empty(0, np.int64), *(part.ms for part in parts)]),
        np.concatenate([none, *(part.kinds for part in parts)]),
        np.concatenate([none, *(part.orientation for part in parts)]),
        np.concatenate([np.empty((0, 4)), *(part.rectangles for part in parts)]),
    )


def thinned(times: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """At most so many of the times, evenly: of each turn the first, then as many as there is room for."""
    if len(times) <= most:
        return times
    _, first = np.unique(times // TURN, return_index=True)
    if len(first) > most:
        result: NDArray[np.int64] = times[first[np.arange(most) * len(first) // max(1, most)]]
        return result
    others = np.setdiff1d(np.arange(len(times)), first)
    room = most - len(first)
    return times[np.union1d(first, others[np.arange(room) * len(others) // max(1, room)])]
