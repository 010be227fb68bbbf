"""What a bank keeps of a video, and what an upload asks with.

In: nothing. Out: `Moments`, `Asked`. Next: `blob` writes the first as bytes, `align` meets both.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from repit_engine.errors import WrongInput
from repit_engine.types import HashArray, as_hash_array

MOST_MOMENTS: Final = 1 << 14
"""Of one video: four and a half hours. An index has room for 2²⁰ (`align`)."""
MOST_ANCHORED: Final = 4
"""Anchored hashes of one moment."""
LEAST_QUALITY: Final = 50
"""Below it nothing is banked, and nothing is asked."""
BEST_QUALITY: Final = 100
LONGEST: Final = (1 << 32) - 1
"""Milliseconds: seven weeks."""


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Moments:
    """The stillest frame of each second of a video, repeats joined.

    `begins`, `ends` ``(n,) uint32``: milliseconds from the first shown frame; what a moment shows was seen
    from one to the other, both inclusive; equal where it is no repeat, and before the next one's beginning.
    `whole` ``(n, 32) uint8``: the PDQ of the frame; `qualities` ``(n,) uint8``, 50 to 100. `anchored`
    ``(m, 32) uint8``: hashes of places in it (`repit_engine.anchors`), `anchored_of` ``(m,) uint32`` of which
    moment, ascending, at most `MOST_ANCHORED` of one; `anchored_qualities` ``(m,) uint8``. `duration`: of the
    whole video, in milliseconds. The `repr` shows no bit. Raises `WrongInput`.
    """

    begins: NDArray[np.uint32]
    ends: NDArray[np.uint32]
    whole: HashArray
    qualities: NDArray[np.uint8]
    anchored: HashArray
    anchored_of: NDArray[np.uint32]
    anchored_qualities: NDArray[np.uint8]
    duration: int

    def __post_init__(self) -> None:
        for problem in _problems(self):
            raise WrongInput(problem)

    def __len__(self) -> int:
        return len(self.begins)

    def __repr__(self) -> str:
        return f"Moments({len(self.begins)} + {len(self.anchored)})"

    def without_anchored(self) -> "Moments":
        """For whoever may see hashes of the whole only."""
        none = np.empty(0, np.uint8)
        return Moments(
            self.begins,
            self.ends,
            self.whole,
            self.qualities,
            np.empty((0, 32), np.uint8),
            np.empty(0, np.uint32),
            none,
            self.duration,
        )


def _problems(moments: Moments) -> Iterator[str]:
    """Why these are no moments; each check may rest on those before it."""
    count, places = len(moments.begins), len(moments.anchored)
    as_hash_array(moments.whole)
    as_hash_array(moments.anchored)
    lengths = {len(moments.ends), len(moments.whole), len(moments.qualities)}
    if lengths != {count} or {len(moments.anchored_of), len(moments.anchored_qualities)} != {places}:
        yield "The columns of moments have different lengths."
    if count > MOST_MOMENTS:
        yield f"A video has at most {MOST_MOMENTS} moments."
    begins, ends = moments.begins.astype(np.int64), moments.ends.astype(np.int64)
    if not int(ends.max(initial=0)) <= moments.duration <= LONGEST:
        yield "A moment lies beyond the video's end."
    if (ends < begins).any() or (np.diff(begins) <= 0).any():
        yield "Moments come in the order of time, each once."
    if (ends[:-1] >= begins[1:]).any():
        yield "A moment ends before the next one begins."
    qualities = np.concatenate([moments.qualities, moments.anchored_qualities])
    if ((qualities < LEAST_QUALITY) | (qualities > BEST_QUALITY)).any():
        yield f"A hash of a moment has a quality of {LEAST_QUALITY} to {BEST_QUALITY}."
    if (np.diff(moments.anchored_of.astype(np.int64)) < 0).any():
        yield "Anchored hashes come in the order of their moments."
    if int(moments.anchored_of.max(initial=0)) >= max(1, count) or (places and not count):
        yield "An anchored hash is of a moment."
    if np.bincount(moments.anchored_of).max(initial=0) > MOST_ANCHORED:
        yield f"A moment has at most {MOST_ANCHORED} anchored hashes."


class VideoStage(IntEnum):
    """In the order in which an upload is asked about."""

    KEYFRAMES = 0
    """Frames that are coded by themselves, whole, in eight orientations."""
    SECONDS = 1
    """One frame a second, whole, in eight orientations."""
    DENSE = 2
    """Every frame whole; still moments in eight orientations and with anchors."""
    PARTS = 3
    """Rectangles that stay where they are throughout."""
    AGAIN = 4
    """About the moments that what was met predicts."""


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Asked:
    """Hashes of an upload: `hashes` ``(n, 32) uint8``, of quality 50 and more.

    `ms` ``(n,) int64``: of which frame, from the first shown one. `kinds`, `orientation` ``(n,) uint8``:
    `anchors.Kind`, `pdq.Orientation`; `rectangles` ``(n, 4) float64``: left, top, right, bottom as shares of
    the frame. The `repr` shows no bit.
    """

    stage: VideoStage
    hashes: HashArray
    ms: NDArray[np.int64]
    kinds: NDArray[np.uint8]
    orientation: NDArray[np.uint8]
    rectangles: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.hashes)

    def __repr__(self) -> str:
        return f"Asked({self.stage.name}, {len(self.hashes)})"
