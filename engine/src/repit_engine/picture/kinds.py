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
    OTHER = "other"
    """Nothing that is shown as a picture: text, documents, archives, noise."""


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
)
_DOCUMENTS: Final = (b"%PDF", b"%!PS", b"\xc5\xd0\xd3\xc6")


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that is not read here: why, and as what it would be shown."""

    why: PictureRefused
    kind: Kind


def sniffed(data: bytes, *, whole: bool = True) -> Format | Refused:
    """What the first bytes of a file say, found out once; `whole`: `data` is all of it, not only its head."""
    try:
        return sniff(data)
    except (EmptyFile, NotAPicture) as refusal:
        return Refused(refusal, Kind.OTHER)
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
    if data.startswith(_DOCUMENTS):
        return Kind.OTHER
    if is_markup(data):
        return Kind.PICTURE if may_be_drawing(data) else Kind.PAGE
    return Kind.PICTURE


def _is_film(data: bytes, *, whole: bool) -> bool:
    """No brand of pictures, no items, and tracks as far as that can be seen."""
    container = read_container(data)
    size = int.from_bytes(data[:4])
    if container.brands & _PICTURES or container.has_items or not container.has_all_brands:
        return False
    return container.has_tracks or (
        not whole and data[size + 4 : size + 8] in (*_TRACKS, b"free", b"wide", b"skip")
    )
