"""Hamming distances between two small sets of hashes, by plain arithmetic.

In: two hash arrays. Out: their matrix of distances. Next: `measure`, `peers`, `leak`. Shares no code with the
engine's kernels, so it checks them too.
"""

import numpy as np
from numpy.typing import NDArray


def between(left: NDArray[np.uint8], right: NDArray[np.uint8]) -> NDArray[np.uint16]:
    """`(n, 32)` and `(m, 32) uint8` to `(n, m) uint16` distances."""
    a = np.ascontiguousarray(left).view(np.uint64)
    b = np.ascontiguousarray(right).view(np.uint64)
    total = np.zeros((len(a), len(b)), np.uint16)
    for word in range(4):
        total += np.bitwise_count(a[:, word, None] ^ b[None, :, word])
    return total
