"""Decisions, written in groups.

In: verdicts, from any thread. Out: rows (`models`). Next: the desk, reports.

One thread writes what has gathered in one transaction, so that the cost of reaching the disk is shared. A
verdict that is not a plain pass is answered only once its row is safe; the count of plain passes follows
within a second. If the database does not answer, the verdict stands and says that it is not recorded; its
row is written once the database answers again, unless the process ends before, so that its number leads
somewhere.
"""

import logging
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import Error as DatabaseError
from django.db import InterfaceError, OperationalError, close_old_connections, connection, transaction
from django.db.models import F

from repit.foundation.clock import elapsed, now
from repit.foundation.database_words import logged
from repit.foundation.ids import token
from repit.platform.gate import tallies
from repit.platform.gate.entries import FEED
from repit.platform.gate.models import Decision, DecisionCount
from repit.platform.gate.policy import CANARY
from repit.platform.gate.senders import Senders
from repit.platform.gate.verdict import SURE, Evidence, Verdict

WAIT_SECONDS: Final = 2.0
_GATHER_SECONDS: Final = 0.5
_MOST_WAITING: Final = 10_000
_MOST_ITEMS: Final = 5
_MOST_ALSO: Final = 200
_MOST_SEGMENTS: Final = 20
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Met:
    """An upload that surely agrees with an item, as it was recorded. `counts`: not the same sender again."""

    decision: str
    item: str
    exchange: str
    tier: str
    confirmations: int
    refused: bool
    counts: bool


Ask = Callable[[Sequence[Met]], set[str]]
"""Tells the desk of uploads that surely agree with an item; the decisions whose upload it wants to see."""


@dataclass(slots=True)
class _Pending:
    row: Decision
    met: tuple[str, ...] = ()
    same: Met | None = None
    wanted: bool = False
    done: threading.Event = field(default_factory=threading.Event)
    written: bool = False


