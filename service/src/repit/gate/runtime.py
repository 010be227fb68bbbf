"""The gate of this process, assembled from settings.

In: Django's settings. Out: `Gate`, started; `inspect`, the one call. Next: `interfaces.gate_api` and every
other door; `workers.follow_feed` brings what the feed says through `take_snapshot` and `take_changes`.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from django.conf import settings

from repit.foundation.errors import SettingsRefused, Text
from repit.gate.decisions import Recorder
from repit.gate.decoder.pool import DecoderPool
from repit.gate.entries import KnownEntry
from repit.gate.errors import GateNotRunning
from repit.gate.feed_status import StatusBoard
from repit.gate.inspection import Inspector
from repit.gate.live_index import LiveIndex
from repit.gate.mirror import Mirror, Standing
from repit.gate.policy import Policy, default_policy, parse_policy
from repit.gate.verdict import Outcome, Verdict
from repit_engine.anchors import Stage

_UNDECIDED: Final[dict[str, Outcome]] = {"pass": "allow", "review": "review", "refuse": "block"}


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

    def start(self) -> "Gate":
        """Load the mirror, start decoders and recorder."""
        self.pool.start()
        self.index.warm_up()
        self.inspector.altered.warm_up()
        standing = self.mirror.standing()
        if standing is not None:
            self.index.replace_all(self.mirror.entries())
            self.mirror.forget_standing_if_damaged()
            newest = None if standing.newest_at is None else datetime.fromisoformat(standing.newest_at)
            self.board.restored(standing.sequence, newest)
        self.recorder.start()
        return self

    def close(self) -> None:
        """End the children, write what is left, close the files."""
        self.pool.close()
        self.recorder.close()
        self.mirror.close()
        self.index.close()

    # --- what followers bring -----------------------------------------------------------------------------

    def take_snapshot(
        self, feed: str, sequence: int, entries: Sequence[KnownEntry], newest_at: datetime | None
    ) -> None:
        """Hold these entries in place of everything, then write them down."""
        self.index.replace_all(entries)
        at = None if newest_at is None else newest_at.isoformat()
        self.mirror.replace_all(entries, Standing(feed, sequence, at))
        self.board.served(sequence, newest_at)

    def take_changes(
        self, feed: str, sequence: int, entries: Sequence[KnownEntry], newest_at: datetime | None
    ) -> None:
        """Serve these states of items at once, then write them down with the sequence they lead to."""
        for entry in entries:
            self.index.apply(entry)
        at = newest_at or self.board.read().newest_at
        self.mirror.apply(entries, Standing(feed, sequence, None if at is None else at.isoformat()))
        self.board.served(sequence, newest_at)


def assemble(decoder: Sequence[str] | None = None) -> Gate:
    """A gate as the settings want it, not yet started. Raises `SettingsRefused`."""
    index, board = LiveIndex(), StatusBoard()
    reports = settings.REPIT_GATE_REPORT_MATCHES and bool(settings.REPIT_GATE_FEED_URL)
    recorder = Recorder(tally=reports)
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
    )
    return Gate(index, _mirror(), pool, policy, recorder, board, inspector)


def _mirror() -> Mirror:
    wanted: str = settings.REPIT_GATE_INDEX
    if wanted == "memory":
        return Mirror(None, sealed=False)
    if wanted == "sealed":
        return Mirror(Path(settings.REPIT_DATA), sealed=True)
    return Mirror(Path(wanted).absolute(), sealed=False)


def _policy() -> Policy:
    undecided = _UNDECIDED[settings.REPIT_GATE_UNDECIDED]
    path: str = settings.REPIT_GATE_POLICY
    if not path:
        return default_policy(undecided)
    try:
        return parse_policy(Path(path).read_bytes())
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
