"""A child's half of the dialogue about one video.

In: a request, and the video, which lies with the parent. Out: its moments; or stages of hashes, track by
track, each only when asked for. Next: `dialogue`, the parent's half, which says what is said.

What hashes a video is handed in, so that this knows nothing of how.
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from repit_engine.child.serving import VideoAnswer, VideoRequest
from repit_engine.errors import EngineError
from repit_engine.hash import not_hashable
from repit_engine.moments import blob
from repit_engine.moments.again import asked_about
from repit_engine.moments.rows import to_bytes
from repit_engine.moments.types import Asked, Moments
from repit_engine.pipe import PipeClosed, receive_json, send, send_json
from repit_engine.video import Video, open_video
from repit_engine.video.refusals import needs_too_much

Banked = Callable[[Video], Moments]
Asking = Callable[[Video], Iterator[Asked]]
Again = Callable[[Video, NDArray[np.int64]], Asked]


def answering(banked: Banked, asking: Asking | None = None, again: Again = asked_about) -> VideoAnswer:
    """How a child answers requests about videos (`child.serving.serve`); without `asking` those for moments
    alone."""

    def answer(request: VideoRequest, pipe_in: BinaryIO, pipe_out: BinaryIO) -> None:
        try:
            if request.asked["want"] == "moments":
                _give_moments(request, pipe_out, banked)
            elif asking is None:
                raise PipeClosed
            else:
                _give_stages(request, pipe_in, pipe_out, asking, again)
        except EngineError as refusal:
            send_json(pipe_out, asdict(not_hashable(refusal)))
        except MemoryError:
            # Decoding says so itself; what is done with a frame may need as much.
            send_json(pipe_out, asdict(not_hashable(needs_too_much())))

    return answer


def _give_moments(request: VideoRequest, pipe_out: BinaryIO, banked: Banked) -> None:
    with open_video(request.source, request.limits) as video:
        send_json(pipe_out, _head(video))
        moments = banked(video)
        send_json(pipe_out, {"moments": True, "unseen": video.unseen})
    send(pipe_out, blob.to_bytes(moments))


def _give_stages(
    request: VideoRequest, pipe_in: BinaryIO, pipe_out: BinaryIO, asking: Asking, again: Again
) -> None:
    """One stage of one track after another, and what is asked again about some of its times, for as long as
    the parent wants more."""
    track = 0
    while True:
        with open_video(request.source, request.limits, track=track) as video:
            send_json(pipe_out, _head(video))
            wanted = receive_json(pipe_in)
            stages = iter(asking(video))
            while wanted.get("want") in {"stage", "again"}:
                if wanted["want"] == "again":
                    stages = iter(())
                    stage: Asked | None = again(video, np.array(wanted["times"], np.int64))
                else:
                    stage = next(stages, None)
                reply = {"stage": None if stage is None else int(stage.stage), "unseen": video.unseen}
                send_json(pipe_out, reply)
                if stage is not None:
                    send(pipe_out, to_bytes(stage))
                wanted = receive_json(pipe_in)
        track += 1
        if wanted.get("want") != "track" or track >= video.tracks:
            return


def _head(video: Video) -> dict[str, Any]:
    return {
        "duration": video.duration,
        "frames": len(video.times),
        "tracks": video.tracks,
        "guessed": video.guessed,
        "unseen": video.unseen,
    }
