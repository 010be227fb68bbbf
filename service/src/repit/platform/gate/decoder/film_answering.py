"""The child's half of the dialogue about one video.

In: a request, the bytes of the video as it asks for them. Out: what `repit_engine.moments.answering` says,
stage by stage and only as far as is wanted. Next: `repit_engine.moments.dialogue`, the parent's half.
"""

from typing import BinaryIO, Final

from repit_engine.child.serving import VideoAnswer, VideoRequest
from repit_engine.child.system_calls import FILES, refuse
from repit_engine.moments import asked_of, moments_of
from repit_engine.moments.answering import answering
from repit_engine.moments.warming import warm_up

__all__ = ["warm_up", "watch"]

_ANSWER: Final[VideoAnswer] = answering(moments_of, asked_of)


def watch(request: VideoRequest, pipe_in: BinaryIO, pipe_out: BinaryIO) -> None:
    """Look at one video. From then on this child opens no file: demuxers are asked to by what they read."""
    refuse(FILES)
    _ANSWER(request, pipe_in, pipe_out)
