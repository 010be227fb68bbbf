"""Hamming distances between two sets of hashes.

In: two ``(n, 4) uint64`` arrays. Out: ``(n, m) uint16``. Next: `repit_engine.pdq.distances`.
"""
# ruff: noqa: ANN001, ANN201 (Numba infers the kinds)
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

import numpy as np

from repit_engine.kernels.jit.compiled import kernel
from repit_engine.kernels.jit.popcount import popcount


@kernel
def distance_matrix(left, right, out):
    """out[i, j] = bits that differ between left[i] and right[j]."""
    for i in range(len(left)):
        a, b, c, d = left[i, 0], left[i, 1], left[i, 2], left[i, 3]
        row = out[i]
        for j in range(len(right)):
            apart = popcount(a ^ right[j, 0]) + popcount(b ^ right[j, 1])
            apart += popcount(c ^ right[j, 2]) + popcount(d ^ right[j, 3])
            row[j] = np.uint16(apart)
