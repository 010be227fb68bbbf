"""Which rectangles come back in one plane after another, and where exactly the sides of one lie.

In: working planes of still moments. Out: rectangles in working pixels. Next: `parts`.

In one plane a rectangle between long straight edges may be a window, a book, chance. What bounds a film that
is shown in a part of the frame is there in most of the planes, at the same place.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from repit_engine.kernels import jit

Boxes = NDArray[np.int64]
"""``(n, 4)``: left, top, right, bottom; the latter two beyond."""

MOST_OF_PLANE: Final = 10
"""Rectangles of one plane by how well their sides are seen, and as many that no edge divides."""
LEAST_STEP: Final = 5 * 256
"""Smallest step between neighbours that counts, in 1/256 of a level; as in one picture."""
LEAST_SIDES: Final = 2
"""Of its own, as in a corner; a line from side to side is told by its steps (`parts`)."""
ALIKE: Final = 0.9
"""Two rectangles of two planes with so much in common, of all they cover, are one."""
LEAST_SEEN: Final = 3
LEAST_OFTEN: Final = 0.3
"""Of all planes."""
_MOST_HELD: Final = 256
_REACH: Final = 10
"""Working pixels by which a side may have been misplaced: a coder's block, a scaled edge."""
_INSET: Final = 12
"""Part of a side, at its ends, in which its step is not told: another side may lie there."""
_ROUNDS: Final = 2


class Recurring:
    """Rectangles and in how many planes each was seen; the seldom seen give way."""

    def __init__(self) -> None:
        self._planes = 0
        self._first: Boxes = np.empty((0, 4), np.int64)
        self._sums: Boxes = np.empty((0, 4), np.int64)
        self._seen: NDArray[np.int64] = np.empty(0, np.int64)

    def add(self, plane: NDArray[np.int32]) -> None:
        """Take the next plane, of the size of those before."""
        self._planes += 1
        found = jit.anchors_frames.propose(plane, MOST_OF_PLANE, LEAST_STEP)
        height, width = plane.shape
        found = found[(found != [0, 0, width, height]).sum(axis=1) >= LEAST_SIDES]
        common = shared(found, self._first) >= ALIKE
        known = common.any(axis=1)
        if known.any():
            # Each is told once a plane, by the likeliest of those that resemble it.
            which, by = np.unique(common[known].argmax(axis=1), return_index=True)
            self._seen[which] += 1
            self._sums[which] += found[known][by]
        fresh = found[~known]
        fresh = fresh[
            [not (shared(fresh[at : at + 1], fresh[:at]) >= ALIKE).any() for at in range(len(fresh))]
        ]
        self._first = np.concatenate([self._first, fresh])
        self._sums = np.concatenate([self._sums, fresh])
        self._seen = np.concatenate([self._seen, np.ones(len(fresh), np.int64)])
        if len(self._seen) > 2 * _MOST_HELD:
            kept = np.sort(np.argsort(-self._seen, kind="stable")[:_MOST_HELD])
            self._first, self._sums, self._seen = self._first[kept], self._sums[kept], self._seen[kept]

    def boxes(self) -> Boxes:
        """Those that were seen often, most often first."""
        often = np.flatnonzero(self._seen >= max(LEAST_SEEN, LEAST_OFTEN * self._planes))
        often = often[np.argsort(-self._seen[often], kind="stable")]
        result: Boxes = self._sums[often] // self._seen[often, np.newaxis]
        return result


def shared(some: Boxes, others: Boxes) -> NDArray[np.float64]:
    """Intersection over union of each of `some` with each of `others`."""
    low = np.maximum(some[:, np.newaxis, :2], others[np.newaxis, :, :2])
    high = np.minimum(some[:, np.newaxis, 2:], others[np.newaxis, :, 2:])
    common = np.clip(high - low, 0, None).prod(axis=2)
    areas = [(boxes[:, 2:] - boxes[:, :2]).prod(axis=1) for boxes in (some, others)]
    result: NDArray[np.float64] = common / np.maximum(1, areas[0][:, np.newaxis] + areas[1] - common)
    return result


def snapped(box: Boxes, across: NDArray[np.int64], down: NDArray[np.int64]) -> Boxes:
    """Each side of a ``(4,)`` box moved to the strongest step near by; what is the frame's own side stays.

    `across` ``(height, width - 1)``, `down` ``(height - 1, width)``: steps between neighbours, of all planes.
    """
    left, top, right, bottom = box.tolist()
    width, height = across.shape[1] + 1, down.shape[0] + 1
    for _ in range(_ROUNDS):
        left, right = (_side(across.T, at, top, bottom) if 0 < at < width else at for at in (left, right))
        top, bottom = (_side(down, at, left, right) if 0 < at < height else at for at in (top, bottom))
    return np.array([left, top, right, bottom]) if left < right and top < bottom else box


def _side(steps: NDArray[np.int64], at: int, begin: int, end: int) -> int:
    """Before which line of `steps` the strongest step near `at` is, told between `begin` and `end`."""
    inset = (end - begin) // _INSET
    low = max(0, at - 1 - _REACH)
    near = steps[low : at + _REACH, begin + inset : max(begin + inset + 1, end - inset)]
    return low + int(near.sum(axis=1).argmax()) + 1
