"""What a gate can be asked.

In: what an integration has of an upload. Out: one of a few questions, each with the channel by which it came
and what tells its sender from others. Next: `inspector`.
"""

from dataclasses import dataclass
from typing import TypeAlias

from repit.foundation.hashes import Algorithm, Hash
from repit.platform.gate.content import Content
from repit_engine.moments import Moments
from repit_engine.picture.kinds import Kind


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class WholeFile:
    """A file in memory. `sender`: what tells senders apart, for they take turns; kept while it waits."""

    data: bytes
    channel: str
    sender: str = ""


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class LongFile:
    """A file too long to be kept in memory, of which digests are; `kind`: as what it would be shown, by its
    head; `is_film`, `is_picture`: whether that head makes it a video, a picture that is read, or both.
    `content`: where it can be read, of a video that was spooled; `is_crowded_out`: others had taken the room
    for that."""

    digests: tuple[tuple[Algorithm, bytes], ...]
    kind: Kind
    channel: str
    sender: str = ""
    content: Content | None = None
    is_film: bool = False
    is_picture: bool = False
    is_crowded_out: bool = False


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class BareHashes:
    """Hashes of a picture or a video that is elsewhere: only the same orientation can be met. `moments`: of
    the video."""

    hashes: tuple[Hash, ...]
    channel: str
    sender: str = ""
    moments: Moments | None = None


@dataclass(frozen=True, slots=True)
class NotLookedAt:
    """An upload that nobody can look at, or need; `reason`: a short code of ours; `kind`: as what it would be
    shown, where that is known."""

    reason: str
    channel: str
    sender: str = ""
    kind: Kind = Kind.PICTURE


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class OddMessage:
    """Files of a message in which others may see something else; `reason`: why. One verdict for all of it."""

    files: tuple[WholeFile | LongFile, ...]
    reason: str
    channel: str
    sender: str = ""


OneUpload: TypeAlias = WholeFile | LongFile | BareHashes | NotLookedAt
Question: TypeAlias = OneUpload | OddMessage
