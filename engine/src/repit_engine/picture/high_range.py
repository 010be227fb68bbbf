"""High dynamic range on an ordinary screen, as Chromium shows it.

In: primaries and transfer (PQ or HLG). Out: a function from samples to sRGB. Next: `profiles`.

Measured with Chromium 156 on greys and colours: light is counted in shares of 406 cd/m²; in the primaries of
BT.2020, what the brightest channel loses by the curve below, the others lose too. HLG is made light of a
screen of 1,000 cd/m² first, by BT.2100's system gamma of 1.2.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
PQ, HLG = 16, 18
_WHITE: Final = 406.5
_LUMINANCE: Final = np.array((0.2627, 0.6780, 0.0593), np.float32)
_TO_2020: Final = {
    1: ((0.6274, 0.3293, 0.0433), (0.0691, 0.9195, 0.0114), (0.0164, 0.0880, 0.8956)),
    9: ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    12: ((0.7538, 0.1986, 0.0476), (0.0457, 0.9418, 0.0125), (-0.0012, 0.0176, 0.9836)),
}
_FROM_2020: Final = np.array(
    ((1.6605, -0.5876, -0.0728), (-0.1246, 1.1329, -0.0083), (-0.0182, -0.1006, 1.1187)), np.float32
)
_LIGHT: Final = (0, 0.537, 0.646, 0.778, 0.935, 1.122, 1.345, 1.613, 1.932, 2.313, 2.768, 24.6)
_SHOWN: Final = (0, 0.535, 0.604, 0.665, 0.723, 0.784, 0.831, 0.888, 0.939, 0.982, 1, 1)
"""Where the curve leaves the straight line, and how it ends."""


@dataclass(frozen=True, slots=True, eq=False)
class HighRange:
    """One pair of code points (H.273)."""

    primaries: int
    light: Callable[[Floats], Floats]

    def shown(self, samples: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """``(n, 3)`` samples as ``(n, 3)`` sRGB."""
        matrix = np.array(_TO_2020.get(self.primaries, _TO_2020[1]), np.float32)
        light = self.light(samples.astype(np.float32) / 255) @ matrix.T
        brightest = light.max(axis=1, keepdims=True)
        kept = np.interp(brightest, _LIGHT, _SHOWN).astype(np.float32) / np.maximum(brightest, 1e-6)
        linear = np.clip((light * kept) @ _FROM_2020.T, 0, 1)
        encoded = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
        found: NDArray[np.uint8] = np.rint(encoded * 255).astype(np.uint8)
        return found


def high_range(primaries: int, transfer: int) -> HighRange | None:
    """None where the transfer is neither."""
    light = {PQ: _pq, HLG: _hlg}.get(transfer)
    return HighRange(primaries, light) if light else None


def _pq(values: Floats) -> Floats:
    """SMPTE ST 2084."""
    root = values ** np.float32(32 / 2523)
    share = np.maximum(root - 3424 / 4096, 0) / (2413 / 128 - 2392 / 128 * root)
    light: Floats = (share ** (16384 / 2610) * (10_000 / _WHITE)).astype(np.float32)
    return light


def _hlg(values: Floats) -> Floats:
    """ARIB STD-B67, then the screen's gamma by luminance."""
    scene = np.where(
        values <= 0.5, values**2 / 3, (np.exp((values - 0.55991073) / 0.17883277) + 0.28466892) / 12
    )
    luminance = np.maximum((scene * _LUMINANCE).sum(axis=1, keepdims=True), 1e-9)
    light: Floats = (scene * luminance**0.2 * (1000 / _WHITE)).astype(np.float32)
    return light
