"""How dear a picture will be to open, from its header alone: no pixel is decoded.

In: the bytes of a file, its format. Out: its pixels, weighed by what its format costs a pixel. Next: whoever
hands out decoders (`repit.platform.gate.decoder`), and keeps a few of them for the dear ones.

A file of a hundred kilobytes may declare a hundred million pixels. The header is read by the very plugin that
would decode the file, so that the two cannot disagree. An estimate all the same: who hands out decoders also
looks at the processor time that is really used.
"""

import io
from typing import Final

from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    ImageFile,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)
from pillow_heif import HeifImageFile

from repit_engine.errors import PictureRefused
from repit_engine.picture.formats import Format
from repit_engine.picture.refusals import decoding

_READERS: Final[dict[Format, tuple[type[ImageFile.ImageFile], float]]] = {
    Format.JPEG: (JpegImagePlugin.JpegImageFile, 0.1),
    Format.PNG: (PngImagePlugin.PngImageFile, 1.0),
    Format.WEBP: (WebPImagePlugin.WebPImageFile, 1.0),
    Format.AVIF: (AvifImagePlugin.AvifImageFile, 1.0),
    Format.HEIC: (HeifImageFile, 1.0),
    Format.TIFF: (TiffImagePlugin.TiffImageFile, 0.5),
    Format.GIF: (GifImagePlugin.GifImageFile, 0.5),
    Format.BMP: (BmpImagePlugin.BmpImageFile, 0.25),
}
"""Who reads the header, and what a pixel costs beside one of a PNG (about 25 ns to open and convert)."""
_SCAN: Final = 0.03
"""What a pixel costs in each pass of a JPEG that is stored in several."""
_MARK: Final = b"\xff\xda"


def cost_of(data: bytes, known: Format) -> int:
    """Pixels of a PNG that would cost as much; 0 for what has no readable header: opening it says why.
    `known`: its format."""
    try:
        reader, weight = _READERS[known]
        with decoding(), reader(io.BytesIO(data)) as image:
            width, height = image.size
            if image.info.get("progressive"):
                weight = max(weight, _SCAN * data.count(_MARK))
    except (PictureRefused, KeyError):
        return 0
    return int(width * height * weight)
