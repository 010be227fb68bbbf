"""A child for tests: it answers with the plainest rows, one stage of keyframes and one of all frames."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from repit_engine import pdq
from repit_engine.child.serving import serve_standard
from repit_engine.moments import Asked, Moments, VideoStage
from repit_engine.moments.answering import answering
from repit_engine.video import Frame, Video, warm_up


def _asked(stage: VideoStage, frames: Iterator[Frame]) -> Asked:
    rows = [(frame.ms, pdq.hash_luma(frame.luma)[0]) for frame in frames]
    zeros = np.zeros(len(rows), np.uint8)
    rectangles = np.tile([0.0, 0.0, 1.0, 1.0], (len(rows), 1))
    hashes = np.array([row for _, row in rows], np.uint8).reshape(-1, 32)
    return Asked(stage, hashes, np.array([ms for ms, _ in rows], np.int64), zeros, zeros, rectangles)


def asking(video: Video) -> Iterator[Asked]:
    yield _asked(VideoStage.KEYFRAMES, video.at(video.keyframes))
    yield _asked(VideoStage.DENSE, video.every())


def run_out() -> None:
    """From now on memory does not suffice for what is done with frames."""

    def asked_without(video: Video) -> Iterator[Asked]:
        yield _asked(VideoStage.KEYFRAMES, video.at(video.keyframes))
        raise MemoryError

    globals()["asking"] = asked_without


def again(video: Video, times: NDArray[np.int64]) -> Asked:
    return _asked(VideoStage.AGAIN, video.at(np.intersect1d(video.times, times)))


def banked(video: Video) -> Moments:
    asked = _asked(VideoStage.SECONDS, video.at(video.keyframes))
    times, none = asked.ms.astype(np.uint32), np.empty(0, np.uint8)
    qualities = np.full(len(times), 100, np.uint8)
    whole = np.empty((0, 32), np.uint8)
    return Moments(times, times, asked.hashes, qualities, whole, none.astype(np.uint32), none, video.duration)


def main() -> None:
    pdq.warm_up()
    warm_up()
    serve_standard(None, watch=answering(banked, asking, again), sealed=True)


if __name__ == "__main__":
    main()
