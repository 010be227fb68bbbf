"""The upload asked again, densely, where a first hit leaves something open: at the ends of a segment, in all
of a doubtful one.

In: a `Video`, times. Out: `Asked`. Next: `align`, which knows about which times there is more to be known.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from repit_engine.moments.dense import dense
from repit_engine.moments.gathering import joined
from repit_engine.moments.parts import Constant
from repit_engine.moments.types import Asked, VideoStage
from repit_engine.video import Video

MOST: Final = 2_500
"""Hashes, whatever is asked about: with those of `query.VideoBudget` 25,000."""
AROUND: Final = 70
"""Milliseconds before and after a time within which frames are asked."""


def asked_about(video: Video, times: NDArray[np.int64], *, most: int = MOST) -> Asked:
    """Every frame near the given times whole, still moments among them with anchors: half of the hashes for
    each.

    `times` in milliseconds of the upload, in any order. Frames are asked in eight orientations where that
    takes half of the hashes at most, else in two, or as they are; where they are still too many, fewer,
    evenly. Raises `VideoRefused` as decoding does.
    """
    near = _near(video.times, times)
    if not len(near):
        return joined([], VideoStage.AGAIN)
    parts = dense(near, video.at(near), most // 2, most - most // 2, Constant())
    return joined(list(parts), VideoStage.AGAIN)


def _near(shown: NDArray[np.int64], times: NDArray[np.int64]) -> NDArray[np.int64]:
    """Times of the frames within `AROUND` of any of the given ones, each once, in order."""
    begins = np.searchsorted(shown, times - AROUND)
    ends = np.searchsorted(shown, times + AROUND, "right")
    inside = np.zeros(len(shown) + 1, np.int64)
    np.add.at(inside, begins, 1)
    np.add.at(inside, ends, -1)
    result: NDArray[np.int64] = shown[np.cumsum(inside[:-1]) > 0]
    return result
