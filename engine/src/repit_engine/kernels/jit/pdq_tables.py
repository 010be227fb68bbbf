"""The constants of PDQ's cosine transform, as data, so that no side computes a cosine.

In: nothing. Out: `DCT`, ``(16, 64) float32``, and its transpose. Next: `pdq_bits`. `browser/src/tables.ts`
holds the same bit patterns, `conformance/` compares both.

Entry (i, j) is ``√(2/64) · cos(π (i + 1)(2j + 1) / 128)``; it is one of 64 magnitudes, folded by the
symmetries of the cosine. Source: "TMK+PDQF" (Meta, 2019) and pdq/cpp/hashing/pdqhashing.cpp, whose float32
table has the same bits.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

QUARTER_WAVE: Final = (
    0x3E3504F3,
    0x3E34F6FE,
    0x3E34CD21,
    0x3E348763,
    0x3E3425CE,
    0x3E33A872,
    0x3E330F61,
    0x3E325AB4,
    0x3E318A85,
    0x3E309EF6,
    0x3E2F982B,
    0x3E2E764C,
    0x3E2D3986,
    0x3E2BE20A,
    0x3E2A700C,
    0x3E28E3C6,
    0x3E273D74,
    0x3E257D59,
    0x3E23A3B9,
    0x3E21B0DD,
    0x3E1FA512,
    0x3E1D80A8,
    0x3E1B43F5,
    0x3E18EF51,
    0x3E168317,
    0x3E13FFA8,
    0x3E116566,
    0x3E0EB4B9,
    0x3E0BEE0A,
    0x3E0911C7,
    0x3E062061,
    0x3E031A4C,
    0x3E000000,
    0x3DF9A3ED,
    0x3DF3215C,
    0x3DEC794D,
    0x3DE5ACC6,
    0x3DDEBCD5,
    0x3DD7AA8B,
    0x3DD076FF,
    0x3DC9234E,
    0x3DC1B098,
    0x3DBA2005,
    0x3DB272BD,
    0x3DAAA9F2,
    0x3DA2C6D5,
    0x3D9ACA9E,
    0x3D92B689,
    0x3D8A8BD4,
    0x3D824BC1,
    0x3D73EF2F,
    0x3D63213D,
    0x3D523045,
    0x3D411EE4,
    0x3D2FEFBB,
    0x3D1EA570,
    0x3D0D42AF,
    0x3CF7944A,
    0x3CD47D09,
    0x3CB14504,
    0x3C8DF1A9,
    0x3C5510D4,
    0x3C0E1D7B,
    0x3B8E2871,
)
"""IEEE 754 binary32 patterns of ``√(2/64) · cos(π m / 128)`` for m = 0 … 63."""


def dct_table() -> NDArray[np.float32]:
    """Unfold `QUARTER_WAVE` to ``(16, 64) float32``."""
    wave = np.array(QUARTER_WAVE, dtype=np.uint32).view(np.float32)
    turn = np.outer(np.arange(1, 17), 2 * np.arange(64) + 1) % 256
    turn = np.minimum(turn, 256 - turn)
    return np.where(turn < 64, wave[turn % 64], -wave[(128 - turn) % 64]).astype(np.float32)


DCT: Final = dct_table()
DCT_TURNED: Final = np.ascontiguousarray(DCT.T)
