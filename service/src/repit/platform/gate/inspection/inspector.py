"""The one call behind every channel.

In: a `Question`. Out: `Verdict`, within the time budget, recorded. Next: the integrations answer with it.

Whatever goes wrong with an upload becomes `Undecided`, which the policy answers; only overload is an error,
because the channel then says when to come back.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final, Self

import numpy as np

from repit.foundation.clock import elapsed
from repit.foundation.errors import Text
from repit.foundation.hashes import Hash
from repit.platform.gate import matching
from repit.platform.gate.altered import AlteredCopies
from repit.platform.gate.decisions import Recorder, Unwritten
from repit.platform.gate.decoder.pool import DecoderPool
from repit.platform.gate.errors import Overloaded
from repit.platform.gate.feed_status import StatusBoard
from repit.platform.gate.index.protocol import Index
from repit.platform.gate.indicators import Indicators
from repit.platform.gate.inspection import files, let_go, looking
from repit.platform.gate.inspection.comparison import in_thread, measured
from repit.platform.gate.inspection.odd_messages import speaking_for
from repit.platform.gate.inspection.question import (
    BareHashes,
    LongFile,
    NotLookedAt,
    OddMessage,
    OneUpload,
    Question,
    WholeFile,
)
from repit.platform.gate.kinds import left_undone
from repit.platform.gate.metrics import Metrics
from repit.platform.gate.pictures import Signature
from repit.platform.gate.policy import LET_GO, Policy, judge
from repit.platform.gate.verdict import (
    LET_GO_HERE,
    NO_PICTURE,
    NOT_LOOKED_INTO,
    NOT_OPENED,
    UNOPENED,
    Evidence,
    Here,
    Left,
    NoPicture,
    Undecided,
    Verdict,
)
from repit_engine.anchors import QueryHashes, Stage
from repit_engine.types import HASH_BYTES

_log: Final = logging.getLogger(__name__)
_NOT_LOADED: Final = Undecided(
    "not-loaded",
    Text("The gate has not received its entries yet.", "Le filtre n’a pas encore reçu ses empreintes."),
)
_NOT_HASHED: Final = Text(
    "The file could not be looked at ({reason}).", "Le fichier n’a pas pu être examiné ({reason})."
)


@dataclass(frozen=True, slots=True)
class Inspector:
    """Everything a check needs; one for the whole process, used by all its threads."""

    index: Index
    pool: DecoderPool
    policy: Policy
    recorder: Recorder
    board: StatusBoard
    budget_seconds: float
    max_bytes: int
    last_stage: Stage = Stage.TURNED
    altered: AlteredCopies = field(default_factory=AlteredCopies)
    indicators: Indicators = field(default_factory=Indicators)
    hold: Callable[[str, bytes], None] | None = None
    """Takes an upload that waits for review, with the name of its decision."""
    metrics: Metrics = field(default_factory=Metrics)
    here: Callable[[], Here] = Here
    """What people at this platform have let go, and are asked about."""
    compared: Callable[[str, Mapping[str, int | None], Signature | None], None] | None = None
    """Takes how much of each item's family an upload that people will see agrees with, and its signature."""
    later: Callable[[Callable[[], None]], None] = in_thread
    """Does what no answer waits for."""

    def inspect(self, question: Question) -> Verdict:
        """Judge an upload. Raises `Overloaded`."""
        if isinstance(question, OddMessage):
            question = speaking_for(question, self.quiet().inspect, self.policy, self.budget_seconds)
        verdict = self._judged(question)
        if isinstance(question, WholeFile) and verdict.decision is not None:
            if verdict.wanted:
                self.later(partial(self._compare, verdict.decision, verdict, question))
            if self.hold is not None and (verdict.outcome == "review" or verdict.wanted):
                self.hold(verdict.decision, question.data)
        return verdict

    def quiet(self) -> Self:
        """The same, for a look that only prepares another or repeats one: nothing is written down or kept."""
        return replace(self, recorder=Unwritten(), hold=None)

    def _judged(self, question: OneUpload) -> Verdict:
        begun = elapsed()
        channel, status, stale = question.channel, self.board.read(), self.board.is_stale()
        try:
            seen = self._seen(question) if status.loaded else _NOT_LOADED
        except Overloaded:
            self.metrics.turned_away(channel)
            raise
        if isinstance(seen, NoPicture):
            verdict = replace(NO_PICTURE, feed_too_old=stale)
        else:
            stated = self.indicators.of(question.data, seen) if isinstance(question, WholeFile) else ()
            verdict = judge(self.policy, channel, seen, stated, self.here(), stale=stale)
        verdict, file = self._after_people(question, verdict)
        spent = (elapsed() - begun) * 1000
        recorded = self.recorder.record(verdict, channel, spent, status.sequence, file)
        self.metrics.answered(recorded, channel, elapsed() - begun)
        if not recorded.is_plain:
            _log.info("an upload was judged", extra={"fields": _fields(recorded, channel)})
        return recorded

    def _after_people(self, question: OneUpload, verdict: Verdict) -> tuple[Verdict, str]:
        """The verdict, milder where people let this very file go; and by what the file is known again."""
        if verdict.outcome == "allow" and verdict.rule != LET_GO:
            return verdict, ""
        file = files.known_by(question)
        if verdict.outcome != "allow" and files.passes(file, verdict.evidence, self.here()):
            verdict = replace(verdict, outcome="allow", rule=LET_GO, explanation=LET_GO_HERE)
        return verdict, file

    def _seen(self, question: OneUpload) -> list[Evidence] | Undecided | NoPicture:
        match question:
            case WholeFile(data=data):
                return matching.by_file(self.index, data) or self._looked_at(question)
            case LongFile(digests=digests, kind=kind):
                same = matching.by_digests(self.index, digests)
                return same or _left(left_undone("unsupported-picture", kind), "too-many-bytes")
            case BareHashes(hashes=hashes):
                return self._met(hashes)
            case NotLookedAt(reason=reason, kind=kind):
                return _left(left_undone(reason, kind), reason)

    def _looked_at(self, question: WholeFile) -> list[Evidence] | Undecided | NoPicture:
        begun = elapsed()
        seen = looking.looked_at(
            question,
            self.pool,
            looking.limits_of(self.max_bytes, self.budget_seconds),
            last=self.last_stage,
            find=lambda stages, upload: self.altered.found(self.index, stages, upload),
            enough=lambda look: look.is_sure and not let_go.near(look, self.here),
        )
        if seen.reason is not None:
            left = left_undone(seen.reason, seen.kind)
            if left != "undecided":
                return _left(left, seen.reason)
        found = let_go.marked(
            seen.looks, self.here, lambda: self._views(question, self.budget_seconds - (elapsed() - begun))
        )
        # What people let go stands for what was seen of the file, and not for the rest of it.
        sure = any(evidence.tier != "possible" and not evidence.let_go for evidence in found)
        if seen.reason is None or sure:
            return found
        return replace(_not_hashed(seen.reason), evidence=tuple(found))

    def _views(self, question: WholeFile, seconds: float) -> list[list[QueryHashes]] | None:
        if seconds <= 0:
            return None
        limits = looking.limits_of(self.max_bytes, seconds)
        return looking.views_of(question, self.pool, limits, question.sender)

    def _compare(self, decision: str, verdict: Verdict, question: WholeFile) -> None:
        if self.compared is None:
            return
        limits = looking.limits_of(self.max_bytes, self.budget_seconds)
        looks = looking.views_of(question, self.pool, limits, "")
        found = measured(verdict, looks, self.index, self.altered.stoplist)
        if found is not None:
            self.compared(decision, *found)

    def _met(self, hashes: tuple[Hash, ...]) -> list[Evidence]:
        found: list[Evidence] = []
        for hashed in hashes:
            if hashed.perceptual:
                row = np.frombuffer(hashed.value, np.uint8).reshape(1, HASH_BYTES)
                found += matching.by_hash(self.index, row)
            else:
                found += matching.by_digests(self.index, [(hashed.algorithm, hashed.value)])
        return matching.strongest(found)


def _fields(verdict: Verdict, channel: str) -> dict[str, str | float | None]:
    """What the log says of a verdict: nothing of the file, nor of who sent it."""
    return {
        "channel": channel,
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
    if left == "undecided":
        return _not_hashed(reason)
    return Undecided(left, NOT_OPENED if left in UNOPENED else NOT_LOOKED_INTO, left=left)


def _not_hashed(reason: str) -> Undecided:
    return Undecided(reason, Text(_NOT_HASHED.en.format(reason=reason), _NOT_HASHED.fr.format(reason=reason)))
