"""Whether an upload shows an item's moments one after another, as a line says.

In: a line, the points that agree with it, all that were seen. Out: yes or no. Next: `align.judging`.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from repit_engine.align.lines import Line
from repit_engine.align.meeting import Meeting
from repit_engine.align.points import Points
from repit_engine.kernels import jit

_AS_CLEAR: Final = 8
"""Bits by which something of the item may be seen less clearly than what agrees, and count: not what a hand
passes over twice."""
_MOST: Final = 0.65
"""Of what was clearly seen of an item that agrees with a line."""
_MOST_OF_ODD: Final = 0.8
"""And with one of another speed than that at which a film was made: there are many of these."""


def in_order(line: Line, agreeing: Points, seen: Points, meeting: Meeting) -> bool:
    """Whether most of what was clearly seen of the item, while the line lasts, agrees with it: frames that
    were thrown together agree with one line or another here and there.

    Of moments that the line foresees, most were seen when it does. And of whole frames, most of what was seen
    at all agrees; a square about a thing goes on agreeing for as long as the thing is in view.
    """
    begin, end = float(agreeing.begins.min()), float(agreeing.ends.max())
    if abs(line.speed) != 1.0 and not meeting.upload.is_dense(begin, end):
        return False  # between few frames lies a line of one speed or another
    most = _MOST if line.speed == 1.0 else _MOST_OF_ODD
    clear = seen.of(seen.bits <= np.median(agreeing.bits) + _AS_CLEAR)
    foreseen = ((clear.firsts + clear.lasts) / 2 - line.offset) / line.speed
    wanted = np.unique(clear.moments[(foreseen >= begin) & (foreseen <= end)])
    if np.count_nonzero(np.isin(wanted, agreeing.moments)) < most * len(wanted):
        return False
    whole = meeting.upload.whole[clear.queries] & meeting.item.is_whole[clear.rows]
    there = np.unique(clear.moments[whole & (clear.sharp >= begin) & (clear.sharp <= end)])
    # What resembles something that agrees is seen when that is: footage returns to a view.
    other = there[~_resemble(there, np.unique(agreeing.moments), meeting)]
    shots = meeting.item.shots
    own = np.unique(shots[agreeing.moments])
    return bool(len(own) >= most * len(np.union1d(own, shots[other])))


def _resemble(moments: NDArray[np.int64], others: NDArray[np.int64], meeting: Meeting) -> NDArray[np.bool_]:
    """Which moments of the item show what one of the others does."""
    whole = meeting.item.moments.whole
    left, right = (np.ascontiguousarray(whole[of]).view(np.uint64) for of in (moments, others))
    bits = np.empty((len(left), len(right)), np.uint16)
    jit.distances.distance_matrix(left, right, bits)
    alike: NDArray[np.bool_] = np.any(bits <= meeting.rule.shot, axis=1)
    return alike
