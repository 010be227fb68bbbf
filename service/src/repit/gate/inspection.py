"""The one call behind every door.

In: the bytes of an upload (or bare hashes) and the name of a door. Out: `Verdict`, within the time budget,
recorded. Next: `interfaces.gate_api` answers with it; other doors call the same function.

Whatever goes wrong with an upload becomes `Undecided`, which the policy answers; only overload is an error,
because the door then says when to come back.
"""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from repit.foundation.clock import elapsed
from repit.foundation.errors import Text
from repit.gate import matching
from repit.gate.altered import AlteredCopies
from repit.gate.arriving import HEAD, Arriving
from repit.gate.canary import Watched
from repit.gate.decisions import Recorder
from repit.gate.decoder.dialogue import NotSeen
from repit.gate.decoder.pool import DecoderPool
from repit.gate.doors import need_not_decide
from repit.gate.entries import KnownHash
from repit.gate.errors import Overloaded
from repit.gate.feed_status import StatusBoard
from repit.gate.live_index import LiveIndex
from repit.gate.meters import Meters
from repit.gate.pictures import Signature, agreement, signature
from repit.gate.policy import CANARY, Policy, judge
from repit.gate.signals import Signals
from repit.gate.verdict import (
    NO_PICTURE,
    PLAIN,
    SAME,
    SURE,
    Evidence,
    Here,
    NoPicture,
    Signal,
    Undecided,
    Verdict,
)
from repit_engine.anchors import QueryHashes, Stage
from repit_engine.errors import PictureRefused
from repit_engine.picture import DEFAULT_LIMITS, Limits
from repit_engine.picture.formats import sniff
from repit_engine.types import HASH_BYTES

_log: Final = logging.getLogger(__name__)
_NOT_LOADED: Final = Undecided(
    "not-loaded",
    Text("The gate has not received its entries yet.", "Le filtre n'a pas encore reçu ses empreintes."),
)
_NOT_HASHED: Final = Text(
    "The file could not be looked at ({reason}).", "Le fichier n'a pas pu être examiné ({reason})."
)


def in_thread(work: Callable[[], None]) -> None:
    """Do this while the answer goes out already."""

    def done() -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001 - the next upload is compared instead
            _log.warning("an upload could not be compared: %s", type(error).__name__)
        finally:
            connection.close()

    threading.Thread(target=done, name="compare", daemon=True).start()


