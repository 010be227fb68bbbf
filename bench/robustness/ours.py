"""Our side of the comparison: the engine's families, in the form that the bench compares.

In: the bytes of a bank picture or of an upload. Out: arrays of hashes, and what they cost. Next: `measure`.
This is the only module of the bench that knows the engine's names for anchors and frames.
"""

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from repit_engine.picture import open_picture

BANK_ROWS = 9
"""The whole and eight anchored hashes."""


@dataclass(frozen=True)
class QueryFamily:
    """`hashes (n, 32)`, the stage that gave each, and what decoding and each stage took in milliseconds."""

    hashes: NDArray[np.uint8]
    stages: NDArray[np.uint8]
    decode_ms: float
    stage_ms: tuple[float, ...]


def bank_family(data: bytes) -> NDArray[np.uint8]:
    """`(9, 32)`: the standard hash, then anchored ones; rows that do not exist repeat the standard one."""
    from repit_engine.anchors import bank_family as family  # noqa: PLC0415 - peers can be measured without

    rows = family(open_picture(data), k=BANK_ROWS - 1).hashes
    return np.concatenate([rows, np.repeat(rows[:1], BANK_ROWS - len(rows), axis=0)])


def query_family(data: bytes) -> QueryFamily:
    """Every stage of the query side, none skipped: the bench asks what each would find."""
    from repit_engine.frames import query_family as family  # noqa: PLC0415 - peers can be measured without

    start = time.perf_counter()
    picture = open_picture(data)
    decoded = time.perf_counter()
    made = family(picture)
    end = time.perf_counter()
    return QueryFamily(made.hashes, made.stages, (decoded - start) * 1e3, ((end - decoded) * 1e3,))
