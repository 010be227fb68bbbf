"""How much of a stranger's file is read before it is refused.

In: an operator's numbers. Out: `Limits` and the running `Deadline`. Next: every module of this package.
"""

import time
from dataclasses import dataclass, fields
from typing import Final

from repit_engine.errors import TookTooLong, TooManyBytes, TooManyPixels, WrongInput


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on one picture.

    `bytes`: size of the file. `pixels`: width × height as the header declares them, checked before anything
    is decoded; frames of an animation are looked at until together they have as many. `scans`: passes of a
    progressive JPEG, each of which costs a full decode. `frames`: of an animation, pages, icons in one file.
    `seconds`: checked between stages, for a decoder in C cannot be interrupted; a hard limit needs a child
    process, see `repit_engine.child`. Raises `WrongInput` unless all are positive.
    """

    bytes: int = 64 * 1024 * 1024
    pixels: int = 120_000_000
    scans: int = 100
    frames: int = 300
    seconds: float = 10.0

    def __post_init__(self) -> None:
        for field in fields(self):
            if getattr(self, field.name) <= 0:
                raise WrongInput(f"The limit on {field.name} must be positive.")

    def check_bytes(self, size: int) -> None:
        """Raise `TooManyBytes` for a file of `size` bytes beyond the limit."""
        if size > self.bytes:
            raise TooManyBytes(
                f"The file is larger than the {self.bytes:,} bytes allowed.",
                "Send a smaller file, or raise the limit on bytes.",
            )

    def check_pixels(self, width: int, height: int) -> None:
        """Raise `TooManyPixels` for a picture beyond the limit."""
        if width * height > self.pixels:
            raise TooManyPixels(
                f"The picture declares more than the {self.pixels:,} pixels allowed.",
                "Send a smaller picture, or raise the limit on pixels.",
            )


DEFAULT_LIMITS: Final = Limits()


class Deadline:
    """The moment at which one picture has taken too long."""

    __slots__ = ("_end", "_seconds")

    def __init__(self, seconds: float) -> None:
        self._end, self._seconds = time.monotonic() + seconds, seconds

    def used(self, share: float) -> bool:
        """Whether this share of the time, 0 to 1, is over."""
        return time.monotonic() > self._end - self._seconds * (1 - share)

    def check(self) -> None:
        """Raise `TookTooLong` once the time is over."""
        if time.monotonic() > self._end:
            raise TookTooLong(
                "Decoding the picture took longer than allowed.", "Send a smaller or simpler file."
            )
