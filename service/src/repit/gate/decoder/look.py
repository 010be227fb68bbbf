"""What one upload looks like: every hash that may meet the bank.

In: the bytes of a picture. Out: `Look`, as the head and body of a frame and back. Next: `worker` sends it
through the pipe, `repit.gate.matching` asks the index. Nothing of the picture itself is in it.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from repit_engine.errors import PictureRefused
from repit_engine.pdq import Orientation, hash_luma_orientations
from repit_engine.picture import Limits, open_picture
from repit_engine.types import HASH_BYTES, HashArray, NotHashable, as_hash_array

ORIENTATIONS: Final = len(Orientation)


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Look:
    """`whole`: ``(8, 32) uint8``, the picture in every `Orientation`; `quality` 0 to 100."""

    whole: HashArray
    quality: int

    def __repr__(self) -> str:
        return f"Look(quality={self.quality})"


def look(data: bytes, limits: Limits) -> Look | NotHashable:
    """Open and hash a picture, to be called in a bounded process only."""
    try:
        picture = open_picture(data, limits)
    except PictureRefused as refusal:
        return NotHashable(refusal.code, refusal.message, refusal.next_step)
    whole, quality = hash_luma_orientations(
        picture.luma,
        width=picture.width,
        height=picture.height,
        shrink=picture.shrink,
        partial_first_column=picture.partial_first_column,
        partial_first_row=picture.partial_first_row,
    )
    return Look(whole, quality)


def to_frames(outcome: Look | NotHashable) -> tuple[dict[str, Any], bytes]:
    """An outcome as the JSON head and the rows that follow it."""
    if isinstance(outcome, Look):
        return {"quality": outcome.quality}, outcome.whole.tobytes()
    return {
        "reason": outcome.reason,
        "message": outcome.message,
        "next_step": outcome.next_step,
    }, b""


def from_frames(head: dict[str, Any], body: bytes) -> Look | NotHashable:
    """What `to_frames` wrote; the child may have been taken over, so nothing is trusted.

    Raises `ValueError`, `KeyError`, `TypeError`.
    """
    if "reason" in head:
        reason, message, step = (str(head[name])[:300] for name in ("reason", "message", "next_step"))
        return NotHashable(reason, message, step)
    rows = np.frombuffer(body, np.uint8)
    if len(rows) != ORIENTATIONS * HASH_BYTES:
        raise ValueError
    return Look(as_hash_array(rows.reshape(ORIENTATIONS, HASH_BYTES)), int(head["quality"]))
