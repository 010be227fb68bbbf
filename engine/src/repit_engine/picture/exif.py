"""Which way up a picture is, as its camera noted it.

In: an EXIF block. Out: an orientation, 1 to 8. Next: the readers of JPEG and PNG. Browsers turn no WebP by
it, and AVIF and HEIF by their container's own properties alone.

Read as browsers read it: one 16-bit number in the first directory, or nothing. Readers that take other kinds
of numbers turn pictures that browsers leave as they are. Exif 2.32, sections 4.5 and 4.6.
"""

import struct
from typing import Final

_ORIENTATION: Final = 0x0112
_SHORT: Final = 3
_ORDERS: Final = {b"II*\0": "<", b"MM\0*": ">"}
_ENTRY: Final = 12


def exif_orientation(block: bytes | None) -> int:
    """Tag 0x0112 of a TIFF block, or 1 where there is none, it cannot be read or it is out of range."""
    block = block or b""
    order = _ORDERS.get(block[:4])
    if order is None or len(block) < 8:
        return 1
    start = int.from_bytes(block[4:8], "little" if order == "<" else "big")
    if start + 2 > len(block):
        return 1
    (count,) = struct.unpack_from(order + "H", block, start)
    for at in range(start + 2, min(start + 2 + _ENTRY * count, len(block) - _ENTRY + 1), _ENTRY):
        tag, kind, number, value = struct.unpack_from(order + "HHIH", block, at)
        if tag == _ORIENTATION and kind == _SHORT and number == 1:
            return int(value) if 1 <= value <= 8 else 1
    return 1
