"""The upload asked again, densely, about the moments that a first hit predicts.

In: a `Video`, times. Out: `Asked`. Next: `align`, which knows where the known video's moments would lie.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from repit_engine.anchors import query_plane
from repit_engine.moments import frame as of
from repit_engine.moments.gathering import Rows, thinned
from repit_engine.moments.types import LEAST_QUALITY, Asked, VideoStage
from repit_engine.video import Video

MOST: Final = 2_500
"""Hashes, whatever is asked about: with those of `query.VideoBudget` 25,000."""
AROUND: Final = 70
"""Milliseconds before and after a time within which frames are asked."""
EACH: Final = 200
"""Hashes of the frame nearest to a time: eight orientations, borders, all anchors."""
_ORIENTATIONS: Final = np.arange(8, dtype=np.uint8)


def asked_about(video: Video, times: NDArray[np.int64], *, most: int = MOST) -> Asked:
    """Every frame near the given times whole, and as many of the nearest ones as there is room for with all
    anchors, evenly.

    `times` in milliseconds of the upload, in any order. Frames are asked in eight orientations where that
    takes half of the room at most, else in two, or as they are; where they are still too many, fewer, evenly.
    Raises `VideoRefused` as decoding does.
    """
    rows = Rows()
    nearest = _nearest(video.times, np.unique(times))
    around = np.unique(np.concatenate([nearest, *(_within(video.times, ms) for ms in nearest.tolist())]))
    turns = next((count for count in (8, 2) if 2 * count * len(around) <= most), 1)
    around = thinned(around, max(1, most // 2 // turns))
    left = most - turns * len(around)
    wanted = set(thinned(np.intersect1d(nearest, around), max(1, left // EACH)).tolist())
    for frame in video.at(around) if len(around) else ():
        hashes, quality = of.orientations(frame)
        if quality >= LEAST_QUALITY:
            rows.whole(frame.ms, hashes[:turns], _ORIENTATIONS[:turns])
        if frame.ms in wanted:
            left -= rows.places(frame.ms, query_plane(of.plane(frame)), min(EACH, left))
    return rows.take(VideoStage.AGAIN)


def _nearest(shown: NDArray[np.int64], times: NDArray[np.int64]) -> NDArray[np.int64]:
    """The times of the frames nearest to given times, each once."""
    if not len(shown) or not len(times):
        return np.empty(0, np.int64)
    after = np.searchsorted(shown, times).clip(0, len(shown) - 1)
    before = (after - 1).clip(0)
    nearer = np.where(np.abs(shown[before] - times) <= np.abs(shown[after] - times), before, after)
    result: NDArray[np.int64] = np.unique(shown[nearer])
    return result


def _within(shown: NDArray[np.int64], ms: int) -> NDArray[np.int64]:
    first, last = np.searchsorted(shown, [ms - AROUND, ms + AROUND + 1])
    result: NDArray[np.int64] = shown[first:last]
    return result
