"""PDQ hashes of a video's frames, at their times.

In: columns. Out: `Features`. Next: `texts`; `repit_engine.moments.features`
makes moments of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from repit_engine.errors import WrongInput
from repit_engine.types import HashArray, as_hash_array

MOST_FEATURES: Final = 1 << 20
"""Of one video: four and a half hours at 60 frames a second."""
MOST_FRAMES: Final = (1 << 31) - 1
"""A frame's number is an `int` of C++."""
LONGEST: Final = (1 << 32) - 1
"""Milliseconds: seven weeks, as moments have it."""


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Features:
    """`frames` ``(n,) int64``: numbers of frames; `hashes` ``(n, 32) uint8``; `qualities` ``(n,) uint8``, 0
    to 100; `ms` ``(n,) int64``, which never go back. The `repr` shows no bit. Raises `WrongInput`.
    """

    frames: NDArray[np.int64]
    hashes: HashArray
    qualities: NDArray[np.uint8]
    ms: NDArray[np.int64]

    def __post_init__(self) -> None:
        for problem in _problems(self):
            raise WrongInput(problem)

    def __len__(self) -> int:
        return len(self.hashes)

    def __repr__(self) -> str:
        return f"Features({len(self)})"


def _problems(features: Features) -> Iterator[str]:
    as_hash_array(features.hashes)
    lengths = {len(features.frames), len(features.hashes), len(features.qualities), len(features.ms)}
    if len(lengths) != 1:
        yield "The columns of vPDQ features have different lengths."
    if len(features) > MOST_FEATURES:
        yield f"A video has at most {MOST_FEATURES} vPDQ features."
    for name, values, most in (("number", features.frames, MOST_FRAMES), ("time", features.ms, LONGEST)):
        if int(values.min(initial=0)) < 0 or int(values.max(initial=0)) > most:
            yield f"The {name} of a vPDQ feature is beyond what it can be."
    if int(features.qualities.max(initial=0)) > 100:
        yield "A vPDQ feature has a quality of 0 to 100."
    if (np.diff(features.ms) < 0).any():
        yield "vPDQ features come in the order of time."
