"""The child's half: request after request, until the pipe closes.

In: frames of a JSON request and the bytes of a file, or its path; of a video its size, the rest being asked
for piece by piece (`ranges`). Out: whatever the program answers. Next: `asking`, or who else holds the other
ends.
"""

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from repit_engine.child.confinement import confine, grant_time
from repit_engine.child.process import READY
from repit_engine.child.ranges import Ranged
from repit_engine.picture import Limits
from repit_engine.pipe import PipeClosed, receive, receive_json, send, send_json
from repit_engine.video import VideoLimits


@dataclass(frozen=True, slots=True)
class Request:
    """One file to look at; `asked`: what the parent wants of it, in the program's own words."""

    source: bytes | Path
    limits: Limits
    asked: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class VideoRequest:
    """One video to look at, which lies with the parent; `asked` as in `Request`."""

    source: Ranged
    limits: VideoLimits
    asked: Mapping[str, Any]


Answer = Callable[[Request, BinaryIO, BinaryIO], None]
"""Says what it has to say of a request on the second pipe; hears what more is wanted on the first."""
VideoAnswer = Callable[[VideoRequest, BinaryIO, BinaryIO], None]
"""The same of a video."""


def ask(
    pipe_in: BinaryIO, source: bytes | Path, limits: Limits, deadline: float | None = None, **asked: Any
) -> None:
    """The parent's half of a request. Raises `PipeClosed`, `PipeSilent`."""
    request = {"limits": asdict(limits), **asked}
    if isinstance(source, Path):
        send_json(pipe_in, {**request, "path": os.fsencode(source.absolute()).hex()}, deadline)
        return
    send_json(pipe_in, request, deadline)
    # No copy of a file that is too large to be read anyway.
    send(pipe_in, source if len(source) <= limits.bytes else source[: limits.bytes + 1], deadline)


def ask_video(
    pipe_in: BinaryIO, size: int, limits: VideoLimits, deadline: float | None = None, **asked: Any
) -> None:
    """The parent's half of a request about a video of so many bytes. Raises `PipeClosed`, `PipeSilent`."""
    send_json(pipe_in, {"video": size, "limits": asdict(limits), **asked}, deadline)


def serve(
    answer: Answer | None,
    memory: int,
    pipe_in: BinaryIO,
    pipe_out: BinaryIO,
    *,
    watch: VideoAnswer | None = None,
    sealed: bool = False,
) -> None:
    """Confine this process, say that it is ready, and answer each request; `watch` those about videos;
    `sealed`: see `confine`."""
    confine(memory, sealed=sealed)
    try:
        send(pipe_out, READY)
        while True:
            asked = receive_json(pipe_in)
            if "video" in asked:
                _watched(watch, asked, pipe_in, pipe_out)
                continue
            if answer is None:
                raise PipeClosed
            limits = Limits(**asked["limits"])
            path = asked.get("path")
            source = receive(pipe_in) if path is None else Path(os.fsdecode(bytes.fromhex(path)))
            grant_time(limits.seconds)
            answer(Request(source, limits, asked), pipe_in, pipe_out)
    except PipeClosed:
        return


def _watched(watch: VideoAnswer | None, asked: dict[str, Any], pipe_in: BinaryIO, pipe_out: BinaryIO) -> None:
    if watch is None:
        raise PipeClosed
    limits = VideoLimits(**asked["limits"])
    grant_time(limits.seconds)
    watch(VideoRequest(Ranged(pipe_in, pipe_out, int(asked["video"])), limits, asked), pipe_in, pipe_out)


def serve_standard(answer: Answer | None, *, watch: VideoAnswer | None = None, sealed: bool = False) -> None:
    """The same for a program of its own (`process.command_of`), on its standard input and output."""
    # What a library prints must not be taken for an answer.
    own = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    with Path(os.devnull).open("wb") as nothing:
        os.dup2(nothing.fileno(), sys.stdout.fileno())
    serve(answer, int(sys.argv[1]), sys.stdin.buffer, own, watch=watch, sealed=sealed)
