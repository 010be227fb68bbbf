"""What is uploaded: banked pictures, unrelated ones, and bombs. All made by code.

In: numbers. Out: the bytes of files. Next: `attacked`, `opponents`.
"""

import io
import struct
import zlib

from bench.robustness.scenes import scene


def jpeg(number: int) -> bytes:
    """A scene, as a phone would save it."""
    out = io.BytesIO()
    scene(number).save(out, "JPEG", quality=88)
    return out.getvalue()


def bomb(side: int = 10_900) -> bytes:
    """A PNG of about a hundred kilobytes that is a picture of 119 million pixels."""
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0))
    packer, row = zlib.compressobj(9), bytes(side + 1)
    body = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    return b"\x89PNG\r\n\x1a\n" + head + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
