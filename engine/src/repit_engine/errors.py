"""Named refusals of the engine.

    EngineError
    ├── PictureRefused              bytes that are not going to be hashed, and why
    │   ├── UnreadableFile          a path that cannot be opened, or is no ordinary file
    │   ├── EmptyFile               nothing at all
    │   ├── NotAPicture             no known picture format
    │   ├── UnsupportedPicture      a picture, in a form that is not read here
    │   ├── DamagedPicture          truncated, or inconsistent with itself
    │   ├── TooManyBytes            larger than the limit on bytes
    │   ├── TooManyPixels           larger than the limit on pixels
    │   └── TookTooLong             decoding outlasted the limit on time
    ├── VideoRefused                a video that is not going to be hashed, and why
    │   ├── NotAVideo               no known container of moving pictures
    │   ├── UnsupportedVideo        a video, in a form that is not read here
    │   ├── DamagedVideo            nothing of it can be shown
    │   ├── NoMovingPicture         sound, a cover, an empty track: no frame
    │   ├── VideoTooLarge           beyond the limits on bytes, frames, seconds or pixels
    │   └── VideoTookTooLong        decoding outlasted the limit on time
    ├── MomentsRefused              bytes that are no moments of a video
    ├── WrongInput                  arrays of the wrong shape, type or range, from our own callers
    └── SnapshotRefused             an index file that is not going to be opened, and why
        ├── SnapshotForeign         not one of our files
        ├── SnapshotOutdated        one of ours, of a version that is no longer read
        ├── SnapshotTruncated       shorter than it says
        └── SnapshotCorrupt         its checksum does not agree

In: what went wrong. Out: one sentence that may be shown, and the next step. Next: the service turns them
into its own tree (RFC 9457), the command line prints them.
"""

from typing import ClassVar


class EngineError(Exception):
    """Base of every error that the engine raises on purpose.

    `message` says what happened, `next_step` what to do about it; neither ever carries a path, a hash or
    anything else that belongs to a person, so both may be shown and logged.
    """

    code: ClassVar[str] = "engine-error"
    message: str
    next_step: str

    def __init__(self, message: str, next_step: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step

    def __str__(self) -> str:
        return f"{self.message} {self.next_step}".rstrip()


class PictureRefused(EngineError):
    code = "picture-refused"


class UnreadableFile(PictureRefused):
    code = "unreadable-file"


class EmptyFile(PictureRefused):
    code = "empty-file"


class NotAPicture(PictureRefused):
    code = "not-a-picture"


class UnsupportedPicture(PictureRefused):
    code = "unsupported-picture"


class DamagedPicture(PictureRefused):
    code = "damaged-picture"


class TooManyBytes(PictureRefused):
    code = "too-many-bytes"


class TooManyPixels(PictureRefused):
    code = "too-many-pixels"


class TookTooLong(PictureRefused):
    code = "took-too-long"


class VideoRefused(EngineError):
    code = "video-refused"


class NotAVideo(VideoRefused):
    code = "not-a-video"


class UnsupportedVideo(VideoRefused):
    code = "unsupported-video"


class DamagedVideo(VideoRefused):
    code = "damaged-video"


class NoMovingPicture(VideoRefused):
    code = "no-moving-picture"


class VideoTooLarge(VideoRefused):
    code = "video-too-large"


class VideoTookTooLong(VideoRefused):
    code = "video-took-too-long"


class MomentsRefused(EngineError):
    code = "moments-refused"


class WrongInput(EngineError, ValueError):
    code = "wrong-input"


class SnapshotRefused(EngineError):
    code = "snapshot-refused"


class SnapshotForeign(SnapshotRefused):
    code = "snapshot-foreign"


class SnapshotOutdated(SnapshotRefused):
    code = "snapshot-outdated"


class SnapshotTruncated(SnapshotRefused):
    code = "snapshot-truncated"


class SnapshotCorrupt(SnapshotRefused):
    code = "snapshot-corrupt"
