"""Hits of several places, put in order.

In: per query the ids and distances that each segment found. Out: one `RangeResult`. Next: whoever asked.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from repit_engine.types import IdArray, RangeResult

DISTANCE_SHIFT = np.uint64(32)
ROW_MASK = np.uint64(0xFFFFFFFF)


class Found(NamedTuple):
    """What one place found for one query, unordered; `more` where a cap left some out."""

    ids: IdArray
    distances: NDArray[np.uint16]
    more: bool


NOTHING = Found(np.empty(0, np.uint64), np.empty(0, np.uint16), False)


def ordered(parts: Sequence[Found], max_results: int | None) -> Found:
    """One query's parts together, by distance then id, the nearest `max_results` of them."""
    filled = [part for part in parts if len(part.ids)]
    if not filled:
        return NOTHING
    ids = np.concatenate([part.ids for part in filled])
    distances = np.concatenate([part.distances for part in filled])
    order = np.lexsort((ids, distances))
    more = any(part.more for part in filled)
    if max_results is not None and len(order) > max_results:
        order, more = order[:max_results], True
    return Found(ids[order], distances[order], more)


def assemble(answers: Sequence[Found]) -> RangeResult:
    """One `Found` a query, already ordered, as faiss lays results out."""
    lims = np.zeros(len(answers) + 1, np.int64)
    if not answers:
        return RangeResult(lims, NOTHING.ids, NOTHING.distances, np.empty(0, np.bool_))
    np.cumsum([len(answer.ids) for answer in answers], out=lims[1:])
    return RangeResult(
        lims,
        np.concatenate([answer.ids for answer in answers]),
        np.concatenate([answer.distances for answer in answers]),
        np.array([answer.more for answer in answers], np.bool_),
    )
