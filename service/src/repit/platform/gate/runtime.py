"""The gate of this process.

In: its parts, put together by `assembly`. Out: `Gate`; `inspect`, the one call. Next:
`platform.integrations.http_api` and every other door; `platform.loops.follow_feed` brings what the feed says
through `take_snapshot` and `take_changes`.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain

from django.conf import settings

from repit.platform.gate.decisions import Recorder
from repit.platform.gate.decoder.pool import DecoderPool
from repit.platform.gate.entries import KnownEntry, of_an_exchange
from repit.platform.gate.errors import GateNotRunning
from repit.platform.gate.feed_status import StatusBoard
from repit.platform.gate.index_store import Mirror, Standing
from repit.platform.gate.inspection import Inspector
from repit.platform.gate.live_index import LiveIndex
from repit.platform.gate.policy import Policy
from repit.platform.gate.upload_buffer import Arriving, Reception
from repit.platform.gate.verdict import Verdict

Announced = Callable[[Sequence[KnownEntry]], None]


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
    announced: Announced
    """Hears of every entry once it is served and written down."""
    turn: threading.Lock = field(default_factory=threading.Lock)
    """Followers of several exchanges take turns, so that a snapshot of one keeps what others brought."""
    reception: Reception = field(default_factory=lambda: Reception(settings.REPIT_GATE_MEMORY))

    def arriving(self, sender: str = "") -> Arriving:
        """Room for one upload, of the sizes that the settings allow; `sender`: see `Arriving`."""
        keep, most = settings.REPIT_GATE_MAX_BYTES, settings.REPIT_GATE_MAX_FILE_BYTES
        return Arriving(self.reception, keep, most, sender)

    def start(self) -> "Gate":
        """Load the mirror and the kernels, start decoders and recorder."""
        self.begin()
        self.load_kernels()
        return self

    def begin(self) -> None:
        """The same but for the kernels, which then come with the first search, or beside it."""
        self.pool.start()
        standing, exchanges = self.mirror.standing(), self.mirror.exchanges()
        if standing is not None or exchanges:
            self.index.replace_all(self.mirror.entries())
            self.mirror.forget_standing_if_damaged()
        if standing is not None:
            newest = None if standing.newest_at is None else datetime.fromisoformat(standing.newest_at)
            self.board.restored(standing.sequence, newest)
        self.recorder.start()

    def load_kernels(self) -> None:
        """So that the first upload does not wait for them."""
        self.index.warm_up()
        self.inspector.altered.warm_up()

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
        self.announced(entries)

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
        self.announced(entries)

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
