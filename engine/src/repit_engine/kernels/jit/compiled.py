"""The one way in which kernels are compiled, so that every one of them has the same arithmetic.

In: a plain function. Out: its compiled form. Next: every module of `kernels.jit`.

No `fastmath`: a sum keeps its order and no multiply-add is fused, so the bits are those of IEEE 754 on every
machine, and of `browser/`. Compiled code is kept on disk where that can be done (`folders`), and an account
that has no folder to write to still hashes.
"""

from collections.abc import Callable
from typing import Any

from numba import njit

from repit_engine.kernels.jit.kept import Kept


def kernel(function: Callable[..., Any]) -> Any:
    """Compile on first use, without the interpreter's lock, without bounds checks."""
    compiled: Any = njit(nogil=True, boundscheck=False)(function)
    compiled._cache = Kept(function)  # where `njit(cache=True)` puts Numba's own
    return compiled
