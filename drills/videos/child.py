"""A child that looks at videos as a gate's does, and is ended by the kernel if it asks for anything else.

In: the film to warm up with on the disk; then requests (`repit_engine.moments.dialogue`). Out: stages of
hashes, or a typed refusal. Next: `looking`.

It is sealed as a gate's child is. Beyond that it does not survive an attempt: where a decoder asks for a
socket, or to open anything, SIGSYS ends it, so that nothing is opened, and nothing is tried unseen.
"""

import io
from typing import BinaryIO

from drills.videos import honest
from repit_engine.child.serving import VideoRequest, serve_standard
from repit_engine.child.system_calls import FILES, NETWORK, Refused, refuse
from repit_engine.moments import asked_of, moments_of
from repit_engine.moments.answering import answering
from repit_engine.video import open_video


def main() -> None:
    """Answer requests on standard input until it closes."""
    for content in (*honest.films().values(), *honest.animations().values()):
        with open_video(io.BytesIO(content)) as video:
            moments_of(video)
            for _ in asked_of(video):
                pass
    answer = answering(moments_of, asked_of)
    witnessed = False

    def watch(request: VideoRequest, pipe_in: BinaryIO, pipe_out: BinaryIO) -> None:
        nonlocal witnessed
        if not witnessed:
            witnessed = refuse((*NETWORK, *FILES), Refused.ENDS)
        if request.asked["want"] == "trespass":
            io.FileIO("/dev/null").close()
        answer(request, pipe_in, pipe_out)

    serve_standard(None, watch=watch, sealed=True)


if __name__ == "__main__":
    main()
