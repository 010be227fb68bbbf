"""The child's half of the dialogue about one video.

In: a request, the bytes of the video as it asks for them. Out: what `repit_engine.moments.answering` says,
stage by stage and only as far as is wanted. Next: `repit_engine.moments.dialogue`, the parent's half.
"""

import io
from typing import BinaryIO, Final

import numpy as np
from PIL import Image

from repit_engine.child.serving import VideoAnswer, VideoRequest
from repit_engine.child.system_calls import FILES, refuse
from repit_engine.moments import asked_about, asked_of, moments_of
from repit_engine.moments.answering import answering
from repit_engine.video import open_video
from repit_engine.video.warming import warm_up as warm_up_videos

_ANSWER: Final[VideoAnswer] = answering(moments_of, asked_of)


def warm_up() -> None:
    """Load every decoder and every kernel, before memory is confined."""
    warm_up_videos()
    rows, columns = np.mgrid[0:120, 0:160]
    frames = [127 + 80 * np.sin((rows + 7 * at) / 9.0) * np.cos(columns / 13.0) for at in range(12)]
    pictures = [Image.fromarray(frame.astype(np.uint8)) for frame in frames]
    out = io.BytesIO()
    pictures[0].save(out, "GIF", save_all=True, append_images=pictures[1:], duration=100)
    with open_video(out.getvalue()) as video:
        for _ in asked_of(video):
            pass
        asked_about(video, video.times)


def watch(request: VideoRequest, pipe_in: BinaryIO, pipe_out: BinaryIO) -> None:
    """Look at one video. From then on this child opens no file: demuxers are asked to by what they read."""
    refuse(FILES)
    _ANSWER(request, pipe_in, pipe_out)
