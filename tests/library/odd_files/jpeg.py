"""JPEG by segments. ITU-T T.81, annex B."""

import struct


def segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def after_start(content: bytes, inserted: bytes) -> bytes:
    return content[:2] + inserted + content[2:]


def before(content: bytes, marker: int, inserted: bytes) -> bytes:
    at = content.index(bytes([0xFF, marker]))
    return content[:at] + inserted + content[at:]


def profile(*pieces: tuple[int, int, bytes]) -> bytes:
    """Numbered pieces of a colour profile: (number, of how many, bytes)."""
    return b"".join(segment(0xE2, b"ICC_PROFILE\0" + bytes([n, of]) + body) for n, of, body in pieces)
