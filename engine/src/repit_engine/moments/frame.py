"""Hashes of one frame of a video, as it is shown.

In: a `Frame` of `repit_engine.video`, luma as stored. Out: its PDQ, in one orientation or eight, and the
plane on which its anchors are found. Next: `bank`, `query`. docs/en/moments.md, section 1.

The stored luma is the contract that lets browser and engine agree in every bit: no colour is computed, no
pixel turned. Samples, or coefficients, are turned instead, and where black is 16 and white 235, quality and
anchors are told as if they were 0 and 255; the bits of the whole do not depend on it.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from repit_engine.anchors.plane import working_plane
from repit_engine.kernels import jit
from repit_engine.pdq import MIN_SIDE, Orientation, hash_luma_orientations
from repit_engine.pdq.weights import side
from repit_engine.types import HASH_BYTES, HashArray
from repit_engine.video import Frame

BLACK: Final = 16
"""Of limited range."""
RANGE: Final = 219
"""From its black to its white, 235."""
_SCALE: Final = np.float32(255) / np.float32(RANGE)
_WHITE: Final = 255 * 256
ACROSS: Final = frozenset({1, 3, 6, 7})
"""Orientations in which, once transposed where they are, left and right are exchanged."""
DOWN: Final = frozenset({2, 3, 5, 7})
"""The same of top and bottom."""


def turned(plane: NDArray[np.int32], turn: Orientation) -> NDArray[np.int32]:
    """A plane turned as `Orientation` says."""
    if turn >= Orientation.TRANSPOSED:
        plane = plane.T
    if turn in ACROSS:
        plane = plane[:, ::-1]
    if turn in DOWN:
        plane = plane[::-1]
    return np.ascontiguousarray(plane)


def _composed() -> NDArray[np.intp]:
    """Row t, column o: the orientation of what is turned as t says and then as o says."""
    mark = np.arange(6, dtype=np.int32).reshape(2, 3)
    ways = [turned(mark, turn).tolist() for turn in Orientation]
    return np.array(
        [[ways.index(turned(turned(mark, t), o).tolist()) for o in Orientation] for t in Orientation]
    )


COMPOSED: Final = _composed()


def whole(frame: Frame, orientation: Orientation = Orientation.UPRIGHT) -> tuple[NDArray[np.uint8], int]:
    """``(32,) uint8`` and the quality of the frame as shown, turned once more as `orientation` says."""
    row = np.zeros(HASH_BYTES, np.uint8)
    height, width = frame.luma.shape
    if min(height, width) < MIN_SIDE:
        return row, 0
    turn = int(COMPOSED[frame.turn, orientation])
    down, across = side(height, 1, bool(turn & 2)), side(width, 1, bool(turn & 1))
    lowest, scale = _range(frame)
    quality = jit.pdq_bits.turned_hash(frame.luma, down, across, turn, lowest, scale, row)
    return row, int(quality)


def orientations(frame: Frame) -> tuple[HashArray, int]:
    """``(8, 32) uint8`` and the quality: the frame as shown in each orientation, bit for bit what `whole`
    says, while the quality is rounded.
    """
    rows, quality = hash_luma_orientations(frame.luma)
    return np.ascontiguousarray(rows[COMPOSED[frame.turn]]), shown_quality(frame, quality)


def shown_quality(frame: Frame, quality: int) -> int:
    """Of a hash of the stored luma, as if black were 0 and white 255."""
    return min(100, quality * 255 // RANGE) if frame.limited else quality


def plane(frame: Frame) -> NDArray[np.int32]:
    """The plane of `repit_engine.anchors` of the frame as shown, black 0 and white 255.

    It is the plane of the turned luma, since an exact area average does not mind which is done first.
    """
    work = turned(working_plane(frame.luma), frame.turn)
    if frame.limited:
        work -= BLACK * 256
        work *= 255
        work += RANGE // 2
        work //= RANGE
    return work.clip(0, _WHITE, out=work)


def _range(frame: Frame) -> tuple[np.float32, np.float32]:
    return (np.float32(BLACK), _SCALE) if frame.limited else (np.float32(0), np.float32(1))
