"""The one call behind every channel.

In: a `Question`. Out: `Verdict`, within the time budget, recorded. Next: the integrations answer with it.

Whatever goes wrong with an upload becomes `Undecided`, which the policy answers; only overload is an error,
because the channel then says when to come back.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain
from typing import Final, Self

import numpy as np

from repit.foundation.clock import elapsed
from repit.foundation.errors import Text
from repit.foundation.hashes import Hash
from repit.platform.gate import matching
from repit.platform.gate.altered import AlteredCopies, Upload, noting
from repit.platform.gate.content import Content, InMemory
from repit.platform.gate.decisions import Recorder, Unwritten
from repit.platform.gate.decoder.pool import DecoderPool
from repit.platform.gate.decoder.watching import BUSY
from repit.platform.gate.errors import Overloaded
from repit.platform.gate.feed_status import StatusBoard
from repit.platform.gate.film_kinds import holds_film, is_film
from repit.platform.gate.films import Films, Track
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
from repit.platform.gate.inspection.ruling import NOT_COMPARED, VIDEO_NOT_COMPARED, ruled
from repit.platform.gate.inspection.video_work import VideoWork
from repit.platform.gate.inspection.watching import Watched, watched
from repit.platform.gate.kinds import UNREAD, left_undone
from repit.platform.gate.metrics import Metrics
from repit.platform.gate.pictures import Signature
from repit.platform.gate.policy import CANARY, LET_GO, Policy, judge
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
from repit_engine.errors import VideoTooLarge
from repit_engine.picture.kinds import Kind
from repit_engine.picture.shown import SEQUENCE
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
    films: Films = field(default_factory=Films)
    videos: VideoWork = field(default_factory=VideoWork)
    """Which videos are looked at, and for how long."""
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
        return replace(self, recorder=Unwritten(), hold=None, films=self.films.quiet())

    def until(self, moment: float) -> Self:
        """The same for whoever waits no longer for a video (`foundation.clock.elapsed`)."""
        return replace(self, videos=replace(self.videos, until=moment))

    def watches(self) -> bool:
        """Whether videos are looked at now."""
        return self.videos.is_worth(self.index.view())

    def _judged(self, question: OneUpload) -> Verdict:
        begun = elapsed()
        channel, status, stale = question.channel, self.board.read(), self.board.is_stale()
        try:
            seen = self._as_it_stands(self._seen(question)) if status.loaded else _NOT_LOADED
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
            case LongFile(digests=digests):
                return matching.by_digests(self.index, digests) or self._of_long(question)
            case BareHashes(hashes=hashes):
                of_video, whole = ruled(partial(self._of_moments, question))
                met = matching.strongest([*self._met(hashes), *of_video])
                if whole or _is_sure(met):
                    return met
                return replace(_not_hashed(VIDEO_NOT_COMPARED, "video"), evidence=tuple(met))
            case NotLookedAt(reason=reason, kind=kind):
                return _left(left_undone(reason, kind), reason)

    def _as_it_stands(
        self, seen: list[Evidence] | Undecided | NoPicture
    ) -> list[Evidence] | Undecided | NoPicture:
        """The same by what is known now: a look takes seconds, and an item may be withdrawn meanwhile."""
        if isinstance(seen, NoPicture):
            return seen
        given = seen.evidence if isinstance(seen, Undecided) else seen
        known = self.index.known([evidence.key for evidence in given]) if given else {}
        kept = [
            replace(evidence, state=entry.state, confirmations=entry.confirmations) if entry else evidence
            for evidence in given
            if (entry := known.get(evidence.key)) or evidence.item == CANARY
        ]
        return replace(seen, evidence=tuple(kept)) if isinstance(seen, Undecided) else kept

    def _of_long(self, question: LongFile) -> list[Evidence] | Undecided | NoPicture:
        if not question.is_film or not self.watches():
            return _left(left_undone("unsupported-picture", question.kind), "too-many-bytes")
        if question.content is None and question.is_crowded_out and self.videos.until is None:
            raise Overloaded
        if question.content is None:
            return _left("video", BUSY if question.is_crowded_out else VideoTooLarge.code)
        seen = self._film(question.content, question.sender)
        if not question.is_picture or (isinstance(seen, Undecided) and seen.left == "video"):
            return seen
        found = seen if isinstance(seen, list) else []
        return found if _is_sure(found) else replace(_not_hashed("too-many-bytes"), evidence=tuple(found))

    def _film(self, content: Content, sender: str) -> list[Evidence] | Undecided | NoPicture:
        """A video, by what it shows from when to when. Raises `Overloaded`."""
        seen = self._watched(content, sender)
        if seen.reason is None:
            return seen.found
        left = _left(left_undone(seen.reason, Kind.FILM), seen.reason)
        return replace(left, evidence=tuple(seen.found)) if isinstance(left, Undecided) else left

    def _watched(self, content: Content, sender: str) -> Watched:
        def find(track: Track) -> list[Evidence]:
            return self.films.found(self.index, track, self.altered)

        begun = elapsed()
        try:
            seen = watched(content, self.pool, self.videos.left, sender, find)
        except Overloaded:
            if self.videos.until is None:
                raise
            seen = Watched(reason=BUSY)
        self.metrics.watched(seen.reason, elapsed() - begun)
        return seen

    def _looked_at(self, question: WholeFile) -> list[Evidence] | Undecided | NoPicture:
        begun, failed = elapsed(), list[str]()
        seen = looking.looked_at(
            question,
            self.pool,
            looking.limits_of(self.max_bytes, self.budget_seconds),
            last=self.last_stage,
            find=partial(self._found, failed),
            enough=lambda look: look.is_sure and not let_go.near(look, self.here),
        )
        if seen.reason is not None:
            left = left_undone(seen.reason, seen.kind)
            unread = seen.reason in UNREAD
            if unread and is_film(question.data, seen.kind) and self.watches():
                return self._film(InMemory(question.data), question.sender)
            if left != "undecided":
                return _left(left, seen.reason)
        found = let_go.marked(
            seen.looks, self.here, lambda: self._views(question, self.budget_seconds - (elapsed() - begun))
        )
        reason = seen.reason or next(iter(failed), None)
        of: Left = "undecided"
        as_video = seen.moves or holds_film(question.data)
        if as_video and not _is_sure(found) and self.watches():
            more = self._watched(InMemory(question.data), question.sender)
            found = matching.strongest([*found, *more.found])
            if reason in (None, SEQUENCE):
                reason, of = more.reason, "video"
        # What people let go stands for what was seen of the file, and not for the rest of it.
        if reason is None or _is_sure(found):
            return found
        return replace(_not_hashed(reason, of), evidence=tuple(found))

    def _found(self, failed: list[str], stages: Iterable[QueryHashes], upload: Upload) -> list[Evidence]:
        """What one look at a picture has in common with pictures, and then with moments of videos; `failed`
        is told where a rule could not say."""
        heard: list[QueryHashes] = []
        coming = iter(stages)
        pictures = ruled(lambda: self.altered.found(self.index, noting(heard, coming), upload))
        if _is_sure(pictures.found):
            return pictures.found
        stills = ruled(lambda: self.films.stills(self.index, chain(heard, coming)))
        if not (pictures.whole and stills.whole):
            failed.append(NOT_COMPARED)
        return matching.strongest([*pictures.found, *stills.found])

    def _of_moments(self, question: BareHashes) -> list[Evidence]:
        if question.moments is None:
            return []
        return self.films.found_of(self.index, question.moments, self.altered)

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


def _is_sure(found: list[Evidence]) -> bool:
    return any(evidence.tier != "possible" and not evidence.let_go for evidence in found)


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
    if left in ("undecided", "video"):
        return _not_hashed(reason, left)
    return Undecided(left, NOT_OPENED if left in UNOPENED else NOT_LOOKED_INTO, left=left)


def _not_hashed(reason: str, left: Left = "undecided") -> Undecided:
    text = Text(_NOT_HASHED.en.format(reason=reason), _NOT_HASHED.fr.format(reason=reason))
    return Undecided(reason, text, left=left)
