"""How the stored frame becomes the shown one.

In: the display matrix that a file states. Out: one of the eight `Orientation`s, and planes turned by it.
Next: `Frame.turn`; who needs the shown frame itself calls `turned`.
"""

from typing import Any, Final, TypeVar, cast

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from repit_engine.pdq import Orientation

_Plane = TypeVar("_Plane", bound=np.generic)
_STRAIGHT: Final = {
    (1, 1): Orientation.UPRIGHT,
    (-1, 1): Orientation.MIRRORED,
    (1, -1): Orientation.FLIPPED,
    (-1, -1): Orientation.HALF_TURN,
}
"""By the signs of what a step to the right and a step down become, where they stay on their axes."""
_BY_ANGLE: Final = (
    Orientation.UPRIGHT,
    Orientation.QUARTER_TURN_LEFT,
    Orientation.HALF_TURN,
    Orientation.QUARTER_TURN_RIGHT,
)
"""By quarters, counted as PyAV's `rotation` is: against the clock."""
_NO_PIXELS: Final = VideoFrame()
_CROSSED: Final = {
    (1, 1): Orientation.TRANSPOSED,
    (1, -1): Orientation.QUARTER_TURN_RIGHT,
    (-1, 1): Orientation.QUARTER_TURN_LEFT,
    (-1, -1): Orientation.ANTI_TRANSPOSED,
}
"""And where they change them: a step to the right goes down (1) or up, a step down goes right (1) or left."""


def orientation_of(matrix: bytes) -> Orientation:
    """Of a display matrix, nine ``<i4``: x′ = a·x + c·y, y′ = b·x + d·y, row by row a b u, c d v, x y w.

    An angle in between, which no camera writes, counts as the nearest quarter.
    """
    a, b, _, c, d = np.frombuffer(matrix, "<i4", 5).astype(np.int64).tolist()
    if abs(a) + abs(d) >= abs(b) + abs(c):
        return _STRAIGHT[_sign(a), _sign(d)]
    return _CROSSED[_sign(b), _sign(c)]


def turn_of(frame: VideoFrame) -> Orientation:
    """By which this frame is to be turned."""
    try:
        beside = frame.side_data
    except ValueError:
        # Beside a kind of data that PyAV has no name for, the matrix is known by its angle alone.
        return _BY_ANGLE[round(frame.rotation / 90) % 4]
    matrix = beside.get("DISPLAYMATRIX")
    turn = Orientation.UPRIGHT if matrix is None else orientation_of(bytes(cast(Any, matrix)))
    # PyAV lets a frame and what stands beside it hold one another, so that each would keep its pixels until
    # Python looks for such rings: hundreds of frames. Made anew for a frame without pixels, it holds that.
    beside.__init__(_NO_PIXELS)  # type: ignore[misc]
    return turn


def turned(plane: NDArray[_Plane], turn: Orientation) -> NDArray[_Plane]:
    """``(h, w)`` as it is shown, C-contiguous; the same array where it is upright already."""
    made: NDArray[Any] = plane
    if turn >= Orientation.TRANSPOSED:
        made = made.T
    # What is left, after columns and rows were exchanged: of columns, of rows.
    columns = turn in (
        Orientation.MIRRORED,
        Orientation.HALF_TURN,
        Orientation.QUARTER_TURN_RIGHT,
        Orientation.ANTI_TRANSPOSED,
    )
    rows = turn in (
        Orientation.FLIPPED,
        Orientation.HALF_TURN,
        Orientation.QUARTER_TURN_LEFT,
        Orientation.ANTI_TRANSPOSED,
    )
    if columns:
        made = made[:, ::-1]
    if rows:
        made = made[::-1]
    return np.ascontiguousarray(made)


def _sign(number: int) -> int:
    return -1 if number < 0 else 1
