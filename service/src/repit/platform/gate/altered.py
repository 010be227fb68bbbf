"""Altered copies: stages of an upload against the families of the bank.

In: stages of `QueryHashes`, as the decoder gives them; the index. Out: `Evidence`. Next: `matching`.

The engine's rule decides (`repit_engine.decision`), and asks for the next stage only while it has not.
Stop-lists hold on both sides: such a hash of the upload has no voice, such an anchored hash of the bank is
not heard. A bank hash that meets many uploads which have nothing else in common is set aside as it runs;
its item's other hashes stay.
"""

import logging
import threading
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from repit.platform.gate.entries import KnownEntry
from repit.platform.gate.index.protocol import ANCHORED, NO_FAMILY, Index, View
from repit.platform.gate.verdict import Evidence, Part, Tier
from repit_engine.anchors import Kind, QueryHashes
from repit_engine.decision import Decision, Match, Strength, decide, packed_id, unpacked
from repit_engine.decision import Tier as Rests
from repit_engine.decision.rule import SLOTS
from repit_engine.pdq import Orientation
from repit_engine.stoplist import Crowd, StopList, package_stoplist
from repit_engine.types import HASH_BYTES, HashArray, IdArray, RangeResult

FIELD_RADIUS: Final = 31
"""Bits of 256, inclusive: the distance at which the whole field calls two PDQ hashes the same picture."""
_MOST_PARTS: Final = 8
_log = logging.getLogger(__name__)


class AlteredCopies:
    """Decides between stages; one for the whole process, used by all its threads."""

    def __init__(self, stoplist: StopList | None = None, crowd: Crowd | None = None) -> None:
        self.stoplist = package_stoplist() if stoplist is None else stoplist
        self._crowd = crowd or Crowd()
        self._counting = threading.Lock()
        self.rejected = 0

    def warm_up(self) -> None:
        """Load the kernels of the rule, so that the first upload does not wait for them."""
        self.stoplist.near(np.zeros((1, HASH_BYTES), np.uint8))

    def found(
        self, index: Index, stages: Iterable[QueryHashes], upload: "Upload | None" = None
    ) -> list[Evidence]:
        """Items that one look at the upload shows, as it is or altered; all looks at one upload come with the
        same `upload`. Raises what `stages` raises.
        """
        heard: list[QueryHashes] = []
        coming = iter(stages)
        while True:
            view = index.view()
            if not view.has_families:
                next(coming, None)  # what cannot be opened is still said
                return []
            search = self.search_of(view)
            decision = decide(
                noting(heard, coming),
                search,
                items=view.items,
                owner=owner,
                family_of=search.family,
                stoplist=self.stoplist,
            )
            known = view.entries(search.met)
            if len(known) == len(search.met):  # no item that was met changed meanwhile
                self._count(search, decision, heard, upload or Upload())
                return [evidence_of(known[match.item], match) for match in decision.matches]

    def search_of(self, view: View) -> "Search":
        """A view without the hashes that say nothing."""
        return Search(view, self.stoplist, self._is_muted)

    def _is_muted(self, hash_id: int) -> bool:
        return self.rejected > 0 and self._crowd.is_muted(hash_id)

    def _count(
        self, search: "Search", decision: Decision, heard: list[QueryHashes], upload: "Upload"
    ) -> None:
        """Note the anchored hashes that were an item's only voice, or all that was met of it in one piece."""
        named = upload.named(heard)
        if named is None:
            return
        for match in decision.matches:
            met = search.met.get(match.item, set())
            if match.piece or (match.tier is Rests.ANCHORED and len(met) == 1):
                for hash_id in sorted(number for number in met if number % SLOTS >= ANCHORED):
                    self._note(hash_id, named)

    def _note(self, hash_id: int, upload: NDArray[np.uint8]) -> None:
        with self._counting:
            before = self._crowd.is_muted(hash_id)
            if self._crowd.met(hash_id, upload) and not before:
                self.rejected += 1
                _log.warning("an anchored hash met many unrelated uploads and is set aside")


