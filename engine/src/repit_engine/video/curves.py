"""The curves of high dynamic range undone: PQ and HLG samples as ordinary video would have stored them.

In: nothing. Out: `table`, 1024 whole numbers, one for each 10-bit sample. Next: `luma`. The browser has the
same tables (`conformance/curves.json`).

A copy that was made for ordinary screens has another luma than the recording: 19.5 bits of a hash, 38 at
most, for PQ; 6.8 and 14 for HLG. With the curve undone 2.1 and 6; 4.1 and 10. Sources: SMPTE ST 2084, ARIB
STD-B67 (ITU-R BT.2100); white at 203 cd/m², which is 0.265 of HLG's scene (BT.2408); BT.1886 and its
like for ordinary screens.
"""

import functools
import math
from enum import Enum
from typing import Final

import numpy as np
from numpy.typing import NDArray

_WHITE: Final = 203.0
_M1, _M2, _C1, _C2, _C3 = 0.1593017578125, 78.84375, 0.8359375, 18.8515625, 18.6875
_A, _B, _C = 0.17883277, 0.28466892, 0.55991073


class Curve(Enum):
    """By its number in ISO/IEC 23091-2, which every container and codec has."""

    PQ = 16
    HLG = 18


@functools.cache
def table(curve: Curve, limited: bool) -> NDArray[np.uint16]:
    """``(1024,) uint16``: sample of 10 bits to sample of 10 bits, of the same range; not to be written to."""
    values = [exact(curve, limited, sample) for sample in range(1024)]
    made = np.array([math.floor(value + 0.5) for value in values], np.uint16)
    made.flags.writeable = False
    return made


def exact(curve: Curve, limited: bool, sample: int) -> float:
    """The value that `table` rounds."""
    low, span = (64, 876) if limited else (0, 1023)
    signal = min(1.0, max(0.0, (sample - low) / span))
    light = _of_pq(signal) if curve is Curve.PQ else _of_hlg(signal)
    return low + span * light


def _of_pq(signal: float) -> float:
    power = math.pow(signal, 1 / _M2)
    light = math.pow(max(0.0, power - _C1) / (_C2 - _C3 * power), 1 / _M1) * 10000 / _WHITE
    return math.pow(min(1.0, light), 1 / 2.4)


def _of_hlg(signal: float) -> float:
    light = signal * signal / 3 if signal <= 0.5 else (math.exp((signal - _C) / _A) + _B) / 12
    return math.pow(min(1.0, light / 0.265), 1 / 2.2)
