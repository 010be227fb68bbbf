"""What a file is, from its first bytes, and what may be made of it.

In: the head of a file. Out: its `Container`; the names of what FFmpeg may demux and decode. Next: `opening`.

FFmpeg knows three hundred containers; some open other files, listen on the network, or run for ever. Those
that are named here do none of that, and what is named nowhere is not opened. Decoders likewise: what phones,
cameras, browsers and common programs write, and no other.
"""

from enum import Enum
from typing import Final

from repit_engine.picture.boxes import read_container

DEMUXERS: Final = (
    "mov", "matroska", "avi", "mpegts", "mpeg", "mpegvideo", "flv", "ogg", "asf", "ivf", "h264", "hevc",
    "m4v", "obu",
)  # fmt: skip
DECODERS: Final = frozenset({
    "h264", "hevc", "vp8", "vp9", "libdav1d", "mpeg4", "msmpeg4", "msmpeg4v2", "mpeg1video", "mpeg2video",
    "mjpeg", "h263", "flv", "vp6", "vp6f", "theora", "wmv1", "wmv2", "wmv3", "vc1", "prores", "dvvideo",
    "rawvideo",
})  # fmt: skip
AS_DECODED: Final = frozenset({
    "vp8", "vp9", "libdav1d", "mjpeg", "h263", "flv", "vp6", "vp6f", "theora", "prores", "dvvideo",
    "rawvideo",
})  # fmt: skip
"""Decoders that give frames in the order of their packets."""
WITHOUT_ORDER: Final = {"h264": ("avi",), "hevc": ("avi",)}
"""Containers that keep no times of showing, of codecs in which frames are reordered and do not say how."""
RAW: Final = frozenset({"mpegvideo", "h264", "hevc", "m4v", "obu"})
"""Streams without a container: what times they have were counted."""
ONE_CLOCK: Final = frozenset({"mov", "matroska", "avi", "ogg", "asf", "ivf", "obu"})
"""Containers whose times count from one beginning, so that a gap is a gap; of the others a leap is another
recording that was put behind the first."""


class Container(Enum):
    """As what a file is opened."""

    FILM = "film"
    """By its first bytes one of `DEMUXERS`."""
    ANIMATION = "animation"
    """A picture format that moves: GIF, APNG, WebP, AVIF."""
    STILL = "still"
    """A picture that does not."""
    UNKNOWN = "unknown"
    """Perhaps a raw stream; a demuxer will say."""


def container_of(head: bytes) -> Container:
    """What the first bytes say."""
    if head.startswith((b"GIF87a", b"GIF89a")):
        return Container.ANIMATION
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        end = head.find(b"IDAT")
        return Container.ANIMATION if b"acTL" in head[: end if end >= 0 else None] else Container.STILL
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        moves = head[12:16] == b"VP8X" and len(head) > 20 and head[20] & 2
        return Container.ANIMATION if moves else Container.STILL
    if head[4:8] == b"ftyp":
        # A sequence of pictures says so by its brand; whatever else it says it is, it may be a film.
        return Container.ANIMATION if b"avis" in read_container(head).brands else Container.FILM
    if head.startswith((b"\xff\xd8\xff", b"BM", b"II*\0", b"MM\0*")):
        return Container.STILL
    return Container.FILM if _begins_as_film(head) else Container.UNKNOWN


def _begins_as_film(head: bytes) -> bool:
    boxes = head[4:8] in {b"moov", b"mdat", b"moof", b"styp", b"wide", b"free", b"skip", b"pnot"}
    stream = head.startswith(b"\x47") and head[188:189] == b"\x47"
    # What begins like any raw stream is one, unless it is an icon.
    raw = head.startswith((b"\0\0\1", b"\0\0\0\1")) and head[:4] != b"\0\0\1\0"
    known = (b"\x1aE\xdf\xa3", b"OggS", b"FLV\1", b"DKIF", b"\x30\x26\xb2\x75")
    interleaved = head[:4] == b"RIFF" and head[8:12] == b"AVI "
    return boxes or stream or interleaved or raw or head.startswith(known)