@dataclass(frozen=True, slots=True)
class Inspector:
    """Everything a check needs; one for the whole process, used by all its threads."""

    index: LiveIndex
    pool: DecoderPool
    policy: Policy
    recorder: Recorder
    board: StatusBoard
    budget_seconds: float
    max_bytes: int
    last_stage: Stage = Stage.TURNED
    altered: AlteredCopies = field(default_factory=AlteredCopies)
    signals: Signals = field(default_factory=Signals)
    hold: Callable[[str, bytes], None] | None = None
    """Takes an upload that waits for review, with the name of its decision."""
    meters: Meters = field(default_factory=Meters)
    here: Callable[[], Here] = Here
    """What people at this platform have let go, and are asked about."""
    compared: Callable[[str, Mapping[str, int | None], Signature | None], None] | None = None
    """Takes how much of each item's family an upload that people will see agrees with, and its signature."""
    later: Callable[[Callable[[], None]], None] = in_thread
    """Does what no answer waits for."""

    def inspect(self, data: bytes, door: str) -> Verdict:
        """Judge an upload. Raises `Overloaded`."""
        verdict = self._judged(door, lambda: self._seen(data, door), lambda seen: self.signals.of(data, seen))
        if verdict.decision is not None:
            if verdict.wanted:
                self.later(partial(self._compare, verdict.decision, verdict, data))
            if self.hold is not None and (verdict.outcome == "review" or verdict.wanted):
                self.hold(verdict.decision, data)
        return verdict

    def inspect_arrived(self, upload: Arriving, door: str) -> Verdict:
        """Judge an upload that came in pieces; of one too long to be kept, only its digests. Raises
        `Overloaded`."""
        data = upload.data
        if data is not None:
            return self.inspect(data, door)
        return self._judged(door, lambda: self._same_file(upload, door))

    def cannot_look(self, reason: str, door: str) -> Verdict:
        """Judge an upload that never came in a form to be looked at; `reason` is a short code of ours."""
        return self._judged(door, lambda: _not_hashed(reason))

    def inspect_hashes(self, hashes: tuple[KnownHash, ...], door: str) -> Verdict:
        """Judge bare hashes, whose picture is elsewhere: only the same orientation can be met."""
        return self._judged(door, lambda: self._met(hashes))

    def _judged(
        self,
        door: str,
        see: Callable[[], list[Evidence] | Undecided | NoPicture],
        signals: Callable[[list[Evidence] | Undecided], Sequence[Signal]] = lambda _: (),
    ) -> Verdict:
        begun = elapsed()
        status = self.board.read()
        try:
            seen = see() if status.loaded else _NOT_LOADED
        except Overloaded:
            self.meters.turned_away(door)
            raise
        if isinstance(seen, NoPicture):
            verdict = NO_PICTURE
        else:
            verdict = judge(self.policy, door, seen, signals(seen), self.here())
        told = self.recorder.record(verdict, door, (elapsed() - begun) * 1000, status.sequence)
        self.meters.answered(told, door, elapsed() - begun)
        if told.rule not in PLAIN:
            _log.info("an upload was judged", extra={"fields": _fields(told, door)})
        return told

    def _same_file(self, upload: Arriving, door: str) -> list[Evidence] | Undecided | NoPicture:
        same = matching.strongest(
            one for name, digest in upload.digests() for one in matching.by_digest(self.index, name, digest)
        )
        if same:
            return same
        try:
            sniff(upload.head)
        except PictureRefused as refused:
            if need_not_decide(door, refused.code, upload.head):
                return NoPicture()
        return _not_hashed("too-many-bytes")

    def _seen(self, data: bytes, door: str) -> list[Evidence] | Undecided | NoPicture:
        same = matching.by_file(self.index, data)
        if same:
            return same
        begun = elapsed()
        try:
            with self.pool.open(data, self._limits(self.budget_seconds), self.last_stage) as stages:
                watched = Watched(stages)
                found = [*self.altered.found(self.index, watched), *watched.canaries()]
            return self._let_go(data, watched.standard, found, self.budget_seconds - (elapsed() - begun))
        except NotSeen as unseen:
            reason = unseen.outcome.reason
            return NoPicture() if need_not_decide(door, reason, data[:HEAD]) else _not_hashed(reason)

    def _limits(self, seconds: float) -> Limits:
        return Limits(
            bytes=self.max_bytes, pixels=DEFAULT_LIMITS.pixels, scans=DEFAULT_LIMITS.scans, seconds=seconds
        )

    def _views(self, data: bytes, seconds: float) -> list[QueryHashes] | None:
        """Every view of an upload up to its squares; None where they do not come in time."""
        try:
            with self.pool.open(data, self._limits(seconds), Stage.ANCHORS) as stages:
                return list(stages)
        except (NotSeen, Overloaded):
            return None

    def _let_go(
        self, data: bytes, standard: NDArray[np.uint8] | None, found: list[Evidence], seconds: float
    ) -> list[Evidence]:
        """Mark what the upload agrees with only as a picture that people let pass here.

        Of what agrees with parts of it that holds for the items only that people saw beside it: another
        picture may stand in a corner. What cannot be told in time is refused as before.
        """
        if standard is None or not found:
            return found
        near = [one for one in self.here().pictures if one.signature.near(standard)]
        views = self._views(data, seconds) if near and seconds > 0 else None
        shown = [one for one in near if views is not None and one.signature.shown_by(views)]
        if not shown:
            return found
        seen = frozenset[str]().union(*(one.items for one in shown))
        return [
            replace(one, let_go=one.item != CANARY and (one.tier in SAME or one.item in seen))
            for one in found
        ]

    def _compare(self, decision: str, verdict: Verdict, data: bytes) -> None:
        """Measure an upload that people will see against the families of the items that it agrees with, and
        take its signature. Rare: once for each question. What cannot be measured is left to the next
        upload."""
        if self.compared is None:
            return
        items = [(one.item, one.tier) for one in verdict.evidence if one.tier in SURE]
        views = self._views(data, self.budget_seconds)
        if views is None and verdict.evidence[0].tier != "exact":
            return
        depths = {
            item: 100 if tier == "exact" else agreement(views or (), self.index.anchored(item))
            for item, tier in items
        }
        told = None if views is None else signature(views, self.altered.stoplist)
        self.compared(decision, depths, told)

    def _met(self, hashes: tuple[KnownHash, ...]) -> list[Evidence]:
        found: list[Evidence] = []
        for one in hashes:
            if one.algorithm == "pdq":
                row = np.frombuffer(one.value, np.uint8).reshape(1, HASH_BYTES)
                found += matching.by_hash(self.index, row)
            else:
                found += matching.by_digest(self.index, one.algorithm, one.value)
        return matching.strongest(found)


def _fields(verdict: Verdict, door: str) -> dict[str, str | float | None]:
    """What the log says of a verdict: nothing of the file, nor of who sent it."""
    return {
        "door": door,
        "outcome": verdict.outcome,
        "rule": verdict.rule,
        "tier": verdict.evidence[0].tier if verdict.evidence else None,
        "undecided": verdict.undecided,
        "decision": verdict.decision,
        "milliseconds": round(verdict.milliseconds, 1),
    }


def _not_hashed(reason: str) -> Undecided:
    return Undecided(reason, Text(_NOT_HASHED.en.format(reason=reason), _NOT_HASHED.fr.format(reason=reason)))
