"""The one EXIF field wanted: which program says that it made the file.

In: a TIFF block, hostile. Out: its Software text. Next: `containers`. Only the first directory is read.
"""

import struct
from typing import Final

_SOFTWARE: Final = 0x0131
_ASCII: Final = 2
_MOST_ENTRIES: Final = 256
_MOST_TEXT: Final = 200


def texts(block: bytes) -> list[tuple[str, str]]:
    """("exif-software", text), if there is one."""
    order = {b"II": "<", b"MM": ">"}.get(block[:2])
    if order is None:
        return []
    try:
        (directory,) = struct.unpack_from(f"{order}I", block, 4)
        (entries,) = struct.unpack_from(f"{order}H", block, directory)
        for number in range(min(entries, _MOST_ENTRIES)):
            tag, kind, count, where = struct.unpack_from(f"{order}HHII", block, directory + 2 + 12 * number)
            if tag == _SOFTWARE and kind == _ASCII:
                begin = where if count > 4 else directory + 2 + 12 * number + 8
                text = block[begin : begin + min(count, _MOST_TEXT)].partition(b"\0")[0]
                return [("exif-software", text.decode("utf-8", "replace"))]
    except struct.error:
        return []
    return []
