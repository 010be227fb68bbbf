"""A stranger's bytes become a `Video`, or a refusal that names itself.

In: bytes, a path, an open file. Out: `Video`. Next: `repit_engine.moments` hashes its frames.
"""

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from repit_engine.errors import VideoRefused, WrongInput
from repit_engine.pdq import Orientation
from repit_engine.video.animation import Animation
from repit_engine.video.film import Film
from repit_engine.video.frame import Frame
from repit_engine.video.kinds import Container, container_of
from repit_engine.video.limits import DEFAULT_VIDEO_LIMITS, Spent, Unseen, VideoLimits
from repit_engine.video.refusals import empty, no_moving_picture, reading, too_long
from repit_engine.video.source import Readable, Source, source_of


class Reader(Protocol):
    """What reads one kind of file."""

    width: int
    height: int
    turn: Orientation
    limited: bool
    times: NDArray[np.int64]
    keyframes: NDArray[np.int64]
    guessed: bool
    duration: int
    tracks: int

    def every(self) -> Iterator[Frame]:
        """All shown frames."""

    def at(self, wanted: NDArray[np.int64]) -> Iterator[Frame]:
        """Some of them."""


class Video:
    """A video that is open; use as a context manager, or call `close`. What it gives is read anew each time.

    `width`, `height`: of the first frame as stored. `turn`: by which stored frames become shown ones.
    `limited`: luma goes from 16 to 235. `times` ``(n,) int64``: milliseconds of every shown frame from the
    first, ascending, from packets alone: a damaged one may not be given. `keyframes`: those that are coded
    by themselves; about these, where frames are counted. `guessed`: times were counted at a stated rate.
    `duration`: in milliseconds. `tracks`: of moving pictures in the file; this one is `track`, 0 being what
    players show. The `repr` shows nothing.
    """

    def __init__(self, reader: Reader, spent: Spent, source: Source, track: int) -> None:
        self._reader, self._spent, self._source = reader, spent, source
        self.width, self.height = reader.width, reader.height
        self.turn, self.limited = reader.turn, reader.limited
        self.times, self.duration = reader.times, reader.duration
        self.keyframes, self.guessed = reader.keyframes, reader.guessed
        self.tracks, self.track = reader.tracks, track

    @property
    def unseen(self) -> str | None:
        """After reading: in one word why not all of it was looked at (`limits.Unseen`); None where all
        was."""
        return None if self._spent.unseen is None else self._spent.unseen.value

    def every(self) -> Iterator[Frame]:
        """All shown frames, in order of time. Raises `VideoRefused` only where memory runs out."""
        return self._read(self._reader.every())

    def at(self, wanted: NDArray[np.int64]) -> Iterator[Frame]:
        """The frames of these `times`, each once, in order, decoding no more than they need. Any other time
        has no frame. They are bit for bit as `every` gives them; where a file is damaged, as far as its
        decoder says so: what some make up of a damaged frame is never twice the same."""
        if wanted.ndim != 1 or wanted.dtype.kind not in "iu":
            raise WrongInput("Times of frames come as an (n,) array of whole milliseconds.")
        return self._read(self._reader.at(wanted.astype(np.int64)))

    def _read(self, frames: Iterator[Frame]) -> Iterator[Frame]:
        try:
            with reading(self._source, known=True):
                yield from frames
        except VideoRefused:
            # A file ends for its demuxer as the time for it does.
            if self._spent.unseen is not Unseen.TIME:
                raise

    def close(self) -> None:
        """Let go of the file."""
        self._source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return "Video(…)"


def open_video(
    source: bytes | Path | Readable, limits: VideoLimits = DEFAULT_VIDEO_LIMITS, *, track: int = 0
) -> Video:
    """Open a film (MP4, QuickTime, Matroska, WebM, AVI, MPEG, Ogg, FLV, ASF, IVF, raw H.264 and HEVC) or an
    animation (GIF, APNG, WebP, AVIF): its packets are read once for their times, and the first frame is
    decoded. An open file stays the caller's. `track`: see `Video.tracks`.

    Raises `VideoRefused`: `NotAVideo`, `UnsupportedVideo`, `DamagedVideo`, `NoMovingPicture`,
    `VideoTooLarge`, `VideoTookTooLong`; also for a path that cannot be
    opened. What reading an open file raises is
    raised as it is. A decoder can still crash on hostile bytes: for a stranger's file call this in a child
    process (`repit_engine.child`).
    """
    spent = Spent(limits)
    opened = source_of(source, limits)
    opened.ended = spent.over
    try:
        return Video(_reader_of(opened, limits, spent, track), spent, opened, track)
    except BaseException as error:
        opened.close()
        if isinstance(error, VideoRefused) and spent.unseen is Unseen.TIME:
            raise too_long() from None
        raise


def _reader_of(source: Source, limits: VideoLimits, spent: Spent, track: int) -> Reader:
    if not source.size:
        raise empty()
    head = source.head()
    kind = container_of(head)
    if kind is Container.STILL and source.is_moving_png():
        kind = Container.ANIMATION
    if kind is Container.STILL:
        raise no_moving_picture()
    boxes = source.boxes() if head[4:8] == b"ftyp" else None
    if boxes is not None and b"meta" in boxes.kinds and boxes.whole and not boxes.has_film:
        raise no_moving_picture()
    if boxes is not None and boxes.kinds.count(b"moov") > 1:
        spent.leave(Unseen.MORE)
    if kind is Container.ANIMATION:
        try:
            with reading(source, known=True):
                return Animation(source, limits, spent)
        except VideoRefused:
            # What names itself a sequence of pictures may be a film to who plays it.
            if boxes is None:
                raise
    with reading(source, known=kind is not Container.UNKNOWN):
        return Film(source, limits, spent, track)
