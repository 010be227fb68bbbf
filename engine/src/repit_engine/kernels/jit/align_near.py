"""When an upload comes near a hash of a video, and from when to when; which moments show one scene.

In: an upload's hashes in the order of how they are turned and of time, a video's. Out: sightings: a hash of
the video, near from one time to another. Next: `repit_engine.align`.
"""
# ruff: noqa: ANN001, ANN201, ANN202, PLR0917 (Numba infers the kinds; kernels take plain arrays)
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

import numpy as np

from repit_engine.kernels.jit.compiled import kernel
from repit_engine.kernels.jit.popcount import popcount

MOST_BETWEEN = 3
"""Frames that may lie between two of one sighting: what flickers by is not seen all the while."""


@kernel
def apart(left, right):
    """Bits that differ between two hashes of four words."""
    return (
        popcount(left[0] ^ right[0])
        + popcount(left[1] ^ right[1])
        + popcount(left[2] ^ right[2])
        + popcount(left[3] ^ right[3])
    )


@kernel
def sightings(queries, turns, ms, whole, rows, wholes, radius, gap, sharp, most, out):
    """Fill `out` ``(k, 7) int64``: row, first and last time, query of the nearest, its distance, first and
    last time within `sharp` bits of that. Of one row there are `most` at most, the nearest, then the first:
    `out` has to hold so many of each. Returns how many there are.

    Queries ``(n, 4)`` stand by `turns`, then `ms`; `whole` says which are of whole frames. A sighting is one
    row, queries of one turn, no two neighbours of which are more than `gap` apart in time; of one of the
    first `wholes` rows, which are of whole frames, no more than `MOST_BETWEEN` other frames lie between two.
    """
    found = 0
    near = np.empty(len(queries), np.int64)
    for row in range(len(rows)):
        begin, last, nearest, between = -1, -1, -1, 0
        first, worst = found, -1
        for at in range(len(queries) + 1):
            bits = np.int64(257)
            if at < len(queries):
                bits = np.int64(apart(queries[at], rows[row]))
                near[at] = bits
                if bits > radius:
                    between += whole[at]
                    continue
            ends = at == len(queries)
            apart_in_time = begin >= 0 and (ends or turns[at] != turns[last] or ms[at] - ms[last] > gap)
            if apart_in_time or (begin >= 0 and row < wholes and between > MOST_BETWEEN):
                if found < first + most:
                    _write(out[found], row, begin, last, nearest, near, ms, radius, sharp)
                    found += 1
                else:
                    if worst < 0:
                        worst = _farthest(out, first, found)
                    if near[nearest] < out[worst, 4]:
                        _write(out[worst], row, begin, last, nearest, near, ms, radius, sharp)
                        worst = -1
                begin = -1
            if ends:
                break
            if begin < 0:
                begin, nearest = at, at
            last = at
            between = 0
            if bits < near[nearest]:
                nearest = at
    return found


@kernel
def _farthest(out, first, end):
    """Which of these sightings is the farthest, the last of equals."""
    worst = first
    for at in range(first + 1, end):
        if out[at, 4] > out[worst, 4] or (out[at, 4] == out[worst, 4] and out[at, 3] > out[worst, 3]):
            worst = at
    return worst


@kernel
def _write(out, row, begin, last, nearest, near, ms, radius, sharp):
    limit = min(near[nearest] + sharp, radius)
    first, end = nearest, nearest
    for at in range(nearest, begin - 1, -1):
        if near[at] <= limit:
            first = at
    for at in range(nearest, last + 1):
        if near[at] <= limit:
            end = at
    out[0], out[1], out[2] = row, ms[begin], ms[last]
    out[3], out[4] = nearest, near[nearest]
    out[5], out[6] = ms[first], ms[end]


@kernel
def leaders(rows, radius, out):
    """out[i] = the first row that leads a scene and is within `radius` of row i; itself where none is.

    Returns how many lead.
    """
    leading = np.empty(len(rows), np.int64)
    count = 0
    for row in range(len(rows)):
        out[row] = -1
        for at in range(count):
            if apart(rows[row], rows[leading[at]]) <= radius:
                out[row] = leading[at]
                break
        if out[row] < 0:
            out[row] = row
            leading[count] = row
            count += 1
    return count


@kernel
def steps(rows, out):
    """out[i] = bits that differ between rows i and i + 1."""
    for row in range(len(rows) - 1):
        out[row] = np.int64(apart(rows[row], rows[row + 1]))
