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
    early, other = speed * begin + offset, speed * end + offset
    low, high = min(early, other), max(early, other)
    return max(0.0, first - high, low - last)


@kernel
def score_lines(begins, ends, firsts, lasts, weights, scenes, speeds, offsets, tolerance, bonus, out):
    """out[line] = over scenes, the largest weight of a point that the line meets, half of it at the edge of
    `tolerance`; and of every point `bonus` of that.

    Points ``(n,)`` by scene, scenes ascending.
    """
    for line in range(len(speeds)):
        total = 0.0
        scene, best = np.int64(-1), 0.0
        for at in range(len(begins)):
            if scenes[at] != scene:
                total += best
                scene, best = scenes[at], 0.0
            off = misses(begins[at], ends[at], firsts[at], lasts[at], speeds[line], offsets[line]) / tolerance
            if off <= 1.0:
                worth = weights[at] * (1.0 - 0.5 * off * off)
                best = max(best, worth)
                total += bonus * worth
        out[line] = total + best


@kernel
def trace_lines(times, bits, lims, firsts, speeds, offsets, most, unseen, out):
    """out[line] = over moments, the bits between each and the frame of the upload at which a line foresees
    it; `unseen` where there is none within `most` milliseconds.

    Moment i, at ``firsts[i]`` of the item, lies ``bits[k]`` from the frame at ``times[k]``, ascending, for k
    from ``lims[i]`` to before ``lims[i + 1]``.
    """
    for line in range(len(speeds)):
        total = 0.0
        for moment in range(len(firsts)):
            wanted = (firsts[moment] - offsets[line]) / speeds[line]
            low, high = lims[moment], lims[moment + 1]
            while low < high:
                middle = (low + high) // 2
                if times[middle] < wanted:
                    low = middle + 1
                else:
                    high = middle
            best = unseen
            after = times[low] - wanted if low < lims[moment + 1] else most + 1.0
            before = wanted - times[low - 1] if low > lims[moment] else most + 1.0
            if after <= most and before <= most:
                # Between two frames, as far as it lies between them.
                share = before / max(after + before, 1e-9)
                best = bits[low] * share + bits[low - 1] * (1.0 - share)
            elif after <= most:
                best = bits[low] * 1.0
            elif before <= most:
                best = bits[low - 1] * 1.0
            total += min(best, unseen)
        out[line] = total
