"""Whether a square holds something drawn, such as a sticker, text or an interface, rather than photographed.

In: a working plane, squares. Out: which of them are drawn. Next: `anchors.bank` passes those over, since
unrelated pictures share them. A stop-list knows the drawings that it has seen; this needs to have seen none.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

SHADE: Final = 10
"""Bits of a working pixel below its shade: 64 shades of four grey levels."""
FULLEST: Final = 4
MOST: Final = (62, 100)
"""Largest share of a square's pixels that its four fullest shades may hold. Of anchors of photographs the
median has 0.23 and 2 % have more than 0.61; those shared through stickers, text and interfaces 0.69 and more
(93 photographs of animals, `bench.robustness.shared`)."""


def drawn(work: NDArray[np.int32], areas: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which of the squares (left, top, width, height in 1/64 of a working pixel) are drawn: ``(n,) bool``.

    Counts the whole pixels from the one in which the square begins to the one before that in which it ends.
    """
    height, width = work.shape
    result = np.zeros(len(areas), np.bool_)
    for place, (left, top, wide, tall) in enumerate(areas.tolist()):
        rows = slice(max(0, top >> 6), min(height, (top + tall) >> 6))
        columns = slice(max(0, left >> 6), min(width, (left + wide) >> 6))
        part = work[rows, columns]
        shades = np.bincount((part >> SHADE).ravel(), minlength=64)
        fullest = int(np.sort(shades)[-FULLEST:].sum())
        result[place] = MOST[1] * fullest > MOST[0] * part.size
    return result
