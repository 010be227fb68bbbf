"""Our side of the comparison: the engine's families, in the form that the bench compares.

In: the bytes of a bank picture or of an upload. Out: arrays of hashes, and what they cost. Next: `measure`.
This is the only module of the bench that knows the engine's names for families and stages.
"""

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from repit_engine import anchors
from repit_engine.picture import open_picture

BANK_ROWS = 9
"""The whole and eight anchored hashes."""
STAGES = tuple(stage.name.lower() for stage in anchors.Stage)
ABSENT = 255
"""A byte that fills a row where an item has fewer anchored hashes."""


@dataclass(frozen=True)
class QueryFamily:
    """What an upload gives, stage by stage."""

    hashes: NDArray[np.uint8]
    """`(n, 32)`."""
    stages: NDArray[np.uint8]
    """`(n,)`: the stage that gave each."""
    decode_ms: float
    stage_ms: NDArray[np.float32]
    """`(stages,)`."""


def bank_family(data: bytes, k: int = BANK_ROWS - 1) -> NDArray[np.uint8]:
    """`(1 + k or fewer, 32)`: the standard hash, then anchored ones, strongest first."""
    return anchors.bank_family(open_picture(data), k=k).hashes


def query_family(data: bytes) -> QueryFamily:
    """Every stage of the query side, none skipped: the bench asks what each would find."""
    start = time.perf_counter()
    picture = open_picture(data)
    now = time.perf_counter()
    decode_ms = (now - start) * 1e3
    hashes, stages, spent = [], [], np.zeros(len(STAGES), np.float32)
    for place, made in enumerate(anchors.query_stages(picture)):
        before, now = now, time.perf_counter()
        spent[place] = (now - before) * 1e3
        hashes.append(made.hashes)
        stages.append(np.full(len(made.hashes), place, np.uint8))
    return QueryFamily(np.concatenate(hashes), np.concatenate(stages), decode_ms, spent)
