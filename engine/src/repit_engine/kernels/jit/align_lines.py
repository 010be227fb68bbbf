"""How many scenes agree with each of many lines through the times of an upload and an item.

In: when in the upload each moment of an item was seen, and lines. Out: what speaks for each line. Next:
`repit_engine.align`.
"""
# ruff: noqa: ANN001, ANN201, PLR0917 (Numba infers the kinds; kernels take plain arrays)
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

import numpy as np

from repit_engine.kernels.jit.compiled import kernel


@kernel
def misses(begin, end, first, last, speed, offset):
    """Milliseconds of the item between what a line foresees from `begin` to `end` of the upload and the
    item's `first` to `last`; 0 where they meet."""
    one, other = speed * begin + offset, speed * end + offset
    low, high = min(one, other), max(one, other)
    return max(0.0, first - high, low - last)


@kernel
def score_lines(begins, ends, firsts, lasts, weights, scenes, speeds, offsets, tolerance, bonus, out):
    """out[line] = over scenes, the largest weight of a point that the line meets; `bonus` for each point.

    Points ``(n,)`` by scene, scenes ascending.
    """
    for line in range(len(speeds)):
        total = 0.0
        scene, best = np.int64(-1), 0.0
        for at in range(len(begins)):
            if scenes[at] != scene:
                total += best
                scene, best = scenes[at], 0.0
            if misses(begins[at], ends[at], firsts[at], lasts[at], speeds[line], offsets[line]) <= tolerance:
                best = max(best, weights[at])
                total += bonus
        out[line] = total + best
