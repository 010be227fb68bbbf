import struct
import zlib

import numpy as np
import pytest
from picture_files import photograph


@pytest.fixture
def sixteen_bit_png() -> bytes:
    """The cat as a PNG of 16 bits a channel, which Pillow cannot write. PNG specification, sections 5 and
    11.
    """
    pixels = np.asarray(photograph("chelsea")).astype(">u2") * 257
    height, width, _ = pixels.shape

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in pixels)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )
