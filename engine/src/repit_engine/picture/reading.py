"""Which reader reads which format.

In: bytes whose format is known. Out: the views that its reader finds. Next: `open_picture`,
`repit_engine.views`.

Pillow's plugins are called by name rather than through `Image.open`: no other format can be reached, nothing
is registered in the process, and our own limit on pixels stands in for Pillow's, which is a global of the
process.
"""

from collections.abc import Callable, Iterator
from typing import Final

from repit_engine.picture.bmp import read_bmp
from repit_engine.picture.formats import Format
from repit_engine.picture.gif import read_gif
from repit_engine.picture.heif import read_avif, read_heic
from repit_engine.picture.ico import read_ico
from repit_engine.picture.jpeg import read_jpeg
from repit_engine.picture.limits import Deadline, Limits
from repit_engine.picture.png import read_png
from repit_engine.picture.shown import Shown, Unseen
from repit_engine.picture.tiff import read_tiff
from repit_engine.picture.webp import read_webp

_READERS: Final[dict[Format, Callable[..., Iterator[Shown | Unseen]]]] = {
    Format.PNG: read_png,
    Format.GIF: read_gif,
    Format.WEBP: read_webp,
    Format.BMP: read_bmp,
    Format.ICO: read_ico,
    Format.TIFF: read_tiff,
    Format.HEIC: read_heic,
    Format.AVIF: read_avif,
}


def read(
    content: bytes,
    kind: Format,
    limits: Limits,
    deadline: Deadline,
    *,
    colour: bool,
    full: bool,
    closely: bool,
) -> Iterator[Shown | Unseen]:
    """Views, one at a time. Raises `PictureRefused`, and whatever the libraries raise."""
    if kind is Format.JPEG:
        yield from read_jpeg(content, limits, deadline, colour=colour, full=full, closely=closely)
    else:
        yield from _READERS[kind](content, limits, deadline, colour=colour)
