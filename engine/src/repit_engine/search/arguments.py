"""What callers hand in, validated once.

In: arrays and numbers of any caller. Out: arrays of the exact kind that the kernels take. Next: every index.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from repit_engine.errors import WrongInput
from repit_engine.types import HASH_BITS, HashArray, IdArray, as_hash_array

MAX_ROWS: Final = 1 << 28
"""Rows of one segment or flat index; beyond it, use several."""


def as_id_array(ids: NDArray[np.uint64], count: int | None = None) -> IdArray:
    """``(n,) uint64``, C-contiguous, and `count` of them where that is given. Raises `WrongInput`."""
    if ids.dtype != np.uint64 or ids.ndim != 1:
        raise WrongInput(f"Ids come as an (n,) array of uint64, not {ids.shape} of {ids.dtype}.")
    if count is not None and len(ids) != count:
        raise WrongInput(f"{len(ids)} ids were given for {count} hashes.")
    return np.ascontiguousarray(ids)


def as_words(hashes: HashArray) -> NDArray[np.uint64]:
    """The same 256 bits as ``(n, 4) uint64`` in the machine's byte order, for counting bits."""
    return as_hash_array(hashes).view(np.uint64)


def check_limits(radius: int, max_results: int | None) -> None:
    """Refuse a radius outside 0 to 256, or a cap that could never hold a result. Raises `WrongInput`."""
    if not 0 <= radius <= HASH_BITS:
        raise WrongInput(f"The radius is 0 to {HASH_BITS}, not {radius}.")
    if max_results is not None and max_results < 1:
        raise WrongInput(f"At most {max_results} results were asked for; ask for one or more.")
