"""Whether a square holds something drawn, such as a sticker, text or an interface, rather than photographed.

In: a working plane, squares. Out: which of them are drawn. Next: `anchors.bank` passes those over, and
`anchors.query` does not ask for them, since unrelated pictures share them. A stop-list knows the drawings
that it has seen; this needs to have seen none.

Drawings are made of few shades with sharp steps between them; photographs of many, most of whose steps are
small and lie everywhere. All three signs count together, since a sticker's square also holds some of what
lies behind it, and a shaded ball with two eyes has many shades but few steps.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from repit_engine.kernels import jit

SHARP: Final = 24
"""Smallest step between neighbours that is sharp, in two grey levels: 48 levels."""
SPREAD: Final = 1.5
"""What the spread of the steps weighs against the other two signs."""
BANKED: Final = 0.12
"""Largest sum of the signs on the bank side, where the next anchor takes the place of one passed over: 7 in
100 of the anchors of photographs have more, 99 in 100 of those that pictures shared through 28 stickers,
marks, texts and interfaces (60 photographs of animals, `bench.robustness.shared` and `shared_wider`)."""
ASKED: Final = 0.3
"""The same on the query side, where nothing does, and 2 in 100 have more."""


def drawn(work: NDArray[np.int32], areas: NDArray[np.int64], most: float = BANKED) -> NDArray[np.bool_]:
    """Which of the squares (left, top, width, height in 1/64 of a working pixel) are drawn: ``(n,) bool``.

    The share of the pixels in the fullest shade, plus the share of all steps that are sharp ones, less
    `SPREAD` times the share of the neighbours over which the steps spread (the square of their sum over the
    sum of their squares). In doubles, in the order written here, so that every program says the same.
    """
    pixels, fullest, pairs, steps, sharp, squares = jit.anchors_drawn.drawing(work, areas, SHARP).T
    spread = steps * steps // np.maximum(squares, 1)
    signs = fullest / np.maximum(pixels, 1) + sharp / np.maximum(steps, 1)
    result: NDArray[np.bool_] = (signs > most + SPREAD * (spread / np.maximum(pairs, 1))) & (pixels > 0)
    return result
