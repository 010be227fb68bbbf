"""WebP by chunks. RFC 9649."""

import struct


def chunks(content: bytes):
    at = 12
    while at + 8 <= len(content):
        (size,) = struct.unpack("<I", content[at + 4 : at + 8])
        yield content[at : at + 4], content[at + 8 : at + 8 + size]
        at += 8 + size + (size & 1)


def riff(parts, *, size: int | None = None) -> bytes:
    body = b"WEBP" + b"".join(
        name + struct.pack("<I", len(part)) + part + bytes(len(part) & 1) for name, part in parts
    )
    return b"RIFF" + struct.pack("<I", len(body) if size is None else size) + body


def extended(flags: int, width: int, height: int) -> tuple[bytes, bytes]:
    size = struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
    return b"VP8X", bytes([flags, 0, 0, 0]) + size
