"""The gate of this process, assembled from settings.

In: Django's settings. Out: `Gate`, started; `inspect`, the one call. Next: `platform.integrations.http_api`
and every other door; `platform.loops.follow_feed` brings what the feed says through `take_snapshot` and
`take_changes`.
"""

import logging
import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import Error as DatabaseError

from repit.foundation.errors import SettingsRefused, Text
from repit.platform.gate.classifier import Classifier, read_sheet
from repit.platform.gate.decisions import Recorder
from repit.platform.gate.decoder.pool import DecoderPool
from repit.platform.gate.entries import KnownEntry, of_an_exchange
from repit.platform.gate.errors import GateNotRunning
from repit.platform.gate.feed_status import StatusBoard
from repit.platform.gate.index_store import Mirror, Standing
from repit.platform.gate.inspection import Inspector
from repit.platform.gate.live_index import LiveIndex
from repit.platform.gate.policy import Policy, default_policy
from repit.platform.gate.policy_file import parse_policy
from repit.platform.gate.signals import Signals
from repit.platform.gate.upload_buffer import Arriving, Reception
from repit.platform.gate.verdict import Outcome, Verdict
from repit.platform.review import let_go, media, questions
from repit_engine.anchors import Stage

_log: Final = logging.getLogger(__name__)
_UNDECIDED: Final[dict[str, Outcome]] = {"pass": "allow", "review": "review", "refuse": "block"}
_DOORS: Final[dict[str, Outcome]] = {"open": "allow", "review": "review", "closed": "block"}


@dataclass(frozen=True, slots=True)
class Gate:
    """Index, mirror, decoders, policy and recorder of one process."""

    index: LiveIndex
    mirror: Mirror
    pool: DecoderPool
    policy: Policy
    recorder: Recorder
    board: StatusBoard
    inspector: Inspector
    turn: threading.Lock = field(default_factory=threading.Lock)
    """Followers of several exchanges take turns, so that a snapshot of one keeps what others brought."""
    reception: Reception = field(default_factory=lambda: Reception(settings.REPIT_GATE_MEMORY))

    def arriving(self, sender: str = "") -> Arriving:
        """Room for one upload, of the sizes that the settings allow; `sender`: see `Arriving`."""
        keep, most = settings.REPIT_GATE_MAX_BYTES, settings.REPIT_GATE_MAX_FILE_BYTES
        return Arriving(self.reception, keep, most, sender)

    def start(self) -> "Gate":
        """Load the mirror, start decoders and recorder."""
        self.pool.start()
        self.index.warm_up()
        self.inspector.altered.warm_up()
        standing, exchanges = self.mirror.standing(), self.mirror.exchanges()
        if standing is not None or exchanges:
            self.index.replace_all(self.mirror.entries())
            self.mirror.forget_standing_if_damaged()
        if standing is not None:
            newest = None if standing.newest_at is None else datetime.fromisoformat(standing.newest_at)
            self.board.restored(standing.sequence, newest)
        self.recorder.start()
        return self

    def close(self) -> None:
        """End the children, write what is left, close the files."""
        self.pool.close()
        self.inspector.signals.close()
        self.recorder.close()
        self.mirror.close()
        self.index.close()

    # --- what followers bring -----------------------------------------------------------------------------

    def take_snapshot(
        self, feed: str, sequence: int, entries: Sequence[KnownEntry], newest_at: datetime | None
    ) -> None:
        """Hold these entries in place of everything this feed told of, then write them down."""
        with self.turn:
            self.index.replace_all(chain(entries, self.index.held(of_an_exchange)))
            at = None if newest_at is None else newest_at.isoformat()
            self.mirror.replace_all(entries, Standing(feed, sequence, at))
        self.board.served(sequence, newest_at)
        _told_the_desk(entries)

    def take_changes(
        self, feed: str, sequence: int, entries: Sequence[KnownEntry], newest_at: datetime | None
    ) -> None:
        """Serve these states of items at once, then write them down with the sequence they lead to."""
        with self.turn:
            for entry in entries:
                self.index.apply(entry)
            at = newest_at or self.board.read().newest_at
            self.mirror.apply(entries, Standing(feed, sequence, None if at is None else at.isoformat()))
        self.board.served(sequence, newest_at)
        _told_the_desk(entries)

    def take_exchange(self, source: str, entries: Sequence[KnownEntry], checkpoint: str) -> None:
        """Serve what an exchange tells at once, then write it down with how far it leads."""
        with self.turn:
            for entry in entries:
                self.index.apply(entry)
            self.mirror.apply_exchange(source, entries, checkpoint)

    def drop_exchange(self, source: str, prefix: str) -> None:
        """Forget everything that an exchange told of."""
        with self.turn:
            for name in self.index.names(prefix):
                self.index.forget(name)
            self.mirror.drop_exchange(source)


