"""Which picture format a file is, from its first bytes alone.

In: the bytes. Out: one of the nine formats that are read, or a refusal that names what it is. Next:
`reading`. Nothing else is ever handed to a decoder: Pillow knows forty formats, some of which start other
programs. What may hold a picture is never said to be none: films, drawings and pages are refused by name.
"""

from enum import Enum
from typing import Final

from repit_engine.errors import EmptyFile, NotAPicture, UnsupportedPicture
from repit_engine.picture.boxes import read_container
from repit_engine.picture.markup import is_markup


class Format(Enum):
    """The formats that are read."""

    JPEG = "JPEG"
    PNG = "PNG"
    GIF = "GIF"
    WEBP = "WebP"
    BMP = "BMP"
    TIFF = "TIFF"
    HEIC = "HEIC"
    AVIF = "AVIF"
    ICO = "ICO"


_READ: Final = (
    (b"\xff\xd8\xff", Format.JPEG),
    (b"\x89PNG\r\n\x1a\n", Format.PNG),
    (b"GIF87a", Format.GIF),
    (b"GIF89a", Format.GIF),
    (b"BM", Format.BMP),
    (b"II*\0", Format.TIFF),
    (b"MM\0*", Format.TIFF),
    (b"II+\0", Format.TIFF),
    (b"MM\0+", Format.TIFF),
    (b"\0\0\1\0", Format.ICO),
    (b"\0\0\2\0", Format.ICO),
)
_NAMED: Final = (
    (b"%!PS", "PostScript document"),
    (b"\xc5\xd0\xd3\xc6", "PostScript document"),
    (b"%PDF", "PDF document"),
    (b"8BPS", "Photoshop document"),
    (b"icns", "set of Apple icons"),
    (b"\0\0\0\x0cjP  ", "JPEG 2000 picture"),
    (b"\xff\x4f\xff\x51", "JPEG 2000 picture"),
    (b"\0\0\0\x0cJXL ", "JPEG XL picture"),
    (b"\xff\x0a", "JPEG XL picture"),
    (b"DDS ", "DDS texture"),
    (b"qoif", "QOI picture"),
    (b"v/1\x01", "OpenEXR picture"),
    (b"SIMPLE  =", "FITS picture"),
    (b"gimp xcf", "GIMP document"),
    (b"\x8aMNG", "MNG animation"),
    (b"\xd7\xcd\xc6\x9a", "Windows metafile"),
    (b"FLIF", "FLIF picture"),
    (b"\x1aE\xdf\xa3", "Matroska or WebM video"),
    (b"\0\0\1\xba", "MPEG video"),
    (b"OggS", "Ogg media file"),
)
_HEIC_BRANDS: Final = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_AVIF_BRANDS: Final = frozenset({b"avif", b"avis"})
_ADVICE: Final = "Convert it to one of: " + ", ".join(f.value for f in Format) + "."


def sniff(data: bytes) -> Format:
    """Name the format. Raises `EmptyFile`, `UnsupportedPicture` (known, not read) or `NotAPicture`."""
    if not data:
        raise EmptyFile("The file is empty.", "Send the picture again.")
    for signature, kind in _READ:
        if data.startswith(signature):
            return kind
    if data[:4] == b"RIFF":
        if data[8:12] == b"WEBP":
            return Format.WEBP
        raise _unsupported("RIFF media file")
    if data[4:8] == b"ftyp":
        return _of_container(data)
    for signature, name in _NAMED:
        if data.startswith(signature):
            raise _unsupported(name)
    if len(data) > 2 and data[:1] == b"P" and data[1:2] in b"1234567" and data[2:3].isspace():
        raise _unsupported("Netpbm picture")
    if is_markup(data):
        raise _unsupported("drawing or page in markup (SVG, HTML)")
    raise NotAPicture("The file is in no known picture format.", _ADVICE)


def _of_container(data: bytes) -> Format:
    """ISO/IEC 14496-12: what its items are, else what its brands say.

    A film without pictures is refused, by name: a viewer shows it, and it is not looked at here.
    """
    container = read_container(data)
    if b"av01" in container.items:
        return Format.AVIF
    if container.items:
        return Format.HEIC
    if container.brands & _AVIF_BRANDS:
        return Format.AVIF
    if container.brands & _HEIC_BRANDS and not container.has_tracks:
        return Format.HEIC
    raise _unsupported("film or other media file of the MPEG-4 family")


def _unsupported(name: str) -> UnsupportedPicture:
    return UnsupportedPicture(f"The file is a {name}, which is not read here.", _ADVICE)
