"""Everything that PyAV or Pillow can raise about a video, as refusals of our own tree.

In: an exception out of a demuxer or decoder. Out: a `VideoRefused` whose text repeats nothing from the file.
Next: whoever called `open_video`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Protocol

from repit_engine.errors import (
    DamagedVideo,
    EngineError,
    NoMovingPicture,
    NotAVideo,
    PictureRefused,
    UnsupportedVideo,
    VideoTookTooLong,
    VideoTooLarge,
)


class Failing(Protocol):
    """What is read from; `failure`: what reading it raised, if anything did."""

    failure: Exception | None


_AGAIN: Final = "Save or export it again, then send the new file."


@contextmanager
def reading(source: Failing, *, known: bool) -> Iterator[None]:
    """Run a demuxer or decoder over `source`; `known`: the file begins as a known container does, so that
    what cannot be read of it is damage. What `source` itself failed with is raised as it was."""
    try:
        yield
    except EngineError as refusal:
        if isinstance(refusal, PictureRefused):
            raise damaged() from None
        # Without what led to it, which may repeat something of the file.
        raise refusal from None
    except MemoryError:
        raise needs_too_much() from None
    except Exception:  # noqa: BLE001 - hostile bytes make decoders raise anything at all; none may pass
        if source.failure is not None:
            raise source.failure from None
        raise (damaged() if known else not_a_video()) from None


def damaged() -> DamagedVideo:
    """The refusal of a file of which nothing can be shown."""
    return DamagedVideo("The video is damaged or incomplete: no frame of it can be shown.", _AGAIN)


def empty() -> NotAVideo:
    """The refusal of a file without a byte."""
    return NotAVideo("The file is empty.", "Send the video again.")


def unreadable() -> NotAVideo:
    """The refusal of a path."""
    return NotAVideo("The file could not be read.", "Check that it exists and that you may read it.")


def not_a_video() -> NotAVideo:
    """The refusal of what is in no known container."""
    return NotAVideo(
        "The file is in no known video format.",
        "Convert it to MP4 or WebM, or send it as what it is.",
    )


def no_moving_picture() -> NoMovingPicture:
    """The refusal of sound, covers, still pictures."""
    return NoMovingPicture(
        "The file holds no moving picture: sound alone, a cover, or one still picture.",
        "Send a still picture as a picture; sound has no hash here.",
    )


def unsupported() -> UnsupportedVideo:
    """The refusal of a codec that is not read."""
    return UnsupportedVideo(
        "The video is coded in a way that is not read here.", "Convert it to H.264 in MP4, then send it."
    )


def too_long() -> VideoTookTooLong:
    """The refusal of a file that could not even be opened within the time for it."""
    return VideoTookTooLong("Reading the video took longer than allowed.", "Send a shorter or simpler file.")


def too_large() -> VideoTooLarge:
    """The refusal of a file of which not even one frame may be decoded."""
    return VideoTooLarge(
        "The video has more pixels than may be decoded.",
        "Send a smaller video, or raise the limit on pixels.",
    )


def needs_too_much() -> VideoTooLarge:
    """The refusal of a file that memory does not suffice for."""
    return VideoTooLarge("The video would need more memory than allowed.", "Send a smaller video.")