class Upload:
    """An upload over all looks at it: by its first hash, whichever of its views that is of, so that a file
    with many views counts for one upload.
    """

    def __init__(self) -> None:
        self._first: NDArray[np.uint8] | None = None

    def named(self, heard: list[QueryHashes]) -> NDArray[np.uint8] | None:
        """Its hash; None as long as nothing was hashed."""
        if self._first is None:
            self._first = next((stage.hashes[0] for stage in heard if len(stage)), None)
        return self._first


class Search:
    """A view without the hashes that say nothing; `met`: which hashes of an item were heard."""

    def __init__(self, view: View, stoplist: StopList, is_muted: Callable[[int], bool]) -> None:
        self._view, self._stoplist, self._is_muted = view, stoplist, is_muted
        self._families: dict[int, tuple[HashArray, IdArray]] = {}
        self._speaking: set[int] = set()
        self.met: dict[int, set[int]] = {}

    def __call__(self, hashes: HashArray, radius: int) -> RangeResult:
        found = self._view.search(hashes, max(radius, 0))
        if not len(found.ids):
            return found
        ids = found.ids.tolist()
        self._learn({hash_id // SLOTS for hash_id in ids} - self._families.keys())
        keep = np.array([self._heard(hash_id) for hash_id in ids], np.bool_)
        kept_before = np.concatenate([np.zeros(1, np.int64), np.cumsum(keep)])
        return RangeResult(kept_before[found.lims], found.ids[keep], found.distances[keep], found.truncated)

    def family(self, number: int) -> tuple[HashArray, IdArray]:
        """The hashes that may speak of an item whose hashes a search found, and their slots as the rule
        counts them."""
        hashes, ids = self._families[number]
        return hashes, owner(ids)[1]

    def _heard(self, hash_id: int) -> bool:
        heard = hash_id in self._speaking
        if heard:
            self.met.setdefault(hash_id // SLOTS, set()).add(hash_id)
        return heard

    def _learn(self, numbers: Collection[int]) -> None:
        """Of each item's hashes, which may speak."""
        families = self._view.families(numbers) if numbers else {}
        for number in numbers:
            hashes, slots = families.get(number, NO_FAMILY)
            ids = packed_id(number, 0) + slots
            speaks: NDArray[np.bool_] = slots < ANCHORED
            speaks |= ~self._stoplist.near(hashes)
            speaks &= ~np.array([self._is_muted(hash_id) for hash_id in ids.tolist()], np.bool_)
            self._families[number] = np.ascontiguousarray(hashes[speaks]), ids[speaks]
            self._speaking.update(ids[speaks].tolist())


def owner(ids: IdArray) -> tuple[IdArray, IdArray]:
    """An item's standard hashes count as one slot, 0."""
    numbers, slots = unpacked(ids)
    return numbers, np.where(slots < ANCHORED, np.uint64(0), slots)


def noting(heard: list[QueryHashes], coming: Iterator[QueryHashes]) -> Iterator[QueryHashes]:
    """What was heard before, then what comes, noted."""
    yield from list(heard)
    for stage in coming:
        heard.append(stage)
        yield stage


def evidence_of(entry: KnownEntry, match: Match) -> Evidence:
    """What a match of the rule for pictures says to people."""
    best = match.votes[0]
    return replace(
        Evidence.of(entry, _tier(match)),
        distance=best.distance,
        turned=best.orientation.name.lower(),
        expected_false=match.expected_false,
        parts=tuple(
            Part(vote.kind.name.lower().replace("_", "-"), vote.distance, vote.rectangle)
            for vote in match.votes[:_MOST_PARTS]
        ),
    )


def _tier(match: Match) -> Tier:
    if match.tier is Rests.STANDARD:
        return "standard"
    if match.strength is not Strength.BLOCK:
        return "possible"
    best = match.votes[0]
    turned = best.kind is Kind.WHOLE and best.orientation is not Orientation.UPRIGHT
    return "orientation" if turned and best.distance <= FIELD_RADIUS else "altered"
