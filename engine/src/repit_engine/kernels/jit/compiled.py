"""The one way in which kernels are compiled, so that every one of them has the same arithmetic.

In: a plain function. Out: its compiled form. Next: every module of `kernels.jit`.

No `fastmath`: a sum keeps its order and no multiply-add is fused, so the bits are those of IEEE 754 on every
machine, and of `browser/`. Compiled code is kept beside the package, or in the user's cache where that is
read-only; Numba writes each file whole and renames it, so that several processes may start at once.
"""

from collections.abc import Callable
from typing import Any

from numba import njit


def kernel(function: Callable[..., Any]) -> Any:
    """Compile on first use, without the interpreter's lock, without bounds checks."""
    try:
        return njit(cache=True, nogil=True, boundscheck=False)(function)
    except RuntimeError:
        # Numba's "no locator available": an account that has no folder to write to still has to hash.
        return njit(nogil=True, boundscheck=False)(function)
