"""The one call behind every door.

In: the bytes of an upload (or bare hashes) and the name of a door. Out: `Verdict`, within the time budget,
recorded. Next: `platform.integrations.http_api` answers with it; other doors call the same function.

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
from repit.foundation.hashes import Hash
from repit.platform.gate import matching
from repit.platform.gate.altered import AlteredCopies, Upload
from repit.platform.gate.canary import Watched
from repit.platform.gate.channels import Left, left_undone
from repit.platform.gate.decisions import Recorder
from repit.platform.gate.decoder.dialogue import NotSeen
from repit.platform.gate.decoder.pool import DecoderPool
from repit.platform.gate.errors import Overloaded
from repit.platform.gate.feed_status import StatusBoard
from repit.platform.gate.index.protocol import Index
from repit.platform.gate.metrics import Meters
from repit.platform.gate.pictures import Signature, agreement, signature
from repit.platform.gate.policy import CANARY, Policy, judge
from repit.platform.gate.signals import Signals
from repit.platform.gate.upload_buffer import Arriving
from repit.platform.gate.verdict import (
    NO_PICTURE,
    NOT_OPENED,
    SAME,
    SURE,
    UNOPENED,
    Evidence,
    Here,
    LetGoPicture,
    NoPicture,
    Signal,
    Undecided,
    Verdict,
)
from repit_engine.anchors import QueryHashes, Stage
from repit_engine.picture import DEFAULT_LIMITS, Limits
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

    index: Index
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

    def inspect(self, data: bytes, door: str, sender: str = "") -> Verdict:
        """Judge an upload; `sender`: what tells senders apart, for they take turns. Raises `Overloaded`."""
        verdict = self._judged(
            door, lambda: self._seen(data, door, sender), lambda seen: self.signals.of(data, seen)
        )
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
            return self.inspect(data, door, upload.sender)
        return self._judged(door, lambda: self._same_file(upload, door))

    def cannot_look(self, reason: str, door: str) -> Verdict:
        """Judge an upload that never came in a form to be looked at; `reason` is a short code of ours, or
        says what it is (`doors.Left`).
        """
        return self._judged(door, lambda: _not_hashed(reason))

    def inspect_hashes(self, hashes: tuple[Hash, ...], door: str) -> Verdict:
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
        if not told.is_plain:
            _log.info("an upload was judged", extra={"fields": _fields(told, door)})
        return told

    def _same_file(self, upload: Arriving, door: str) -> list[Evidence] | Undecided | NoPicture:
        same = matching.by_digests(self.index, upload.digests())
        if same:
            return same
        left = left_undone(door, "unsupported-picture", upload.head, whole=False)
        return _left(left, "too-many-bytes")

    def _seen(self, data: bytes, door: str, sender: str) -> list[Evidence] | Undecided | NoPicture:
        same = matching.by_file(self.index, data)
        if same:
            return same
        limits = self._limits(self.budget_seconds)
        begun = elapsed()
        each = list[_Look]()
        try:
            with self.pool.open(data, limits, self.last_stage, sender) as looks:
                upload = Upload()
                for stages in looks:
                    watched = Watched(stages)
                    found = [*self.altered.found(self.index, watched, upload), *watched.canaries()]
                    each.append(_Look(watched.standard, found))
                    if any(one.tier != "possible" for one in found) and not self._near(watched.standard):
                        break
            reason = looks.unseen
        except NotSeen as unseen:
            reason = unseen.outcome.reason
            left = left_undone(door, reason, data)
            if left != "undecided":
                return _left(left, reason)
        found = self._let_go(data, each, self.budget_seconds - (elapsed() - begun), sender)
        # What people let go stands for what was seen of the file, and not for the rest of it.
        if reason is None or any(one.tier != "possible" and not one.let_go for one in found):
            return found
        return replace(_not_hashed(reason), evidence=tuple(found))

    def _limits(self, seconds: float) -> Limits:
        return replace(DEFAULT_LIMITS, bytes=self.max_bytes, seconds=seconds)

    def _views(self, data: bytes, seconds: float, sender: str = "") -> list[list[QueryHashes]] | None:
        """Every view of an upload up to its squares, look by look; None where they do not come in time."""
        try:
            with self.pool.open(data, self._limits(seconds), Stage.ANCHORS, sender) as looks:
                return [list(stages) for stages in looks]
        except (NotSeen, Overloaded):
            return None

    def _near(self, standard: NDArray[np.uint8] | None) -> list[LetGoPicture]:
        """Pictures that people let pass here, and that a look with this standard hash may show."""
        if standard is None:
            return []
        return [one for one in self.here().pictures if one.signature.near(standard)]

    def _let_go(self, data: bytes, each: "list[_Look]", seconds: float, sender: str) -> list[Evidence]:
        """What was found, of which is marked what agrees only as a picture that people let pass here.

        Of what agrees with parts of it that holds for the items only that people saw beside it: another
        picture may stand in a corner. A look at the same file that shows something else is judged as ever.
        What cannot be told in time is refused as before.
        """
        near = [self._near(look.standard) if look.found else [] for look in each]
        views = self._views(data, seconds, sender) if any(near) and seconds > 0 else None
        marked, found = list[Evidence](), list[Evidence]()
        for number, look in enumerate(each):
            shown = [
                one
                for one in near[number]
                if views is not None and number < len(views) and one.signature.shown_by(views[number])
            ]
            seen = frozenset[str]().union(*(one.items for one in shown))
            for one in look.found:
                goes = bool(shown) and one.item != CANARY and (one.tier in SAME or one.item in seen)
                (marked if goes else found).append(replace(one, let_go=goes))
        found = matching.strongest(found)
        held = {one.item for one in found}
        return [*found, *(one for one in matching.strongest(marked) if one.item not in held)]

    def _compare(self, decision: str, verdict: Verdict, data: bytes) -> None:
        """Measure an upload that people will see against the families of the items that it agrees with, and
        take its signature. Rare: once for each question. What cannot be measured is left to the next
        upload."""
        if self.compared is None:
            return
        sure = [one for one in verdict.evidence if one.tier in SURE]
        looks = self._views(data, self.budget_seconds)
        views = None if looks is None else [stage for stages in looks for stage in stages]
        if views is None and verdict.evidence[0].tier != "exact":
            return
        families = self.index.anchored([one.key for one in sure])
        depths = {
            one.item: 100 if one.tier == "exact" else agreement(views or (), families[one.key])
            for one in sure
        }
        # Of a file that viewers may show in several ways nobody knows which of them people saw.
        told = (
            signature(views, self.altered.stoplist) if views is not None and len(looks or ()) == 1 else None
        )
        self.compared(decision, depths, told)

    def _met(self, hashes: tuple[Hash, ...]) -> list[Evidence]:
        found: list[Evidence] = []
        for one in hashes:
            if one.perceptual:
                row = np.frombuffer(one.value, np.uint8).reshape(1, HASH_BYTES)
                found += matching.by_hash(self.index, row)
            else:
                found += matching.by_digests(self.index, [(one.algorithm, one.value)])
        return matching.strongest(found)


@dataclass(frozen=True, slots=True)
class _Look:
    """One of the ways in which a file may be shown: its standard hash, and what was found in it."""

    standard: NDArray[np.uint8] | None
    found: list[Evidence]


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
