"""The views of one upload that may meet the bank, as they cross the pipe.

In: stages of `QueryHashes` in the child, bytes in the parent. Out: the other of the two. Next: `worker` sends
them, `repit.platform.gate.altered` asks the index. Nothing of the picture itself is in them.
"""

from typing import Any, Final

import numpy as np

from repit_engine.anchors import Budget, Kind, QueryHashes, Stage
from repit_engine.pdq import Orientation
from repit_engine.types import HASH_BYTES, NotHashable, as_hash_array

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
MOST_HEAD: Final = 4096
_REACH: Final = 2.0
"""Rectangles of a turned upload may reach a little beyond it; nothing honest reaches this far."""


def to_bytes(views: QueryHashes) -> bytes:
    """One stage as rows of fixed length."""
    rows = np.zeros(len(views), _ROW)
    rows["hash"], rows["rectangle"] = views.hashes, views.rectangles
    rows["kind"], rows["orientation"], rows["stage"] = views.kinds, views.orientation, views.stages
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


def refused(outcome: NotHashable) -> dict[str, Any]:
    """Why there are no views, as the head of an answer."""
    return {"reason": outcome.reason, "message": outcome.message, "next_step": outcome.next_step}


def refusal(head: dict[str, Any]) -> NotHashable | None:
    """What `refused` wrote, if the head says so. Raises `KeyError`."""
    if "reason" not in head:
        return None
    reason, message, step = (str(head[name])[:300] for name in ("reason", "message", "next_step"))
    return NotHashable(reason, message, step)


def out_of_time() -> NotHashable:
    """The time granted ended before the last stage that was asked for."""
    return NotHashable("no-time", "The time for this upload ended.", "Send it again, or send a smaller file.")
