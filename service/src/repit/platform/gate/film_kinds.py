"""Whether a file is a film, by its first bytes.

In: the head of a file, and what `repit_engine.picture.kinds` makes of it. Out: whether a player would show it
as a film. Next: `upload_buffer`, `inspection`. Whether a picture moves is found out where it is opened.
"""

from typing import Final

from repit_engine.picture.boxes import read_container
from repit_engine.picture.kinds import Kind
from repit_engine.video.kinds import Container, container_of
from repit_engine.video.source import HEAD

_RAW: Final = tuple(
    start + kind
    for start in (b"\0\0\0\1", b"\0\0\1")
    for kind in (b"\x09", b"\x27", b"\x67", b"\x40\x01", b"\x42\x01", b"\x46\x01")
)
"""How raw H.264 and HEVC begin (ITU-T H.264 and H.265, annex B)."""


def is_film(data: bytes, kind: Kind) -> bool:
    """Whether this is to be opened as a video. `kind`: as what it would be shown, for all that was seen."""
    if kind is Kind.FILM:
        return True
    if kind not in (Kind.OTHER, Kind.PICTURE):
        return False
    return container_of(data[:HEAD]) is Container.FILM or data.startswith(_RAW)


def may_hold_film(head: bytes) -> bool:
    """Whether a file that is shown as a picture may have tracks beside it, which a player shows."""
    return head[4:8] == b"ftyp"


def holds_film(data: bytes) -> bool:
    """Whether it has, where `data` is the whole file."""
    return may_hold_film(data) and read_container(data).has_tracks
