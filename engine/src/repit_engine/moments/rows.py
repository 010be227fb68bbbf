"""Stages of an upload's video as rows of fixed length, as they cross a pipe between processes.

In: `Asked`. Out: bytes, and the inverse, which trusts none of them. Next: `answering`, `dialogue`. Nothing of
the video itself is in them.
"""

from typing import Final

import numpy as np

from repit_engine.anchors import Kind
from repit_engine.moments.types import LONGEST, Asked, VideoStage
from repit_engine.pdq import Orientation
from repit_engine.types import HASH_BYTES, as_hash_array

MOST_HASHES: Final = 25_000
"""Of one video in all its stages: what 42 million rows can be asked in two seconds."""
_ROW: Final = np.dtype(
    [
        ("hash", np.uint8, HASH_BYTES),
        ("rectangle", "<f8", 4),
        ("ms", "<i8"),
        ("kind", np.uint8),
        ("orientation", np.uint8),
    ]
)
MOST_BYTES: Final = MOST_HASHES * _ROW.itemsize
_REACH: Final = 2.0
"""Rectangles of a turned frame may reach a little beyond it; nothing honest reaches this far."""


def to_bytes(asked: Asked) -> bytes:
    """The rows of one stage; which stage it is does not stand in them."""
    rows = np.zeros(len(asked), _ROW)
    rows["hash"], rows["rectangle"], rows["ms"] = asked.hashes, asked.rectangles, asked.ms
    rows["kind"], rows["orientation"] = asked.kinds, asked.orientation
    return rows.tobytes()


def from_bytes(stage: VideoStage, body: bytes) -> Asked:
    """What `to_bytes` wrote; the child may have been taken over, so nothing is trusted. Raises
    `ValueError`."""
    if len(body) > MOST_BYTES or len(body) % _ROW.itemsize:
        raise ValueError
    rows = np.frombuffer(body, _ROW)
    for name, most in (("kind", len(Kind)), ("orientation", len(Orientation)), ("ms", LONGEST + 1)):
        if len(rows) and not 0 <= int(rows[name].min()) <= int(rows[name].max()) < most:
            raise ValueError
    # Copied even where one row counts as contiguous: kernels are compiled for aligned, writable arrays, and
    # would be compiled anew, in the middle of an upload, for a view into these bytes.
    rectangles = rows["rectangle"].astype(np.float64)
    if not bool(np.all(np.abs(rectangles) <= _REACH)):  # false for NaN, too
        raise ValueError
    return Asked(
        stage,
        as_hash_array(rows["hash"].copy()),
        rows["ms"].astype(np.int64),
        rows["kind"].copy(),
        rows["orientation"].copy(),
        rectangles,
    )
