"""The numbers of the anchors, each stated once (docs/en/altered-copies.md explains them; changing one makes
other hashes: raise `VERSION`).

In: nothing. Out: integer tables. Next: `anchors.bank`, `anchors.query`, the browser package by conformance.
"""

from typing import Final

import numpy as np

VERSION: Final = 1
"""Of the family: hashes of different versions do not meet."""

WORK_SIDE: Final = 512
"""Longer side of the plane on which anchored hashes are taken, in pixels."""

FIRST_SIDE: Final = 256
"""Longer side of the plane of octave 0; each next octave has half of it."""

BLURS: Final = (
    (2626, 2423, 1902, 1271, 723, 350, 144, 51, 15),
    (3360, 2945, 1982, 1025, 407, 124, 29),
    (2666, 2454, 1912, 1262, 705, 334, 134, 45, 13),
    (2116, 2009, 1717, 1321, 916, 572, 321, 163, 74, 30, 11),
    (1678, 1627, 1473, 1249, 992, 737, 513, 334, 204, 116, 62, 31, 15),
    (1334, 1307, 1228, 1107, 957, 794, 632, 482, 353, 248, 167, 108, 67, 40, 23, 12),
)
"""Half of each symmetric blur, centre first, in 1/16384: the first brings a plane to sigma 3.2 / 2^(1/3), the
others lead from each level to the next, a third of an octave wider. Each adds up to 16384."""

# fmt: off
HALF_SIDES: Final = (
    1430, 1451, 1472, 1494, 1515, 1538, 1560, 1583, 1606, 1629, 1653, 1677, 1701, 1726, 1751, 1776, 1802,
    1828, 1855, 1882, 1909, 1937, 1965, 1994, 2023, 2052, 2082, 2113, 2143, 2174, 2206, 2238, 2271, 2304,
    2337, 2371, 2406, 2441, 2476, 2512, 2549, 2586, 2623, 2662, 2700, 2740, 2779, 2820, 2861, 2902, 2945,
    2988, 3031, 3075, 3120, 3165, 3211, 3258, 3305, 3353, 3402, 3452, 3502, 3553,
)
"""Half-side of the square about an extremum of octave 0, in 1/64 of a working pixel, by sixteenths of a
level: 4.4 sigma, rounded."""

_COSINES: Final = (
    2048, 2047, 2046, 2042, 2038, 2033, 2026, 2018, 2009, 1998, 1987, 1974, 1960, 1945, 1928, 1911, 1892,
    1872, 1851, 1829, 1806, 1782, 1757, 1730, 1703, 1674, 1645, 1615, 1583, 1551, 1517, 1483, 1448, 1412,
    1375, 1338, 1299, 1260, 1220, 1179, 1138, 1096, 1053, 1009, 965, 921, 876, 830, 784, 737, 690, 642, 595,
    546, 498, 449, 400, 350, 301, 251, 201, 151, 100, 50, 0,
)
"""2048 cos(pi k / 128) for k = 0 to 64, rounded."""
# fmt: on

LEAST_STRENGTH: Final = 128
"""Smallest |difference of Gaussians| of an anchor, in 1/256 of a grey level."""
EDGE: Final = 12
"""Largest ratio of the two curvatures of an anchor."""
LEAST_QUALITY: Final = 50
LEAST_BREADTH: Final = 800
"""Least breadth of an anchor's detail, of 8064 neighbours: a plain disc, a letter or an emoji has some 240,
and looks the same in every picture that wears it; of the anchors of photographs 1 % have less than 660."""
LEAST_BREADTH_ASKED: Final = 600
"""The same on the query side, lower so that copies of an anchor just above it are not lost."""
MOST_STRUCTURE: Final = 671
"""Largest structure of a hash that is kept: below 0.35 of 1920."""


def _cosine(k: int) -> int:
    k %= 256
    k = min(k, 256 - k)
    return _COSINES[k] if k <= 64 else -_COSINES[128 - k]


def _blur_rows() -> tuple[np.ndarray, np.ndarray]:
    reaches = np.array([(len(blur) + 2) // 4 * 4 for blur in BLURS])
    weights = np.zeros((len(BLURS), int(reaches.max()) + 1), np.int32)
    for row, blur in zip(weights, BLURS, strict=True):
        row[: len(blur)] = blur
    return weights, reaches


BLUR_WEIGHTS, BLUR_REACHES = _blur_rows()
HALF_SIDE_TABLE: Final = np.array(HALF_SIDES, np.int64)
COSINE_TABLE: Final = np.array(
    [[_cosine((i + 1) * (2 * j + 1)) for j in range(32)] for i in range(16)], np.float64
)
"""``(16, 32)``: row i holds frequency i + 1, the first half of it; the other half follows by symmetry."""
