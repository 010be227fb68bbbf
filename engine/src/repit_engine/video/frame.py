"""One shown frame of a video.

In: what `decoding` or `animation` made. Out: `Frame`. Next: `repit_engine.moments` hashes it.
"""

from dataclasses import dataclass

from repit_engine.pdq import Orientation
from repit_engine.types import LumaArray


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Frame:
    """`ms`: from the first shown frame. `luma` ``(h, w)``: as stored, C-contiguous, uint8, or float32 where
    there are more than 8 bits or a curve was undone (`luma`), 0 to 255; good until the next frame is asked
    for. `turn`: by which it becomes what is shown (`turned`). `limited`: its luma goes from 16 to 235.
    `corrupt`: the decoder found it damaged. `keyframe`: coded by itself. The `repr` shows no pixel.
    """

    ms: int
    luma: LumaArray
    turn: Orientation = Orientation.UPRIGHT
    limited: bool = True
    corrupt: bool = False
    keyframe: bool = False

    def __repr__(self) -> str:
        return f"Frame({self.ms} ms)"
