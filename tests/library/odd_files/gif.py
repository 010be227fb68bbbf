"""GIF by blocks. GIF89a."""

import io
import struct

from PIL import Image


def gif(size: tuple[int, int], frames, *, background: int = 0, loops: bool = True) -> bytes:
    """`frames`: (image in mode P, left, top, hundredths of a second, disposal, key or None)."""
    out = b"GIF89a" + struct.pack("<HHBBB", *size, 0xF0, background, 0) + bytes((0, 0, 0, 200, 40, 40))
    if loops:
        out += b"\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0"
    for image, left, top, wait, disposal, key in frames:
        packed = disposal << 2 | (key is not None)
        out += b"\x21\xf9\x04" + struct.pack("<BHB", packed, wait, key or 0) + b"\0"
        table, coded = _coded(image)
        out += b"," + struct.pack("<HHHHB", left, top, *image.size, 0x87) + table + coded
    return out + b";"


def _coded(image: Image.Image) -> tuple[bytes, bytes]:
    """256 colours, and the codes as Pillow writes them."""
    file = io.BytesIO()
    image.save(file, "GIF", optimize=False, interlace=0)
    content = file.getvalue()
    at = content.index(b"," + bytes(4) + struct.pack("<HH", *image.size), 13)
    own = content[at + 9] & 0x80
    start = at + 10 + (3 << (content[at + 9] & 7) + 1 if own else 0)
    table = bytes(image.getpalette()[:768]).ljust(768, b"\0")
    return table, content[start:-1]