def _told_the_desk(entries: Sequence[KnownEntry]) -> None:
    """What banks ask of people here, and what they have withdrawn. The index is served already: a database
    that is away keeps nobody from being protected."""
    asked = {entry.item: entry.asked for entry in entries if entry.asked and entry.state != "withdrawn"}
    gone = [entry.item for entry in entries if entry.state == "withdrawn"]
    try:
        questions.bank_asks(asked, gone)
    except DatabaseError as error:
        _log.warning("the desk does not hear of a bank's wish: %s", type(error).__name__)


def assemble(decoder: Sequence[str] | None = None) -> Gate:
    """A gate as the settings want it, not yet started. Raises `SettingsRefused`."""
    index, board = LiveIndex(), StatusBoard()
    reports = settings.REPIT_GATE_REPORT_MATCHES and bool(settings.REPIT_GATE_FEED_URL)
    recorder = Recorder(tally=reports, ask=questions.met)
    policy = _policy()
    pool = DecoderPool(settings.REPIT_GATE_WORKERS or os.cpu_count() or 1, decoder)
    inspector = Inspector(
        index=index,
        pool=pool,
        policy=policy,
        recorder=recorder,
        board=board,
        budget_seconds=settings.REPIT_GATE_BUDGET_MS / 1000,
        max_bytes=settings.REPIT_GATE_MAX_BYTES,
        last_stage=Stage[settings.REPIT_GATE_STAGES.upper()],
        hold=media.hold,
        signals=Signals(_classifier()),
        here=let_go.here,
        compared=questions.compared,
    )
    return Gate(index, _mirror(), pool, policy, recorder, board, inspector)


def _classifier() -> Classifier | None:
    path: str = settings.REPIT_GATE_CLASSIFIER
    return Classifier(read_sheet(Path(path))) if path else None


def _mirror() -> Mirror:
    wanted: str = settings.REPIT_GATE_INDEX
    if wanted == "memory":
        return Mirror(None, sealed=False)
    if wanted == "sealed":
        return Mirror(Path(settings.REPIT_DATA), sealed=True)
    return Mirror(Path(wanted).absolute(), sealed=False)


def _policy() -> Policy:
    undecided = _UNDECIDED[settings.REPIT_GATE_UNDECIDED]
    doors = {
        "clamd": _DOORS[settings.REPIT_GATE_CLAMD_UNDECIDED],
        "icap": _DOORS[settings.REPIT_GATE_ICAP_UNDECIDED],
    }
    if settings.REPIT_GATE_S3_UNDECIDED:
        doors["s3"] = _DOORS[settings.REPIT_GATE_S3_UNDECIDED]
    path: str = settings.REPIT_GATE_POLICY
    if not path:
        return default_policy(undecided, doors)
    try:
        policy = parse_policy(Path(path).read_bytes())
        return replace(policy, undecided_doors={**doors, **policy.undecided_doors})
    except OSError:
        raise SettingsRefused(
            Text("The policy file cannot be read.", "Le fichier de politique est illisible."),
            Text("Check REPIT_GATE_POLICY.", "Vérifiez REPIT_GATE_POLICY."),
        ) from None


class _Process:
    gate: Gate | None = None


def install(gate: Gate | None) -> None:
    """Make this the gate of the process; None takes it away."""
    _Process.gate = gate


def current() -> Gate:
    """The gate of this process. Raises `GateNotRunning`."""
    if _Process.gate is None:
        raise GateNotRunning
    return _Process.gate


def inspect(data: bytes, door: str) -> Verdict:
    """Judge an upload: the one call behind every door. Raises `Overloaded`, `GateNotRunning`."""
    return current().inspector.inspect(data, door)
