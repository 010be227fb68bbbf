"""Our side of the comparison: the engine's families and decisions, in the form that the bench compares.

In: the bytes of a bank picture or of an upload. Out: arrays of hashes, what they cost, what is decided. Next:
`measure`. This is the only module of the bench that knows the engine's names for families, stages, decisions.
"""

import time
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from repit_engine import anchors
from repit_engine.anchors.query import joined
from repit_engine.decision import DEFAULT_RULE, Breadth, Rule, Strength, decide, packed_id
from repit_engine.picture import open_picture
from repit_engine.stoplist import StopList, package_stoplist
from repit_engine.types import RangeResult

BANK_ROWS = 9
"""The whole and eight anchored hashes."""
STAGES = tuple(stage.name.lower() for stage in anchors.Stage)
BANK_SIZES = (1_000, 1_000_000, 42_000_000)
"""Items for which decisions are asked: thresholds follow from the bank's size."""
NOTHING, REVIEW, BLOCK = 0, 1, 2
PIECES_BLOCK = replace(DEFAULT_RULE, breadth=Breadth(whole=-1, slots=1, extent=0.0))
"""The engine's rule, were a small piece of the upload enough to block: what breadth costs, and spares."""
_CODES = {Strength.NONE: NOTHING, Strength.REVIEW: REVIEW, Strength.BLOCK: BLOCK}


@dataclass(frozen=True)
class QueryFamily:
    """What an upload gives, stage by stage."""

    views: anchors.QueryHashes
    """All stages as one."""
    stages: NDArray[np.uint8]
    """`(n,)`: the stage that gave each."""
    decode_ms: float
    stage_ms: NDArray[np.float32]
    """`(stages,)`."""

    @property
    def hashes(self) -> NDArray[np.uint8]:
        """`(n, 32)`."""
        return self.views.hashes


def bank_family(data: bytes, k: int = BANK_ROWS - 1) -> NDArray[np.uint8]:
    """`(1 + k or fewer, 32)`: the standard hash, then anchored ones, strongest first."""
    return anchors.bank_family(open_picture(data), k=k, stoplist=package_stoplist()).hashes


def query_family(data: bytes) -> QueryFamily:
    """Every stage of the query side, none skipped: the bench asks what each would find.

    Milliseconds are the processor's, of this thread: how busy the machine is does not count.
    """
    start = time.thread_time()
    picture = open_picture(data)
    now = time.thread_time()
    decode_ms = (now - start) * 1e3
    parts, stages, spent = [], [], np.zeros(len(STAGES), np.float32)
    for place, made in enumerate(anchors.query_stages(picture)):
        before, now = now, time.thread_time()
        spent[place] = (now - before) * 1e3
        parts.append(made)
        stages.append(np.full(len(made.hashes), place, np.uint8))
    return QueryFamily(joined(parts), np.concatenate(stages), decode_ms, spent)


def decided(
    views: anchors.QueryHashes,
    table: NDArray[np.uint16],
    families: NDArray[np.uint8],
    present: NDArray[np.bool_],
    bank_size: int,
    *,
    rule: Rule = DEFAULT_RULE,
) -> NDArray[np.uint8]:
    """`(items,)`: what the engine decides of each item, all stages heard, were the bank of `bank_size` items.

    `table (n, items * 9)` holds the distances to `families (items, 9, 32)`; `present (items, 9)`
    says which exist.
    """
    ids = _ids(*present.shape)

    def search(_: NDArray[np.uint8], radius: int) -> RangeResult:
        within = (table <= radius) & present.ravel()
        lims = np.concatenate([[0], within.sum(axis=1).cumsum()])
        rows, columns = np.nonzero(within)
        return RangeResult(lims, ids[columns], table[rows, columns], np.zeros(len(table), np.bool_))

    def family_of(item: int) -> tuple[NDArray[np.uint8], NDArray[np.uint64]]:
        there = present[item]
        return families[item][there], np.flatnonzero(there).astype(np.uint64)

    decision = decide([views], search, items=bank_size, family_of=family_of, rule=rule, stoplist=stoplist())
    result = np.zeros(len(present), np.uint8)
    for match in decision.matches:
        result[match.item] = _CODES[match.strength]
    return result


@cache
def _ids(items: int, slots: int) -> NDArray[np.uint64]:
    return np.array([packed_id(item, slot) for item in range(items) for slot in range(slots)], np.uint64)


def stoplist() -> StopList:
    """The list that ships with the engine."""
    return package_stoplist()
