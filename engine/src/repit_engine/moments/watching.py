"""Looking at a video in a child process, where a hostile file can do no harm and opens nothing.

In: bytes, or a path. Out: `Watched`, the moments of a video, or `NotHashable`, always, within the time. Next:
`repit-hash`. The child is this module run as a program (`child.process`): it is given the video by ranges.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, TypeVar

from repit_engine.child.asking import GRACE_SECONDS, START_SECONDS, Asker
from repit_engine.child.ranges import Spool
from repit_engine.child.serving import serve_standard
from repit_engine.errors import VideoRefused
from repit_engine.hash import not_hashable
from repit_engine.moments.dialogue import VideoDialogue, VideoNotSeen
from repit_engine.moments.types import Moments
from repit_engine.pipe import PipeClosed, PipeSilent
from repit_engine.types import NotHashable
from repit_engine.video import DEFAULT_VIDEO_LIMITS, VideoLimits
from repit_engine.video.refusals import damaged, too_long
from repit_engine.video.source import Source, source_of

_Heard = TypeVar("_Heard")


@dataclass(frozen=True, slots=True)
class Watched:
    """What a bank would keep of a video; `unseen`: why not all of it was looked at, in one word."""

    moments: Moments
    unseen: str | None = None


class WatchingChild(Asker):
    """A child that looks at videos."""

    program: ClassVar[str] = "repit_engine.moments.watching"

    def moments(
        self, source: bytes | Path, limits: VideoLimits = DEFAULT_VIDEO_LIMITS
    ) -> Watched | NotHashable:
        """Within `limits.seconds` for certain, whatever the bytes do."""
        return self._watched(source, limits, lambda talk: Watched(talk.moments(), talk.unseen))

    def _watched(
        self, source: bytes | Path | Spool, limits: VideoLimits, hear: Callable[[VideoDialogue], _Heard]
    ) -> _Heard | NotHashable:
        """What `hear` makes of the dialogue about one video."""
        try:
            if not isinstance(source, bytes | Path):
                limits.check_bytes(source.size)
                return self._talked(source, limits, hear)
            held = _Held(source_of(source, limits))
        except VideoRefused as refusal:
            return not_hashable(refusal)
        try:
            return self._talked(held, limits, hear)
        finally:
            held.close()

    def _talked(
        self, spool: Spool, limits: VideoLimits, hear: Callable[[VideoDialogue], _Heard]
    ) -> _Heard | NotHashable:
        with self._turn:
            try:
                child = self._running(time.monotonic() + START_SECONDS)
                deadline = time.monotonic() + limits.seconds + GRACE_SECONDS
                talk = VideoDialogue(child.pipe_in, child.pipe_out, spool, limits, deadline)
                answer = hear(talk)
                talk.finish()
                return answer
            except VideoNotSeen as refused:
                return refused.outcome
            except PipeSilent:
                self._replace()
                return not_hashable(too_long())
            except (PipeClosed, OSError):
                self._replace()
                return not_hashable(damaged())


class _Held:
    """A file of this process, as a child reads it."""

    def __init__(self, source: Source) -> None:
        self._source, self.size = source, source.size

    def read_at(self, offset: int, size: int) -> bytes:
        """See `child.ranges.Spool`."""
        self._source.seek(offset)
        return self._source.read(size)

    def close(self) -> None:
        """Let go of it."""
        self._source.close()


def main() -> None:
    """Answer requests on standard input until it closes."""
    # Imported here: the parent needs neither decoders nor kernels.
    from repit_engine.moments import moments_of  # noqa: PLC0415
    from repit_engine.moments.answering import answering  # noqa: PLC0415
    from repit_engine.moments.warming import warm_up_bank  # noqa: PLC0415

    warm_up_bank()
    serve_standard(None, watch=answering(moments_of), sealed=True)


if __name__ == "__main__":
    main()
