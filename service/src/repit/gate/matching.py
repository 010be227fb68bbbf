"""What an upload has in common with the bank.

In: a `Look` from the decoder, digests of the file, or bare hashes; the live index. Out: `Evidence`, one piece
an item, the strongest. Next: `policy.judge`. This is where altered copies will be decided: a `Look` grows
more hashes, `altered` grows more rules, and nothing around them changes.
"""

import hashlib
from collections.abc import Callable, Iterable
from typing import Final

from repit.gate.decoder.look import Look
from repit.gate.entries import Algorithm, KnownEntry
from repit.gate.live_index import LiveIndex
from repit.gate.verdict import TIERS, Evidence, Tier
from repit_engine.pdq import Orientation
from repit_engine.types import HashArray

RADIUS: Final = 31
"""Bits of 256, inclusive: the distance at which the whole field calls two PDQ hashes the same picture."""
_DIGESTS: Final[tuple[tuple[Algorithm, Callable[..., "hashlib._Hash"]], ...]] = (
    ("md5", hashlib.md5),
    ("sha256", hashlib.sha256),
)


def by_file(index: LiveIndex, data: bytes) -> list[Evidence]:
    """Items of which this is the very file. The digests are kept nowhere."""
    found = []
    for algorithm, digest in _DIGESTS:
        if index.knows_files(algorithm):
            found += by_digest(index, algorithm, digest(data, usedforsecurity=False).digest())
    return strongest(found)


def by_digest(index: LiveIndex, algorithm: Algorithm, digest: bytes) -> list[Evidence]:
    """Items of which a file with this digest is the very file."""
    return [_evidence(entry, "exact") for entry in index.same_file(algorithm, digest)]


def by_look(index: LiveIndex, look: Look) -> list[Evidence]:
    """Items that the picture shows: as it is, turned or mirrored, or altered."""
    return strongest([*_turned(index, look.whole), *altered(index, look)])


def by_hash(index: LiveIndex, hashes: HashArray) -> list[Evidence]:
    """Items within the radius of bare ``(n, 32)`` PDQ hashes, which cannot be turned any more."""
    return strongest(_evidence(n.entry, "standard", n.distance) for n in index.within(hashes, RADIUS))


def altered(index: LiveIndex, look: Look) -> list[Evidence]:  # noqa: ARG001
    """Items whose anchored hashes agree with parts of the picture. Not yet: the engine decides that next."""
    return []


def strongest(found: Iterable[Evidence]) -> list[Evidence]:
    """One piece of evidence an item: the best tier, then the least distance."""
    best: dict[str, Evidence] = {}
    for one in found:
        held = best.get(one.item)
        if held is None or _rank(one) < _rank(held):
            best[one.item] = one
    return list(best.values())


def _turned(index: LiveIndex, whole: HashArray) -> list[Evidence]:
    found = []
    for near in index.within(whole, RADIUS):
        turned = Orientation(near.row)
        tier: Tier = "standard" if turned is Orientation.UPRIGHT else "orientation"
        found.append(_evidence(near.entry, tier, near.distance, turned.name.lower()))
    return found


def _evidence(
    entry: KnownEntry, tier: Tier, distance: int | None = None, turned: str | None = None
) -> Evidence:
    return Evidence(
        item=entry.item,
        origin=entry.origin,
        kind=entry.kind,
        media=entry.media,
        state=entry.state,
        confirmations=entry.confirmations,
        tier=tier,
        distance=distance,
        turned=turned,
    )


def _rank(evidence: Evidence) -> tuple[int, int]:
    return TIERS.index(evidence.tier), evidence.distance or 0
