"""How one radius is searched: thresholds of the sixteen words, and what each way costs.

In: a radius and how many queries come together. Out: a `Plan`. Next: `search.segment` hands it to the
kernels, which compare the two costs query by query, from the sums of the buckets that the query would read.
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from math import comb
from typing import Final

import numpy as np
from numpy.typing import NDArray

from repit_engine.kernels.jit.layout import MOST_FLIPPED, PLAN_COSTS, PLAN_FLIP_ENDS, PLAN_FLIPS, PLAN_ITEMS

WORDS: Final = 16
MOST_FLIPS: Final = 4
"""Thresholds go up to 5 (radius 79); beyond, the ring reads more than a scan does."""

# Nanoseconds, fitted once (within 23 %) to timings on an Intel Emerald Rapids at 9 million uniform hashes,
# radii 31 to 70; only their proportions decide anything, and a wrong choice costs time, never a result.
PROBE_NS: Final = 10.0
ENTRY_NS: Final = 0.4
CANDIDATE_NS: Final = 39.0
SCAN_STREAM_NS: Final = 0.9
BLOCK_STREAM_NS: Final = 3.2
LANES_NS: Final = {2: 0.2, 3: 0.27, 4: 0.36}


@dataclass(frozen=True, slots=True)
class Plan:
    """`limits` are the thresholds T (sum: radius + 1); `costs` are (probe, entry, candidate, scanned row)
    in ns."""

    limits: NDArray[np.uint64]
    costs: NDArray[np.float64]
    lanes: int
    probes: int
    ring: bool
    packed: NDArray[np.uint64]
    """Limits, costs and where the flips stand, as `ring_alone` takes them."""
    address: int
    """Of `packed`; a plan is kept for as long as it is used."""


def _flips() -> tuple[NDArray[np.uint16], NDArray[np.uint64]]:
    """Words of 0, 1, … bits set, and where each count ends: ``flips[:ends[T]]`` have fewer than T bits."""
    masks, ends = [], [0]
    for count in range(MOST_FLIPS + 1):
        masks += [sum(1 << bit for bit in bits) for bits in combinations(range(WORDS), count)]
        ends.append(len(masks))
    padded = np.zeros(MOST_FLIPPED, np.uint16)
    padded[: len(masks)] = masks
    return padded, np.array(ends, np.uint64)


FLIPS, FLIP_ENDS = _flips()


@lru_cache(maxsize=512)
def plan(radius: int, together: int) -> Plan:
    """The plan for one radius and a batch of about `together` queries."""
    whole, over = divmod(radius + 1, WORDS)
    spread = [(place + 1) * over // WORDS - place * over // WORDS for place in range(WORDS)]
    limits = [whole + extra for extra in spread]
    lanes = 2 if radius <= 46 else 3 if radius <= 76 else 4
    alone = together == 1 and lanes == 2
    scanned = SCAN_STREAM_NS if alone else BLOCK_STREAM_NS / together + LANES_NS[lanes]
    if max(limits) > MOST_FLIPS + 1:
        return _plan(limits, [0, 0, 0, scanned], lanes, 0, ring=False)
    probes = sum(int(FLIP_ENDS[limit]) for limit in limits)
    per_entry = ENTRY_NS + CANDIDATE_NS * _kept(limits)
    return _plan(limits, [PROBE_NS, per_entry, CANDIDATE_NS, scanned], lanes, probes, ring=True)


def _plan(limits: list[int], costs: list[float], lanes: int, probes: int, *, ring: bool) -> Plan:
    packed = np.zeros(PLAN_ITEMS, np.uint64)
    packed[: len(limits)] = limits
    packed[PLAN_COSTS : PLAN_COSTS + len(costs)] = np.array(costs).view(np.uint64)
    packed[PLAN_FLIPS], packed[PLAN_FLIP_ENDS] = FLIPS.ctypes.data, FLIP_ENDS.ctypes.data
    limit_words, cost_words = packed[: len(limits)], packed[PLAN_COSTS : PLAN_COSTS + len(costs)]
    return Plan(
        limit_words, cost_words.view(np.float64), lanes, probes, ring, packed, int(packed.ctypes.data)
    )


def _kept(limits: list[int]) -> float:
    """Share of entries whose next word is near enough, were words uniform."""
    probed = kept = 0.0
    for place, limit in enumerate(limits):
        widest = limit + limits[(place + 1) % WORDS]
        for flipped in range(limit):
            near = sum(comb(WORDS, bits) for bits in range(min(WORDS + 1, widest - flipped))) / 2**WORDS
            probed += comb(WORDS, flipped)
            kept += comb(WORDS, flipped) * near
    return kept / probed
