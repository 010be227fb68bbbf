"""What a file is to somebody who shows files, when it cannot be read as a picture here.

In: the bytes of a file, or its head. Out: its format, or `Refused` with its `Kind`. Next: a gate's
channels, which answer differently to a damaged picture, a film and a letter. Nothing is decoded.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from repit_engine.errors import EmptyFile, NotAPicture, PictureRefused, UnsupportedPicture
from repit_engine.picture.boxes import read_container
from repit_engine.picture.formats import Format, sniff
from repit_engine.picture.markup import is_markup, may_be_drawing


class Kind(Enum):
    """As what a file would be shown."""

    PICTURE = "picture"
    """A picture, a drawing, or what may hold one, for all that can be seen."""
    FILM = "film"
    """Moving pictures or sound, and no picture that a browser would show in their place."""
    PAGE = "page"
    """Markup that is no drawing: HTML, or any other XML."""
    CONTAINER = "container"
    """A document or an archive: it may hold pictures, and nobody looks into it here."""
    OTHER = "other"
    """Nothing that is shown as a picture, nor holds one for all that can be seen: text, noise."""


_PICTURES: Final = frozenset(
    b"avif avis avio miaf mif1 mif2 msf1 heic heix heim heis hevc hevx hevm hevs MA1A MA1B jpeg jpgs".split()
)
_TRACKS: Final = (b"moov", b"moof", b"mdat")
_FILMS: Final = (
    b"\x1aE\xdf\xa3",
    b"\0\0\1\xba",
    b"\0\0\1\xb3",
    b"OggS",
    b"FLV\1",
    b"\x30\x26\xb2\x75\x8e\x66\xcf\x11",
    b"ID3",
    b"fLaC",
)
_CONTAINERS: Final = (
    b"%PDF",
    b"%!PS",
    b"\xc5\xd0\xd3\xc6",
    b"AT&TFORM",  # DjVu
    b"{\\rtf",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",  # Word, Excel and Outlook of old
    b"PK\3\4",  # ZIP, and so Office, OpenDocument, EPUB, comics
    b"PK\5\6",
    b"PK\7\x08",
    b"Rar!\x1a\7",
    b"7z\xbc\xaf\x27\x1c",
    b"\x1f\x8b",  # gzip
    b"\x1f\x9d",
    b"BZh",
    b"\xfd7zXZ\0",
    b"\x28\xb5\x2f\xfd",  # Zstandard
    b"LZIP",
    b"MSCF",
    b"xar!",
    b"SQLite format 3\0",
)
_INSIDE: Final = ((257, b"ustar"), (60, b"BOOKMOBI"), (2, b"-lh"))
"""What says so further in: tar, Kindle's books, LHA."""
_PDF_WITHIN: Final = 1024
"""Readers of PDF pass over what comes before it, up to there."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that is not read here: why, and as what it would be shown."""

    why: PictureRefused
    kind: Kind


def sniffed(data: bytes, *, whole: bool = True) -> Format | Refused:
    """What the first bytes of a file say, found out once; `whole`: `data` is all of it, not only its head."""
    try:
        return sniff(data)
    except EmptyFile as refusal:
        return Refused(refusal, Kind.OTHER)
    except NotAPicture as refusal:
        return Refused(refusal, _of_unknown(data))
    except UnsupportedPicture as refusal:
        return Refused(refusal, _of_unread(data, whole=whole))


def kind_of(data: bytes, *, whole: bool = True) -> Kind:
    """As what a file would be shown; `whole`: see `sniffed`."""
    file = sniffed(data, whole=whole)
    return file.kind if isinstance(file, Refused) else Kind.PICTURE


def _of_unread(data: bytes, *, whole: bool) -> Kind:
    if data[4:8] == b"ftyp":
        return Kind.FILM if _is_film(data, whole=whole) else Kind.PICTURE
    if data.startswith(_FILMS) or (data[:4] == b"RIFF" and data[8:12] in (b"AVI ", b"WAVE")):
        return Kind.FILM
    if is_markup(data):
        return Kind.PICTURE if may_be_drawing(data) else Kind.PAGE
    if data.startswith(_CONTAINERS):
        return Kind.CONTAINER
    return Kind.PICTURE


def _of_unknown(data: bytes) -> Kind:
    if data.startswith(_FILMS):
        return Kind.FILM
    further_in = any(data.startswith(mark, at) for at, mark in _INSIDE)
    if data.startswith(_CONTAINERS) or further_in or b"%PDF-" in data[:_PDF_WITHIN]:
        return Kind.CONTAINER
    return Kind.OTHER


def _is_film(data: bytes, *, whole: bool) -> bool:
    """No brand of pictures, no items, and tracks as far as that can be seen."""
    container = read_container(data)
    size = int.from_bytes(data[:4])
    if container.brands & _PICTURES or container.has_items or not container.has_all_brands:
        return False
    return container.has_tracks or (
        not whole and data[size + 4 : size + 8] in (*_TRACKS, b"free", b"wide", b"skip")
    )
