"""One video and the decoder that looks at it.

In: a video that can be read anywhere, a sender, a moment by which all is over. Out: its tracks, each of
stages of hashes; the decoder given back exactly once. Next: `pool`, which hands decoders out.

A video has a lane of its own: pictures never wait for one. What it told before its time was over, or before
its decoder failed, stays told.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, Protocol, TypeVar

from repit.platform.gate.content import Content, ContentGone
from repit.platform.gate.decoder.lanes import Lane, Worker
from repit.platform.gate.decoder.refusals import NotSeen
from repit_engine.align.rule import Again, Spans, times_within
from repit_engine.moments import Asked, VideoStage
from repit_engine.moments.dialogue import TrackSeen, VideoDialogue, VideoNotSeen
from repit_engine.moments.rows import from_bytes
from repit_engine.picture.kinds import Kind
from repit_engine.pipe import PipeClosed, PipeSilent
from repit_engine.types import NotHashable
from repit_engine.video import DEFAULT_VIDEO_LIMITS

_Seen = TypeVar("_Seen", TrackSeen, Asked)
TOO_LONG: Final = "video-took-too-long"
BUSY: Final = "video-busy"
NOT_READ: Final = "video-not-read"
DAMAGED: Final = "damaged-video"
_REASONS: Final = {"time": TOO_LONG, "frames": TOO_LONG, "pixels": TOO_LONG, "film": TOO_LONG}
"""Of the words with which a decoder says why it left something out."""


class Decoders(Protocol):
    """Whoever hands out decoders."""

    films: Lane

    def take(self, lane: Lane, sender: str, due: float) -> Worker | None:
        """One, once it is the sender's turn; None where there is none in time. Raises `Overloaded`."""

    def give_back(self, worker: Worker) -> None:
        """It is looked at no more."""


@dataclass(frozen=True, slots=True)
class Track:
    """One track of a video: its length in milliseconds, and its stages, which may be left at any time.
    `again`: all that is to be asked about the frames in some spans; nothing where they are not to be had.
    There is no further stage then."""

    duration: int
    stages: Iterator[Asked]
    again: Again


class Watching:
    """One video; `stop` once enough was seen.

    Iterate over it once: its tracks, the one that players show first. Raises `NotSeen` where nothing at all
    was seen; after that, whatever ends it is in `unseen`, by the reasons of `kinds`.
    """

    def __init__(self, pool: Decoders, content: Content, seconds: float, sender: str) -> None:
        self._pool, self._content, self._sender = pool, content, sender
        self._due = time.monotonic() + seconds
        self._worker: Worker | None = None
        self._talk: VideoDialogue | None = None
        self._reason: str | None = None
        self._heard = False

    @property
    def unseen(self) -> str | None:
        """Why not all of it was looked at; None where all was."""
        word = None if self._talk is None else self._talk.unseen
        return self._reason or (None if word is None else _REASONS.get(word, DAMAGED))

    def begin(self) -> None:
        """Take a decoder of the lane. Raises `NotSeen`, `Overloaded`."""
        worker = self._pool.take(self._pool.films, self._sender, self._due)
        if worker is None:
            raise _not_seen(BUSY)
        limits = replace(DEFAULT_VIDEO_LIMITS, seconds=max(0.001, self._due - time.monotonic()))
        self._worker = worker
        child = worker.child
        self._talk = VideoDialogue(child.pipe_in, child.pipe_out, self._content, limits, self._due)

    def __iter__(self) -> Iterator[Track]:
        coming = iter(self._talk or ())
        while (track := self._next(coming)) is not None:
            yield Track(track.duration, self._stages(track), partial(self._again, track))

    def stop(self) -> None:
        """That is enough. A decoder that has read a stranger's video reads nothing else."""
        worker, self._worker = self._worker, None
        if worker is not None:
            self._pool.give_back(worker)

    def _stages(self, track: TrackSeen) -> Iterator[Asked]:
        while (stage := self._next(track.stages)) is not None:
            self._heard = True
            yield stage

    def _again(self, track: TrackSeen, spans: Spans) -> Asked:
        asked = (track.again(times_within(each)) for each in (spans,))
        return self._next(asked) or from_bytes(VideoStage.AGAIN, b"")

    def _next(self, coming: Iterator[_Seen]) -> _Seen | None:
        """The next of what the child says; None where there is none, for whatever reason."""
        if self._reason is not None:
            return None
        try:
            return next(coming, None)
        except VideoNotSeen as refusal:
            if not self._heard:
                raise NotSeen(refusal.outcome, Kind.FILM) from None
            self._reason = refusal.outcome.reason
        except PipeSilent:
            self._reason = TOO_LONG
        except (PipeClosed, OSError):
            self._reason = TOO_LONG if self._worker is not None and self._worker.hung else DAMAGED
        except ContentGone:
            self._reason = NOT_READ
        if not self._heard:
            raise _not_seen(self._reason)
        return None


def _not_seen(reason: str) -> NotSeen:
    step = "Send it again later, or send a shorter video."
    return NotSeen(NotHashable(reason, "The video could not be looked at.", step), Kind.FILM)
