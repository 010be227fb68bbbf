"""The gate of this process.

In: its parts, put together by `assembly`. Out: `Gate`: its `admission` lets uploads in, its `inspector`
judges them. Next: every integration; `platform.loops.follow_feed` brings what the feed says through
`take_snapshot` and `take_changes`.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from repit.platform.gate.admission import Admission
from repit.platform.gate.checks import Checks
from repit.platform.gate.decisions import Recorder
from repit.platform.gate.decoder.pool import DecoderPool
from repit.platform.gate.entries import FEED, KnownEntry
from repit.platform.gate.errors import GateNotRunning
from repit.platform.gate.feed_status import StatusBoard
from repit.platform.gate.index.protocol import Index
from repit.platform.gate.index_store import IndexStore, Position
from repit.platform.gate.inspection.inspector import Inspector
from repit.platform.gate.policy import Policy
from repit.platform.gate.spool import Spool

Announced = Callable[[Sequence[KnownEntry]], None]


@dataclass(frozen=True, slots=True)
class Gate:
    """Index, index store, decoders, policy and recorder of one process."""

    index: Index
    store: IndexStore
    pool: DecoderPool
    policy: Policy
    recorder: Recorder
    board: StatusBoard
    inspector: Inspector
    announced: Announced
    """Hears of every entry once it is served and written down."""
    turn: threading.Lock = field(default_factory=threading.Lock)
    """Followers of several exchanges take turns, so that a snapshot of one keeps what others brought."""
    spool: Spool | None = None
    """Where videos go that are too long for memory."""
    checks: Checks = field(default_factory=Checks)
    admission: Admission = field(init=False)

    def __post_init__(self) -> None:
        admission = Admission(self.inspector.metrics, self.inspector.watches, self.spool)
        object.__setattr__(self, "admission", admission)

    def start(self) -> "Gate":
        """Load the index store and the kernels, start decoders and recorder."""
        self.begin()
        self.load_kernels()
        return self

    def begin(self) -> None:
        """The same but for the kernels, which then come with the first search, or beside it."""
        self.pool.start()
        position, exchanges = self.store.position(), self.store.exchanges()
        if position is not None or exchanges:
            self.index.replace_all(self.store.entries())
            self.store.forget_position_if_damaged()
        if position is not None:
            newest = None if position.newest_at is None else datetime.fromisoformat(position.newest_at)
            self.board.restored(position.sequence, newest, self.store.heard_at())
        self.recorder.start()

    def load_kernels(self) -> None:
        """So that the first upload does not wait for them."""
        self.index.warm_up()
        self.inspector.altered.warm_up()

    def close(self) -> None:
        """End the children, write what is left, close the files."""
        self.pool.close()
        self.inspector.indicators.close()
        self.recorder.close()
        self.store.close()
        self.index.close()

    # --- what followers bring -----------------------------------------------------------------------------

    def heard(self, head: int) -> None:
        """The feed answered; `head` is its newest sequence."""
        self.board.heard(head)
        self.store.note_heard()

    def take_snapshot(
        self, feed: str, sequence: int, entries: Sequence[KnownEntry], newest_at: datetime | None
    ) -> None:
        """Hold these entries in place of everything that the feed brought, then write them down."""
        with self.turn:
            self.index.replace(FEED, entries)
            at = None if newest_at is None else newest_at.isoformat()
            self.store.replace_all(entries, Position(feed, sequence, at))
        self.board.served(sequence, newest_at)
        self.announced(entries)

    def take_changes(
        self, feed: str, sequence: int, entries: Sequence[KnownEntry], newest_at: datetime | None
    ) -> None:
        """Serve these states of items at once, then write them down with the sequence they lead to."""
        with self.turn:
            self.index.apply(*entries)
            at = newest_at or self.board.read().newest_at
            self.store.apply(entries, Position(feed, sequence, None if at is None else at.isoformat()))
        self.board.served(sequence, newest_at)
        self.announced(entries)

    def take_exchange(self, source: str, entries: Sequence[KnownEntry], checkpoint: str) -> None:
        """Serve what came from an exchange at once, then write it down with how far it leads."""
        with self.turn:
            self.index.apply(*entries)
            self.store.apply_exchange(source, entries, checkpoint)

    def drop_exchange(self, source: str) -> None:
        """Forget everything that came from an exchange."""
        with self.turn:
            self.index.drop(source)
            self.store.drop_exchange(source)


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
