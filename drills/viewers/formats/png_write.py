"""PNG and APNG of every colour type, depth and interlacing, written chunk by chunk.

In: samples. Out: chunks, a whole file. Next: `png`.

PNG (Third Edition), W3C 2025: 8 (interlacing), 9 (filtering), 11 (chunks).
"""

import random
import struct
import zlib
from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
Samples = NDArray[np.uint16]
"""``(h, w, channels)``, each 0 to ``2**depth - 1``."""
Chunk = tuple[bytes, bytes]
_ADAM7: Final = (
    (0, 0, 8, 8),
    (4, 0, 8, 8),
    (0, 4, 4, 8),
    (2, 0, 4, 4),
    (0, 2, 2, 4),
    (1, 0, 2, 2),
    (0, 1, 1, 2),
)
CHANNELS: Final = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def file_of(chunks: Iterable[Chunk]) -> bytes:
    return SIGNATURE + b"".join(chunk(kind, body) for kind, body in chunks)


def header(width: int, height: int, depth: int, colour: int, interlaced: bool) -> Chunk:
    return b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, int(interlaced))


def packed(samples: Samples, depth: int, interlaced: bool, dice: random.Random) -> bytes:
    """Filtered and deflated."""
    passes = _ADAM7 if interlaced else ((0, 0, 1, 1),)
    raw = bytearray()
    for left, top, across, down in passes:
        part = samples[top::down, left::across]
        if part.size:
            raw += _rows(part, depth, dice.choice((0, 1, 2)))
    return zlib.compress(bytes(raw), dice.choice((1, 6)))


def _rows(part: Samples, depth: int, kind: int) -> bytes:
    height = part.shape[0]
    flat = part.reshape(height, -1)
    if depth == 16:
        rows = flat.astype(">u2").view(np.uint8).reshape(height, -1)
    elif depth == 8:
        rows = flat.astype(np.uint8)
    else:
        each = 8 // depth
        padded = np.zeros((height, -(-flat.shape[1] // each) * each), np.uint8)
        padded[:, : flat.shape[1]] = flat
        groups = padded.reshape(height, -1, each)
        shifts = np.arange(each - 1, -1, -1) * depth
        rows = (groups.astype(np.uint16) << shifts).sum(axis=2).astype(np.uint8)
    step = max(1, depth * part.shape[2] // 8)
    before = np.zeros_like(rows)
    if kind == 1:
        before[:, step:] = rows[:, :-step] if rows.shape[1] > step else before[:, step:]
    elif kind == 2:
        before[1:] = rows[:-1]
    filtered = np.empty((height, rows.shape[1] + 1), np.uint8)
    filtered[:, 0], filtered[:, 1:] = kind, rows - before
    return filtered.tobytes()
