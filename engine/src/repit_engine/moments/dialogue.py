"""The parent's half of the dialogue about one video, which a child looks at.

In: two pipes of a child that serves `answering`, a video that can be read anywhere (`child.ranges.Spool`), a
deadline. Out: `Moments`; or tracks, each of stages of `Asked`. Nothing that the child says is trusted. Next:
a gate's decoders, `child`.

The parent sends ``{"video": size, "limits": {…}, "want": "moments" | "stages"}``. From then on the child may
say, at any time, ``{"range": [offset, size]}`` and is given a frame of these bytes. It says ``{"duration",
"frames", "tracks", "guessed", "unseen"}`` once a track is open, or, at any time, ``{"reason", "message",
"next_step"}``, which is the end. Of moments: ``{"moments": true, "unseen"}`` and a frame (`blob`). Of stages
it says nothing unasked: on ``{"want": "stage"}`` ``{"stage": number, "unseen"}`` and a frame (`rows`), or
``{"stage": null, "unseen"}`` where there is no other; on ``{"want": "again", "times": […]}`` the same about
these times, after which there is no further stage; on ``{"want": "track"}`` the head of the next track;
anything else ends it, and it is ready for the next request.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from repit_engine.child.ranges import Spool, heard
from repit_engine.child.serving import ask_video
from repit_engine.errors import MomentsRefused
from repit_engine.moments import blob
from repit_engine.moments.gathering import Rows, thinned
from repit_engine.moments.rows import MOST_BYTES, MOST_HASHES, from_bytes
from repit_engine.moments.types import LONGEST, Asked, Moments, VideoStage
from repit_engine.pipe import PipeClosed, receive, send_json
from repit_engine.types import NotHashable
from repit_engine.video import VideoLimits

MOST_TRACKS: Final = 8
MOST_TIMES: Final = 2_000
"""Of a video that are asked about again."""
_LONGEST_WORD: Final = 40
_LONGEST_TEXT: Final = 400


class VideoNotSeen(Exception):
    """The child refused the video; `outcome` says why, and may be shown."""

    def __init__(self, outcome: NotHashable) -> None:
        super().__init__(outcome.reason)
        self.outcome = outcome


@dataclass(frozen=True, slots=True)
class TrackSeen:
    """One track: `duration` in milliseconds, `frames`, whether times were `guessed`; `stages` may be left at
    any time, and are none once `again` or the next track is asked for. `again` asks about frames near some
    times, in milliseconds."""

    duration: int
    frames: int
    guessed: bool
    stages: Iterator[Asked] = field(repr=False, compare=False)
    again: Callable[[NDArray[np.int64]], Asked] = field(repr=False, compare=False)


class VideoDialogue:
    """One video with one child, until `deadline` on the monotonic clock.

    Call `moments` once, or iterate over it once: tracks, the one that players show first. `open` is true
    while the child waits to hear what more is wanted: then `finish`, or it must not be asked again. `unseen`:
    why not all was looked at, in one word. All raise `VideoNotSeen`, which leaves the child ready for another
    request; and `PipeClosed`, `PipeSilent`, or whatever the spool raises, after which the child is to be
    ended.
    """

    def __init__(
        self,
        pipe_in: BinaryIO,
        pipe_out: BinaryIO,
        spool: Spool,
        limits: VideoLimits,
        deadline: float,
    ) -> None:
        self._in, self._out, self._spool = pipe_in, pipe_out, spool
        self._limits, self._deadline = limits, deadline
        self._track, self._tracks, self._hashes = 0, 1, 0
        self.open = False
        self.unseen: str | None = None

    def moments(self) -> Moments:
        """What a bank would keep of it."""
        with _honestly():
            ask_video(self._in, self._spool.size, self._limits, self._deadline, want="moments")
            self._heard()
            reply = self._heard()
            if reply["moments"] is not True:
                raise PipeClosed
            return blob.from_bytes(receive(self._out, self._deadline, most=blob.MOST_BYTES))

    def __iter__(self) -> Iterator[TrackSeen]:
        with _honestly():
            ask_video(self._in, self._spool.size, self._limits, self._deadline, want="stages")
            seen = self._seen()
        yield seen
        while self._track + 1 < self._tracks:
            self._track += 1
            with _honestly():
                self._ask("track")
                try:
                    seen = self._seen()
                except VideoNotSeen:
                    # What players show was looked at.
                    self.unseen = self.unseen or "damaged"
                    return
            yield seen

    def finish(self) -> None:
        """Tell the child that this is enough."""
        if self.open:
            self._ask("nothing")

    def _seen(self) -> TrackSeen:
        head = self._heard()
        self._tracks = min(int(head["tracks"]), MOST_TRACKS)
        duration, frames = int(head["duration"]), int(head["frames"])
        if not (0 <= duration <= LONGEST and frames >= 0):
            raise PipeClosed
        self.open = True
        return TrackSeen(
            duration,
            frames,
            bool(head["guessed"]),
            self._stages(self._track),
            partial(self._again, self._track),
        )

    def _stages(self, track: int) -> Iterator[Asked]:
        while self.open and track == self._track:
            with _honestly():
                self._ask("stage")
                stage = self._stage()
            if stage is None:
                return
            yield stage

    def _again(self, track: int, times: NDArray[np.int64]) -> Asked:
        """What is to be asked about frames near some times of a track; nothing where that is left."""
        if not self.open or track != self._track:
            return Rows().take(VideoStage.AGAIN)
        with _honestly():
            self._ask("again", times=thinned(times, MOST_TIMES).tolist())
            stage = self._stage()
            if stage is None:
                raise PipeClosed
            return stage

    def _stage(self) -> Asked | None:
        number = self._heard()["stage"]
        stage = None
        if number is not None:
            stage = from_bytes(VideoStage(number), receive(self._out, self._deadline, most=MOST_BYTES))
            self._hashes += len(stage)
            if self._hashes > MOST_HASHES * MOST_TRACKS:
                raise PipeClosed
        self.open = True
        return stage

    def _ask(self, wanted: str, **more: Any) -> None:
        self.open = False
        send_json(self._in, {"want": wanted, **more}, self._deadline)

    def _heard(self) -> dict[str, Any]:
        reply = heard(self._in, self._out, self._spool, self._deadline)
        if "reason" in reply:
            texts = (str(reply[name])[:_LONGEST_TEXT] for name in ("reason", "message", "next_step"))
            raise VideoNotSeen(NotHashable(*texts))
        unseen = reply["unseen"]
        self.unseen = self.unseen if unseen is None else str(unseen)[:_LONGEST_WORD]
        return reply


@contextmanager
def _honestly() -> Iterator[None]:
    """What only a child that says nonsense makes us raise leaves as `PipeClosed`."""
    try:
        yield
    except (KeyError, ValueError, TypeError, MomentsRefused):
        raise PipeClosed from None