class Recorder:
    """Writes decisions; `start` and `close` it."""

    def __init__(self, *, tally: bool = False, ask: Ask | None = None) -> None:
        """`tally`: count which items are met, for the hotline; `ask`: of what refuses, ask the desk."""
        self.matched = threading.Event()
        """Set whenever an item's count has grown."""
        self.unrecorded = 0
        """Verdicts, since the start, that were given before they were safe."""
        self.failing_since: float | None = None
        """Since when the database takes nothing, as `elapsed`; None while it does."""
        self._tally, self._ask = tally, ask
        self._senders = Senders()
        self._changed = threading.Condition()
        self._rows: list[_Pending] = []
        self._counts: Counter[tuple[datetime, str, str, str]] = Counter()
        self._closing = False
        self._thread = threading.Thread(target=self._write, name="decision-recorder", daemon=True)

    def start(self) -> "Recorder":
        """Begin to write."""
        self._thread.start()
        return self

    def close(self) -> None:
        """Write what is left, then stop."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        if self._thread.ident is not None:
            self._thread.join(WAIT_SECONDS)

    def record(
        self, verdict: Verdict, channel: str, milliseconds: float, sequence: int, file: str = ""
    ) -> Verdict:
        """Write the decision down; the verdict with its name, and whether it is safe. `file`: by what the
        very file is known again."""
        moment = now()
        hour = moment.replace(minute=0, second=0, microsecond=0)
        pending = None
        if not verdict.is_plain:
            fresh = {evidence.item for evidence in verdict.evidence if self._senders.first(evidence.item)}
            row = _row(verdict, channel, milliseconds, sequence, moment, file)
            same = _same(verdict, row.name, fresh) if self._ask is not None else None
            pending = _Pending(row, _reported(verdict, fresh) if self._tally else (), same)
        with self._changed:
            self._counts[hour, channel, verdict.outcome, verdict.rule] += 1
            full = len(self._rows) >= _MOST_WAITING
            if pending is not None and not full:
                self._rows.append(pending)
                self._changed.notify_all()
        if pending is None:
            return verdict.with_record(milliseconds=milliseconds)
        safe = not full and pending.done.wait(WAIT_SECONDS) and pending.written
        if not safe:
            with self._changed:
                self.unrecorded += 1
        return verdict.with_record(
            milliseconds=milliseconds,
            decision=pending.row.name,
            recorded=safe,
            wanted=safe and pending.wanted,
        )

    def _write(self) -> None:
        try:
            while True:
                with self._changed:
                    if not self._rows and not self._closing:
                        self._changed.wait(_GATHER_SECONDS)
                    rows, self._rows = self._rows, []
                    counts, self._counts = self._counts, Counter()
                    closing = self._closing
                if rows or counts:
                    self._commit(rows, counts)
                if closing:
                    return
        finally:
            connection.close()

    def _commit(self, rows: list[_Pending], counts: Counter[tuple[datetime, str, str, str]]) -> None:
        try:
            close_old_connections()
            with transaction.atomic():
                Decision.objects.bulk_create([pending.row for pending in rows])
                for (hour, channel, outcome, rule), count in counts.items():
                    _count(hour, channel, outcome, rule, count)
                met = Counter(item for pending in rows for item in pending.met)
                tallies.add(met)
                same = [pending.same for pending in rows if pending.same is not None]
                wanted = self._ask(same) if self._ask is not None and same else set()
            self.failing_since = None
            for pending in rows:
                pending.written, pending.wanted = True, pending.row.name in wanted
            if met:
                self.matched.set()
        except Exception as error:  # noqa: BLE001 - whatever happens here, uploads must be answered
            stated = logged(error) if isinstance(error, DatabaseError) else type(error).__name__
            _log.error("decisions could not be recorded: %s", stated)
            away = isinstance(error, OperationalError | InterfaceError)
            with self._changed:
                self._counts += counts
                self.failing_since = self.failing_since or elapsed()
                if away and len(self._rows) + len(rows) <= _MOST_WAITING:
                    self._rows[:0] = rows
            connection.close()
            threading.Event().wait(_GATHER_SECONDS)
        finally:
            for pending in rows:
                pending.done.set()


class Unwritten(Recorder):
    """Writes nothing down: for a look that only prepares another, or repeats one."""

    def record(
        self,
        verdict: Verdict,
        channel: str,  # noqa: ARG002
        milliseconds: float,
        sequence: int,  # noqa: ARG002
        file: str = "",  # noqa: ARG002
    ) -> Verdict:
        """The verdict, unnamed."""
        return verdict.with_record(milliseconds=milliseconds)


def _count(hour: datetime, channel: str, outcome: str, rule: str, count: int) -> None:
    key = {"hour": hour, "channel": channel, "outcome": outcome, "rule": rule}
    if not DecisionCount.objects.filter(**key).update(count=F("count") + count):
        row, made = DecisionCount.objects.get_or_create(**key, defaults={"count": count})
        if not made:
            DecisionCount.objects.filter(pk=row.pk).update(count=F("count") + count)


def _row(  # noqa: PLR0917 - a row has so many columns
    verdict: Verdict, channel: str, milliseconds: float, sequence: int, at: datetime, file: str
) -> Decision:
    best = verdict.evidence[0] if verdict.evidence else None
    return Decision(
        name=token(),
        at=at,
        channel=channel,
        outcome=verdict.outcome,
        would_be=verdict.would_be or "",
        rule=verdict.rule,
        undecided=verdict.undecided or "",
        item=best.item if best else "",
        origin=best.origin if best else "",
        kind=best.kind if best else "",
        tier=best.tier if best else "",
        distance=best.distance if best else None,
        turned=(best.turned or "") if best else "",
        items=len(verdict.evidence),
        milliseconds=round(milliseconds),
        sequence=sequence,
        exchange=best.exchange if best else "",
        source=best.source if best else "",
        indicators=" ".join(f"{indicator.code}:{indicator.word}" for indicator in verdict.indicators)[:600],
        evidence=[_kept(evidence) for evidence in verdict.evidence[:_MOST_ITEMS]],
        also=[[evidence.item, evidence.source] for evidence in verdict.evidence if evidence.tier in SURE][
            :_MOST_ALSO
        ],
        file=file,
    )


def _reported(verdict: Verdict, fresh: set[str]) -> tuple[str, ...]:
    """Items that the hotline hears of: those that came from it."""
    return tuple(
        sorted(
            {
                evidence.item
                for evidence in verdict.evidence
                if evidence.source == FEED and evidence.item in fresh
            }
        )
    )


def _same(verdict: Verdict, decision: str, fresh: set[str]) -> Met | None:
    """The upload as one that surely agrees with an item, if it does."""
    best = verdict.evidence[0] if verdict.evidence else None
    if best is None or best.tier not in SURE or best.item == CANARY:
        return None
    return Met(
        decision,
        best.item,
        best.exchange,
        best.tier,
        best.confirmations,
        refused=verdict.outcome == "block",
        counts=best.item in fresh,
    )


def _kept(evidence: Evidence) -> dict[str, Any]:
    """What the desk shows of one item that agrees."""
    return {
        "item": evidence.item,
        "exchange": evidence.exchange,
        "source": evidence.source,
        "origin": evidence.origin,
        "kind": evidence.kind,
        "state": evidence.state,
        "confirmations": evidence.confirmations,
        "tier": evidence.tier,
        "distance": evidence.distance,
        "turned": evidence.turned,
        "expected_false": evidence.expected_false,
        "stale": evidence.stale,
        "proportion": None if evidence.proportion is None else round(evidence.proportion, 3),
        "segments": [
            {"upload": segment.upload, "known": segment.known, "speed": round(segment.speed, 4)}
            for segment in evidence.segments[:_MOST_SEGMENTS]
        ],
        "agreeing": evidence.agreeing,
        "scenes": evidence.scenes,
        "duration": evidence.duration,
        "piece": evidence.piece,
        "parts": [
            {"of": part.of, "distance": part.distance, "rectangle": [round(x, 4) for x in part.rectangle]}
            for part in evidence.parts
        ],
    }
