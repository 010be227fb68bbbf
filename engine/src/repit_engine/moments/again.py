"""The upload asked again, densely, where a first hit leaves something open: at the ends of a segment, in all
of a doubtful one.

In: a `Video`, spans or times. Out: `Asked`. Next: `align`, which knows where they lie.
"""

from collections.abc import Sequence
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
"""Milliseconds before and after a time, where times are given: frames so near are asked."""

Spans = Sequence[tuple[int, int]] | NDArray[np.int64]


def asked_about(video: Video, about: Spans, *, most: int = MOST) -> Asked:
    """Every frame within the given spans whole, still moments among them with anchors; half the hashes for
    each.

    `about`: ``(from, to)`` in milliseconds of the upload, both inclusive, in any order; or times, ``(n,)``,
    each with `AROUND` about it. Where that is too much, frames and moments are thinned evenly. Raises
    `VideoRefused` as decoding does.
    """
    times = _within(video.times, np.asarray(about, np.int64))
    if not len(times):
        return joined([], VideoStage.AGAIN)
    parts = dense(times, video.at(times), most // 2, most - most // 2, Constant())
    return joined(list(parts), VideoStage.AGAIN)


def _within(shown: NDArray[np.int64], about: NDArray[np.int64]) -> NDArray[np.int64]:
    """Times of the frames of spans, each once, in order."""
    spans = np.stack([about - AROUND, about + AROUND], axis=-1) if about.ndim == 1 else about.reshape(-1, 2)
    begins, ends = np.searchsorted(shown, spans[:, 0]), np.searchsorted(shown, spans[:, 1], "right")
    inside = np.zeros(len(shown) + 1, np.int64)
    np.add.at(inside, begins, 1)
    np.add.at(inside, np.maximum(begins, ends), -1)
    result: NDArray[np.int64] = shown[np.cumsum(inside[:-1]) > 0]
    return result
