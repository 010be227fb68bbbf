"""How much of a stranger's video is read before it is refused, or left where it is.

In: an operator's numbers. Out: `VideoLimits`, and `Spent`, what one video has cost so far. Next: every module
of this package.
"""

import time
from dataclasses import dataclass, fields
from enum import Enum
from typing import Final

from repit_engine.errors import VideoTooLarge, WrongInput


@dataclass(frozen=True, slots=True)
class VideoLimits:
    """Bounds on one video.

    `bytes`: size of the file. `pixels`: width × height of a frame, as declared, checked before it is
    decoded. `memory`: bytes that the frames may take that a decoder keeps at once. Beyond these three a
    video is refused. `decoded`: pixels of all frames that are handed to a decoder, or looked at to be passed
    over; `frames`: looked at; `film`: seconds from the first shown frame, seven weeks, as far as moments
    reach; `seconds`: of work. Beyond these four the rest is left unseen, and `Video.unseen` says so. What is
    walked are frames, never seconds: two frames a thousand million seconds apart are two. A decoder in C
    cannot be interrupted: a hard limit on time and memory needs a child process (`repit_engine.child`).
    Raises `WrongInput` unless all are positive.
    """

    bytes: int = 8 * 1024**3
    pixels: int = 36_000_000
    memory: int = 2 * 1024**3
    decoded: int = 500_000_000_000
    frames: int = 500_000
    film: float = 4_294_967.0
    seconds: float = 3600.0

    def __post_init__(self) -> None:
        for field in fields(self):
            if getattr(self, field.name) <= 0:
                raise WrongInput(f"The limit on {field.name} must be positive.")

    @property
    def padded(self) -> int:
        """What a decoder may be told of `pixels`: it counts rows as long as suits a processor's registers."""
        return self.pixels + self.pixels // 4 + _PADDING

    def check_bytes(self, size: int) -> None:
        """Raise `VideoTooLarge` for a file of `size` bytes beyond the limit."""
        if size > self.bytes:
            raise VideoTooLarge(
                f"The file is larger than the {self.bytes:,} bytes allowed.",
                "Send a smaller file, or raise the limit on bytes.",
            )

    def check_frame(self, width: int, height: int, deep: bool) -> None:
        """Raise `VideoTooLarge` for frames beyond the limits; `deep`: of more than 8 bits a sample."""
        if width * height > self.pixels:
            raise VideoTooLarge(
                f"The video declares frames of more than the {self.pixels:,} pixels allowed.",
                "Send a smaller video, or raise the limit on pixels.",
            )
        if width * height * _KEPT * (2 if deep else 1) > self.memory:
            raise VideoTooLarge(
                "The video would need more memory than allowed.",
                "Send a smaller video, or raise the limit on memory.",
            )


_PADDING: Final = 1 << 16
_KEPT: Final = 30
"""Bytes for a pixel of 8 bits: sixteen frames of reference and four in work, of three bytes every two."""
DEFAULT_VIDEO_LIMITS: Final = VideoLimits()


class Unseen(Enum):
    """Why not all of a video was looked at, in one word."""

    DAMAGED = "damaged"
    FRAMES = "frames"
    PIXELS = "pixels"
    FILM = "film"
    TIME = "time"
    MEMORY = "memory"
    MORE = "more"
    """Another film lies behind the one that players show."""


class Spent:
    """What one video has cost so far, and the first reason why not all of it was looked at."""

    def __init__(self, limits: VideoLimits) -> None:
        self.limits = limits
        self.unseen: Unseen | None = None
        self._end = time.monotonic() + limits.seconds
        self._decoded = 0

    def leave(self, reason: Unseen) -> None:
        """Remember that something was left out."""
        self.unseen = self.unseen or reason

    def over(self) -> bool:
        """Whether the time for work is over; remembered."""
        if time.monotonic() <= self._end:
            return False
        self.leave(Unseen.TIME)
        return True

    def take(self, pixels: int) -> bool:
        """Count what is about to be decoded; False where it is too much, or too late."""
        self._decoded += pixels
        if self._decoded > self.limits.decoded:
            self.leave(Unseen.PIXELS)
            return False
        return not self.over()
