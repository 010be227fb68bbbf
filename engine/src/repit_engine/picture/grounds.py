"""A picture that lets the ground through, on grounds other than white.

In: its luma on white, and how far each pixel covers the ground. Out: its luma on black and on greys. Next:
`layers`.

Sites are white, black and anything between, and a picture may be made to appear on one ground alone. Luma is
linear in the ground's: what white lets through is known exactly, so no pixel has to be composited again.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from repit_engine.types import LumaArray

BLACK: Final = 0
GREYS: Final = (18, 54, 128, 230)
"""What common sites and programs have behind pictures: nearly black, dark grey, the middle, light grey."""
_WHITE: Final = 255.0


def on_ground(on_white: LumaArray, cover: NDArray[np.generic], ground: int) -> LumaArray:
    """``(h, w) float32`` on a grey ground of this level; `cover` ``(h, w)``, 0 to 255."""
    let_through = (_WHITE - cover.astype(np.float32)) * np.float32(1 - ground / _WHITE)
    luma: LumaArray = np.clip(on_white.astype(np.float32) - let_through, 0, _WHITE)
    return luma
