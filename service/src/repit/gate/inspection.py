"""The one call behind every door.

In: the bytes of an upload (or bare hashes) and the name of a door. Out: `Verdict`, within the time budget,
recorded. Next: `interfaces.gate_api` answers with it; other doors call the same function.

Whatever goes wrong with an upload becomes `Undecided`, which the policy answers; only overload is an error,
because the door then says when to come back.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from repit.foundation.clock import elapsed
from repit.foundation.errors import Text
from repit.gate import matching
from repit.gate.altered import AlteredCopies, Upload
from repit.gate.arriving import Arriving
from repit.gate.canary import Watched
from repit.gate.decisions import Recorder
from repit.gate.decoder.dialogue import NotSeen
from repit.gate.decoder.pool import DecoderPool
from repit.gate.doors import Left, left_undone
from repit.gate.entries import KnownHash
from repit.gate.errors import Overloaded
from repit.gate.feed_status import StatusBoard
from repit.gate.live_index import LiveIndex
from repit.gate.meters import Meters
from repit.gate.policy import Policy, judge
from repit.gate.signals import Signals
from repit.gate.verdict import (
    NO_PICTURE,
    NOT_OPENED,
    UNOPENED,
    Evidence,
    NoPicture,
    Signal,
    Undecided,
    Verdict,
)
from repit_engine.anchors import Stage
from repit_engine.picture import DEFAULT_LIMITS
from repit_engine.types import HASH_BYTES

_log: Final = logging.getLogger(__name__)
_NOT_LOADED: Final = Undecided(
    "not-loaded",
    Text("The gate has not received its entries yet.", "Le filtre n'a pas encore reçu ses empreintes."),
)
_NOT_HASHED: Final = Text(
    "The file could not be looked at ({reason}).", "Le fichier n'a pas pu être examiné ({reason})."
)


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

    def inspect(self, data: bytes, door: str) -> Verdict:
        """Judge an upload. Raises `Overloaded`."""
        verdict = self._judged(door, lambda: self._seen(data, door), lambda seen: self.signals.of(data, seen))
        if self.hold is not None and verdict.outcome == "review" and verdict.decision is not None:
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
        """Judge an upload that never came in a form to be looked at; `reason` is a short code of ours, or
        says what it is (`doors.Left`).
        """
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
        verdict = NO_PICTURE if isinstance(seen, NoPicture) else judge(self.policy, door, seen, signals(seen))
        told = self.recorder.record(verdict, door, (elapsed() - begun) * 1000, status.sequence)
        self.meters.answered(told, door, elapsed() - begun)
        if not told.is_plain:
            _log.info("an upload was judged", extra={"fields": _fields(told, door)})
        return told

    def _same_file(self, upload: Arriving, door: str) -> list[Evidence] | Undecided | NoPicture:
        same = matching.strongest(
            one for name, digest in upload.digests() for one in matching.by_digest(self.index, name, digest)
        )
        if same:
            return same
        left = left_undone(door, "unsupported-picture", upload.head, whole=False)
        return _left(left, "too-many-bytes")

    def _seen(self, data: bytes, door: str) -> list[Evidence] | Undecided | NoPicture:
        same = matching.by_file(self.index, data)
        if same:
            return same
        limits = replace(DEFAULT_LIMITS, bytes=self.max_bytes, seconds=self.budget_seconds)
        found: list[Evidence] = []
        try:
            with self.pool.open(data, limits, self.last_stage) as looks:
                upload = Upload()
                for look in looks:
                    watched = Watched(look)
                    found += [*self.altered.found(self.index, watched, upload), *watched.canaries()]
                    if any(one.tier != "possible" for one in found):
                        break
            reason = looks.unseen
        except NotSeen as unseen:
            reason = unseen.outcome.reason
            left = left_undone(door, reason, data)
            if left != "undecided":
                return _left(left, reason)
        found = matching.strongest(found)
        if reason is None or any(one.tier != "possible" for one in found):
            return found
        return replace(_not_hashed(reason), evidence=tuple(found))

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


def _left(left: Left, reason: str) -> Undecided | NoPicture:
    if left == "no-picture":
        return NoPicture()
    return _not_hashed(reason if left == "undecided" else left)


def _not_hashed(reason: str) -> Undecided:
    if reason in UNOPENED:
        return Undecided(reason, NOT_OPENED, is_unopened=True)
    return Undecided(reason, Text(_NOT_HASHED.en.format(reason=reason), _NOT_HASHED.fr.format(reason=reason)))
