"""The upload's side: what a video is asked with, from cheap to dear, within a budget that no length exceeds.

In: a `Video`. Out: stages of `Asked`; the dense one in slices, in the order of time. Next: `align` decides
after each, and stops when sure.

Every frame is asked as a whole, since decoding it is paid anyway; anchors only where the picture stands
still, as on the bank's side (`motion`). Two minutes are asked nearly in full. Of what is longer, frames and
moments are thinned evenly: a quiet stretch, whose frames repeat one another, leaves its share to busier ones.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from repit_engine.moments import frame as of
from repit_engine.moments.bank import REPEAT, SECOND
from repit_engine.moments.dense import ORIENTATIONS, dense
from repit_engine.moments.gathering import Rows, thinned
from repit_engine.moments.parts import Constant, asked_in_parts
from repit_engine.moments.types import LEAST_QUALITY, Asked, VideoStage
from repit_engine.pdq import hamming
from repit_engine.video import Video


@dataclass(frozen=True, slots=True)
class VideoBudget:
    """Hashes an upload may be asked with, by what they are of: 22,500 in all, whatever its length. `again`
    has what is left of 25,000.
    """

    early: int = 1_000
    """Of keyframes, and as many of seconds."""
    whole: int = 9_000
    """Of frames as they are."""
    still: int = 8_000
    """Of still moments: eight orientations, borders, anchors."""
    parts: int = 3_500


DEFAULT_BUDGET: Final = VideoBudget()


def asked_of(
    video: Video, *, last: VideoStage = VideoStage.PARTS, budget: VideoBudget = DEFAULT_BUDGET
) -> Iterator[Asked]:
    """Yield what an upload is asked with, up to a stage. Raises `VideoRefused` as decoding does."""
    keyframes = thinned(video.keyframes, budget.early // len(ORIENTATIONS))
    yield _frames(video, keyframes, VideoStage.KEYFRAMES)
    if last >= VideoStage.SECONDS:
        seconds = np.setdiff1d(_seconds(video.times), keyframes)
        yield _frames(video, thinned(seconds, budget.early // len(ORIENTATIONS)), VideoStage.SECONDS)
    if last >= VideoStage.DENSE:
        constant = Constant()
        yield from dense(video.times, video.every(), budget.whole, budget.still, constant)
        if last >= VideoStage.PARTS:
            yield from asked_in_parts(video, constant, budget.parts)


def _seconds(times: NDArray[np.int64]) -> NDArray[np.int64]:
    """The first frame of each second that has one: a walk over frames, however far apart they lie."""
    _, first = np.unique(times // SECOND, return_index=True)
    result: NDArray[np.int64] = times[first]
    return result


def _frames(video: Video, times: NDArray[np.int64], stage: VideoStage) -> Asked:
    rows, last = Rows(), None
    for frame in video.at(times) if len(times) else ():
        hashes, quality = of.orientations(frame)
        if quality >= LEAST_QUALITY and (last is None or hamming(hashes[0], last) > REPEAT):
            last = hashes[0]
            rows.whole(frame.ms, hashes, ORIENTATIONS)
    return rows.take(stage)
