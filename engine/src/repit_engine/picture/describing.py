"""Colours that a file describes by a few numbers, as colour profiles.

In: PNG's gAMA and cHRM, or the code points of ITU-T H.273 (PNG's cICP; AVIF's and HEIF's nclx). Out: ICC
profiles. Next: `profiles`, as for any profile that a file carries.

So a picture that is washed, dark or another one altogether until its gamma is applied is hashed both ways.
High dynamic range is shown in two ways on ordinary screens, both measured: Chromium 156 maps tones
(`high_range`, by a tag of the profile), Firefox 153 shows the share of the format's own peak.
"""

import struct
from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from repit_engine.picture.high_range import HLG, PQ
from repit_engine.picture.icc import assembled, xyz

Chromaticities = tuple[float, ...]
"""x and y of white, red, green and blue."""
Levels = NDArray[np.float64]
Curve = Callable[[Levels], Levels]

_LEVELS: Final = 256
_VERSION_2: Final = 0x02400000
_SRGB: Final = (0.3127, 0.3290, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06)
_D50: Final = (0.96422, 1.0, 0.82521)
_BRADFORD: Final = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
_PRIMARIES: Final[dict[int, Chromaticities]] = {
    1: _SRGB,
    4: (0.310, 0.316, 0.67, 0.33, 0.21, 0.71, 0.14, 0.08),
    5: (0.3127, 0.3290, 0.64, 0.33, 0.29, 0.60, 0.15, 0.06),
    6: (0.3127, 0.3290, 0.630, 0.340, 0.310, 0.595, 0.155, 0.070),
    7: (0.3127, 0.3290, 0.630, 0.340, 0.310, 0.595, 0.155, 0.070),
    8: (0.310, 0.316, 0.681, 0.319, 0.243, 0.692, 0.145, 0.049),
    9: (0.3127, 0.3290, 0.708, 0.292, 0.170, 0.797, 0.131, 0.046),
    10: (1 / 3, 1 / 3, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0),
    11: (0.314, 0.351, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060),
    12: (0.3127, 0.3290, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060),
    22: (0.3127, 0.3290, 0.630, 0.340, 0.295, 0.605, 0.155, 0.077),
}
"""H.273, table 2."""


def from_gamma(gamma: float, chromaticities: Chromaticities | None) -> bytes | None:
    """A profile of samples stored as light to the power of `gamma`; None where nobody could show that."""
    if gamma <= 0:
        return None
    return _profile(lambda levels: levels ** (1 / gamma), chromaticities or _SRGB)


def from_code_points(primaries: int, transfer: int) -> list[bytes]:
    """The profiles that browsers take these for, Chromium's first; none where they show what is stored."""
    chromaticities = _PRIMARIES.get(primaries, _SRGB)
    tags = (
        {b"cicp": b"cicp\0\0\0\0" + bytes((primaries & 255, transfer, 0, 1))} if transfer in (PQ, HLG) else {}
    )
    ways = [_profile(curve, chromaticities, tags) for curve in _CURVES.get(transfer, (_linear,))]
    return [way for way in ways if way is not None]


def _linear(levels: Levels) -> Levels:
    """IEC 61966-2-1."""
    return np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4)


def _pq(levels: Levels) -> Levels:
    """SMPTE ST 2084, of a peak of 10,000 candelas."""
    root = levels ** (32 / 2523)
    return (np.maximum(root - 3424 / 4096, 0) / (2413 / 128 - 2392 / 128 * root)) ** (16384 / 2610)


def _hlg(levels: Levels) -> Levels:
    """ARIB STD-B67, of the scene."""
    return np.where(
        levels <= 0.5, levels**2 / 3, (np.exp((levels - 0.55991073) / 0.17883277) + 0.28466892) / 12
    )


def _smpte_240m(levels: Levels) -> Levels:
    return np.where(levels < 0.0913, levels / 4, ((levels + 0.1115) / 1.1115) ** (1 / 0.45))


def _power(gamma: float) -> Curve:
    return lambda levels: levels**gamma


_CURVES: Final[dict[int, tuple[Curve, ...]]] = {
    **dict.fromkeys((1, 6, 11, 14, 15), (_power(2.4),)),
    4: (_power(2.2),),
    5: (_power(2.8),),
    7: (_smpte_240m,),
    8: (_power(1.0),),
    16: (_pq,),
    17: (lambda levels: np.minimum(levels**2.6 * 52.37 / 48, 1),),
    18: (_hlg,),
}
"""H.273, table 3: from what is stored to linear light, each 0 to 1. Of all others browsers show sRGB's."""


def _profile(
    curve: Curve, chromaticities: Chromaticities, more: dict[bytes, bytes] | None = None
) -> bytes | None:
    colorants = _colorants(chromaticities)
    if colorants is None:
        return None
    with np.errstate(all="ignore"):
        light = np.nan_to_num(curve(np.linspace(0.0, 1.0, _LEVELS)), nan=0.0, posinf=1.0)
    values = np.rint(np.clip(light, 0, 1) * 65535).astype(">u2").tobytes()
    tone = b"curv\0\0\0\0" + struct.pack(">I", _LEVELS) + values
    tags = {
        name + b"XYZ": xyz(tuple(colour)) for name, colour in zip((b"r", b"g", b"b"), colorants, strict=True)
    }
    tags |= {name + b"TRC": tone for name in (b"r", b"g", b"b")} | (more or {})
    return assembled(b"RGB ", b"XYZ ", _VERSION_2, tags)


def _colorants(chromaticities: Chromaticities) -> list[list[float]] | None:
    """Red, green and blue as XYZ under D50 (Bradford); None for primaries that span no colours."""
    across, up = chromaticities[:2]
    if up <= 0:
        return None
    white = np.array([across / up, 1.0, (1 - across - up) / up])
    colours = np.array([[x, y, 1 - x - y] for x, y in zip(*[iter(chromaticities[2:])] * 2, strict=True)]).T
    try:
        colours = colours * np.linalg.solve(colours, white)
    except np.linalg.LinAlgError:
        return None
    ratio = (_BRADFORD @ np.array(_D50)) / (_BRADFORD @ white)
    adapted = np.linalg.inv(_BRADFORD) @ np.diag(ratio) @ _BRADFORD @ colours
    if not np.isfinite(adapted).all() or np.abs(adapted).max() > 30_000:
        return None
    return [list(map(float, colour)) for colour in adapted.T]
