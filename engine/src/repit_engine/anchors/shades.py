"""Whether a square holds something drawn, such as a sticker, text or an interface, rather than photographed.

In: a working plane, squares. Out: which of them are drawn. Next: `anchors.bank` passes those over, and
`anchors.query` does not ask for them, since unrelated pictures share them. A stop-list knows the drawings
that it has seen; this needs to have seen none.

Drawings are made of few shades with sharp steps between them; photographs of many, most of whose steps are
small. Both signs count together, since a sticker's square also holds some of what lies behind it. And where
a few steps make up nearly all of a square, as in a shaded ball with two eyes, its hash is that of those steps.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from repit_engine.kernels.jit.anchors_drawn import drawing

SHARP: Final = 24
"""Smallest step between neighbours that is sharp, in two grey levels: 48 levels."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Drawn is what has more than `most` hundredths of 3 × its fullest shade's share of the pixels
    + 2 × the sharp steps' share of all steps; or whose steps spread over less than one pair of neighbours in
    `spread`.
    """

    most: int
    spread: int


BANKED: Final = Limits(most=100, spread=5)
"""On the bank side, where the next anchor takes the place of one passed over. Of the anchors of photographs
8 in 100 have more than 0.95 of the first, 5 have less than a fifth of the second; of those that unrelated
pictures shared through 28 stickers, marks, texts and interfaces, 99 in 100 are beyond one or the other (60
photographs of animals, `bench.robustness.shared`)."""
ASKED: Final = Limits(most=150, spread=9)
"""On the query side, where nothing takes its place: what is far beyond."""


def drawn(work: NDArray[np.int32], areas: NDArray[np.int64], limits: Limits = BANKED) -> NDArray[np.bool_]:
    """Which of the squares (left, top, width, height in 1/64 of a working pixel) are drawn: ``(n,) bool``."""
    pixels, fullest, pairs, steps, sharp, squares = drawing(work, areas, SHARP).T
    few = 100 * (3 * fullest * steps + 2 * sharp * pixels) > limits.most * pixels * steps
    breadth = steps * steps // np.maximum(squares, 1)
    result: NDArray[np.bool_] = few | (limits.spread * breadth < pairs)
    return result
