"""A bank of footage, and uploads cut from it."""

import numpy as np
from footage import Footage, Shown, moments_of
from numpy.typing import NDArray

from repit_engine.align import VideoDecision, VideoIndex, decide_video
from repit_engine.moments import Asked

ITEMS = 12
FOOTAGE = [
    Footage(seed, 40, shot=3.0 + seed % 4, shake=(0.35, 0.8, 1.6)[seed % 3]) for seed in range(1, ITEMS + 1)
]
OTHER = [Footage(seed, 60, shake=0.8) for seed in (1001, 1002, 1003)]


def bank() -> VideoIndex:
    index = VideoIndex()
    index.add_many((number, moments_of(footage)) for number, footage in enumerate(FOOTAGE))
    return index


def decided(index: VideoIndex, upload: Shown, **options: object) -> VideoDecision:
    """Asked as the gate asks: from sparse to dense, and again about what was met."""
    dense = upload.dense()

    def again(spans: tuple[tuple[int, int], ...]) -> Asked:
        return within(dense, spans)

    options.setdefault("duration", upload.duration)
    options.setdefault("again", again)
    return decide_video([upload.seconds(), dense], index, **options)


def of(asked: Asked, which: NDArray[np.bool_] | NDArray[np.int64]) -> Asked:
    return Asked(
        asked.stage,
        np.ascontiguousarray(asked.hashes[which]),
        asked.ms[which],
        asked.kinds[which],
        asked.orientation[which],
        asked.rectangles[which],
    )


def within(asked: Asked, spans: tuple[tuple[int, int], ...]) -> Asked:
    """What was asked about frames in some spans."""
    return of(asked, np.logical_or.reduce([(asked.ms >= begin) & (asked.ms <= end) for begin, end in spans]))
