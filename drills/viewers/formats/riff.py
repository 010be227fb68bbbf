"""RIFF chunks, as WebP has them.

In: bytes. Out: chunks, and bytes again. Next: `webp`, `webp_mutations`.

The WebP Container Specification, RFC 9649, section 2.
"""

import struct
from dataclasses import dataclass


@dataclass
class Chunk:
    """`size` and `padding` only where they are not what they should be."""

    kind: bytes
    body: bytes
    size: int | None = None
    padding: bytes | None = None

    def packed(self) -> bytes:
        size = len(self.body) if self.size is None else self.size
        padding = bytes(len(self.body) % 2) if self.padding is None else self.padding
        return self.kind + struct.pack("<I", size & 0xFFFFFFFF) + self.body + padding


def chunks_of(data: bytes, at: int = 12) -> tuple[list[Chunk], bytes]:
    """The whole chunks from `at` on, and what is left."""
    chunks = []
    while at + 8 <= len(data):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        if at + 8 + size > len(data):
            break
        chunks.append(Chunk(data[at : at + 4], data[at + 8 : at + 8 + size]))
        at += 8 + size + size % 2
    return chunks, data[at:]


def file_of(chunks: list[Chunk], rest: bytes = b"", extra: int = 0) -> bytes:
    """A WebP file; `extra` makes the size in its header lie by so much."""
    body = b"WEBP" + b"".join(chunk.packed() for chunk in chunks)
    return b"RIFF" + struct.pack("<I", (len(body) + extra) & 0xFFFFFFFF) + body + rest


def extended(flags: int, width: int, height: int) -> Chunk:
    """VP8X, which says what else stands in the file."""
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return Chunk(b"VP8X", bytes((flags, 0, 0, 0)) + size)
