"""What an upload has in common with the bank.

In: stages of hashes from the decoder, digests of the file, or bare hashes; the live index. Out: `Evidence`,
one piece an item, the strongest. Next: `policy.judge`.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final

from repit.foundation.hashes import Algorithm
from repit.platform.gate.altered import FIELD_RADIUS
from repit.platform.gate.entries import Key
from repit.platform.gate.index.protocol import Index
from repit.platform.gate.verdict import TIERS, Evidence
from repit_engine.types import HashArray

_DIGESTS: Final[tuple[tuple[Algorithm, Callable[..., "hashlib._Hash"]], ...]] = (
    ("md5", hashlib.md5),
    ("sha256", hashlib.sha256),
)


def by_file(index: Index, data: bytes) -> list[Evidence]:
    """Items of which this is the very file. The digests are kept nowhere."""
    digests = [
        (algorithm, digest(data, usedforsecurity=False).digest())
        for algorithm, digest in _DIGESTS
        if index.knows_files(algorithm)
    ]
    return by_digests(index, digests) if digests else []


def by_digests(index: Index, digests: Iterable[tuple[Algorithm, bytes]]) -> list[Evidence]:
    """Items of which a file with one of these digests is the very file."""
    return strongest(Evidence.of(entry, "exact") for entry in index.same_files(digests))


def by_hash(index: Index, hashes: HashArray) -> list[Evidence]:
    """Items within the radius of bare ``(n, 32)`` PDQ hashes, which cannot be turned any more."""
    near = index.within(hashes, FIELD_RADIUS)
    return strongest(replace(Evidence.of(n.entry, "standard"), distance=n.distance) for n in near)


def strongest(found: Iterable[Evidence]) -> list[Evidence]:
    """One piece of evidence an item: the best tier, then the least distance."""
    best: dict[Key, Evidence] = {}
    for evidence in found:
        held = best.get(evidence.key)
        if held is None or _rank(evidence) < _rank(held):
            best[evidence.key] = evidence
    return list(best.values())


def _rank(evidence: Evidence) -> tuple[int, int]:
    return TIERS.index(evidence.tier), evidence.distance or 0
