"""Stages of an upload as rows of fixed length, as they cross a pipe between processes.

In: `QueryHashes`. Out: bytes, and the inverse, which trusts none of them. Next:
`repit_engine.cli.scan_child`, a gate's decoders. Nothing of the picture itself is in them.
"""

from typing import Final

import numpy as np

from repit_engine.anchors.query import Budget, Kind, QueryHashes, Stage
from repit_engine.pdq import Orientation
from repit_engine.types import HASH_BYTES, as_hash_array

MOST_HASHES: Final = Budget().hashes
_ROW: Final = np.dtype(
    [
        ("hash", np.uint8, HASH_BYTES),
        ("rectangle", "<f8", 4),
        ("kind", np.uint8),
        ("orientation", np.uint8),
        ("stage", np.uint8),
    ]
)
MOST_BYTES: Final = MOST_HASHES * _ROW.itemsize
_REACH: Final = 2.0
"""Rectangles of a turned upload may reach a little beyond it; nothing honest reaches this far."""


def to_bytes(hashes: QueryHashes) -> bytes:
    """One stage, or several in one."""
    rows = np.zeros(len(hashes), _ROW)
    rows["hash"], rows["rectangle"] = hashes.hashes, hashes.rectangles
    rows["kind"], rows["orientation"], rows["stage"] = hashes.kinds, hashes.orientation, hashes.stages
    return rows.tobytes()


def from_bytes(body: bytes) -> QueryHashes:
    """What `to_bytes` wrote; the child may have been taken over, so nothing is trusted. Raises
    `ValueError`."""
    if len(body) > MOST_BYTES or len(body) % _ROW.itemsize:
        raise ValueError
    rows = np.frombuffer(body, _ROW)
    for name, known in (("kind", Kind), ("orientation", Orientation), ("stage", Stage)):
        if len(rows) and int(rows[name].max()) >= len(known):
            raise ValueError
    # Copied even where one row counts as contiguous: kernels are compiled for aligned, writable arrays, and
    # would be compiled anew, in the middle of an upload, for a view into these bytes.
    rectangles = rows["rectangle"].astype(np.float64)
    if not bool(np.all(np.abs(rectangles) <= _REACH)):  # false for NaN, too
        raise ValueError
    return QueryHashes(
        as_hash_array(rows["hash"].copy()),
        rectangles,
        *(rows[name].copy() for name in ("kind", "orientation", "stage")),
    )
