"""Every format but JPEG, through Pillow and libheif.

In: bytes whose format is known. Out: an upright `Picture` at full size. Next: `open_picture` hands it on.
"""

import io
from typing import Final

from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageFile,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)
from pillow_heif import HeifImageFile

from repit_engine.picture.formats import Format
from repit_engine.picture.limits import Deadline, Limits
from repit_engine.picture.modes import pixels_of
from repit_engine.picture.refusals import damaged
from repit_engine.picture.result import Picture, upright

# The plugins are called by name rather than through `Image.open`: no other format can be reached, nothing
# is registered in the process, and our own limit on pixels stands in for Pillow's, which is a global of the
# process.
_PLUGINS: Final[dict[Format, type[ImageFile.ImageFile]]] = {
    Format.PNG: PngImagePlugin.PngImageFile,
    Format.GIF: GifImagePlugin.GifImageFile,
    Format.WEBP: WebPImagePlugin.WebPImageFile,
    Format.BMP: BmpImagePlugin.BmpImageFile,
    Format.TIFF: TiffImagePlugin.TiffImageFile,
    Format.HEIC: HeifImageFile,
    Format.AVIF: AvifImagePlugin.AvifImageFile,
}
# libheif turns the picture itself; Pillow does so for TIFF when loading.
_ALREADY_UPRIGHT: Final = frozenset({Format.HEIC, Format.TIFF})


def read_with_pillow(
    data: bytes, kind: Format, limits: Limits, deadline: Deadline, *, colour: bool
) -> Picture:
    """Decode the first frame. Raises `PictureRefused`, and whatever the libraries raise
    (`refusals.decoding`).
    """
    with _PLUGINS[kind](io.BytesIO(data)) as image:
        limits.check_pixels(*image.size)
        orientation = 1 if kind in _ALREADY_UPRIGHT else exif_orientation(image.info.get("exif"))
        deadline.check()
        image.load()
        deadline.check()
        if min(image.size) < 1:
            raise damaged()
        # What a container declares and what its codec decodes may differ.
        limits.check_pixels(*image.size)
        pixels = pixels_of(image)
        deadline.check()
        return upright(pixels, orientation, image.size, 1, colour=colour)


def exif_orientation(block: bytes | None) -> int:
    """EXIF tag 0x0112, or 1 where there is none, it cannot be read or it is out of range."""
    if not block:
        return 1
    exif = Image.Exif()
    try:
        exif.load(block)
        orientation = exif.get(0x0112, 1)
    except Exception:  # noqa: BLE001 - broken metadata must not cost the picture its hash
        return 1
    return orientation if isinstance(orientation, int) and 1 <= orientation <= 8 else 1
