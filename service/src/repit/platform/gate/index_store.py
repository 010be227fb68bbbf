"""What the gate knows, kept over a restart.

In: entries and how far they bring the gate. Out: the same, after any crash. Next: `runtime` fills the index
from it in seconds, the follower and each exchange go on from where they were.

One SQLite file beside the gate's other data. `sealed`: every entry is sealed under the operator's key, which
lies outside the file, so that a stolen disk tells nothing. A folder: not sealed, because the operator says
that it is encrypted or volatile. `memory`: no file at all, and a restart begins with a snapshot. A withdrawn
entry, and hashes that an entry holds no longer, are overwritten (secure_delete), in the write-ahead log too.
No backup of this file is of use: a gate that lost it begins with a snapshot.
"""

import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

from repit.foundation.clock import elapsed, now
from repit.foundation.errors import InputRefused, SealBroken
from repit.foundation.sealing import Place, Sealer, keyed_digest, operator
from repit.platform.gate.entries import FEED, Key, KnownEntry, packed, unpacked

Mode = Literal["sealed", "folder", "memory"]
FILE: Final = "gate-index.sqlite3"
_TABLES: Final = """
PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA trusted_schema=OFF;
CREATE TABLE IF NOT EXISTS entry (
    source TEXT NOT NULL, name BLOB NOT NULL, body BLOB NOT NULL, PRIMARY KEY (source, name)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS position (
    one INTEGER PRIMARY KEY CHECK (one = 1), feed TEXT NOT NULL, sequence INTEGER NOT NULL, newest_at TEXT);
CREATE TABLE IF NOT EXISTS exchange (source TEXT PRIMARY KEY, checkpoint TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS heard (one INTEGER PRIMARY KEY CHECK (one = 1), at TEXT NOT NULL);
"""
_HEARD_EVERY: Final = 600.0
"""Seconds between two notes that the feed was heard; what is too old is told in hours."""


@dataclass(frozen=True, slots=True)
class Position:
    """How far a feed has been taken in; `newest_at` is the ISO time of its newest change, where known."""

    feed: str
    sequence: int
    newest_at: str | None = None


class IndexStore:
    """Entries by source and item, and how far each source was taken in, changed in one transaction. `path`
    None keeps nothing."""

    def __init__(self, path: Path | None, *, sealed: bool) -> None:
        self.mode: Mode = "memory" if path is None else "sealed" if sealed else "folder"
        self._sealer: Sealer | None = operator("gate index") if sealed else None
        self._damaged = False
        self._noted: float | None = None
        self._turn = threading.Lock()
        self._db: sqlite3.Connection | None = None
        self._records: dict[Key, KnownEntry] = {}
        """What came from exchanges, where there is no file to keep it in."""
        if path is not None:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = path / FILE
            file.touch(mode=0o600)
            self._db = sqlite3.connect(file, check_same_thread=False, isolation_level=None, timeout=20)
            self._db.executescript(_TABLES)

    def close(self) -> None:
        """Close the file."""
        with self._turn:
            if self._db is not None:
                self._db.close()
                self._db = None

    def position(self) -> Position | None:
        """How far the feed was taken in, or None if nothing of it ever was."""
        with self._turn:
            if self._db is None:
                return None
            row = self._db.execute("SELECT feed, sequence, newest_at FROM position").fetchone()
        return None if row is None else Position(*row)

    def heard_at(self) -> datetime | None:
        """When the feed was last known to be heard."""
        with self._turn:
            row = None if self._db is None else self._db.execute("SELECT at FROM heard").fetchone()
        return None if row is None else datetime.fromisoformat(row[0])

    def note_heard(self) -> None:
        """The feed was heard just now. Never raises: the feed is followed whatever the disk says."""
        moment = elapsed()
        if self._noted is not None and moment - self._noted < _HEARD_EVERY:
            return
        with suppress(sqlite3.Error), self._turn, self._transaction() as db:
            if db is not None:
                db.execute("INSERT OR REPLACE INTO heard VALUES (1, ?)", (now().isoformat(),))
        self._noted = moment

    def entries(self) -> Iterator[KnownEntry]:
        """Everything kept, without what no longer opens.

        Raises `SealBroken` if nothing at all opens: the operator's key is then another one.
        """
        if self._db is None:
            return
        opened = broken = 0
        for name, body in self._db.execute("SELECT name, body FROM entry"):
            try:
                yield unpacked(self._open(name, body))
                opened += 1
            except (SealBroken, InputRefused):
                broken += 1
        self._damaged = broken > 0
        if broken and not opened:
            raise SealBroken(detail="in the gate's index store")

    def forget_position_if_damaged(self) -> None:
        """Where some entries did not open, let the follower begin with a snapshot, which brings them back."""
        if self._damaged:
            with self._turn, self._transaction() as db:
                if db is not None:
                    db.execute("DELETE FROM position")
                    db.execute("UPDATE exchange SET checkpoint = ''")

    def apply(self, entries: Iterable[KnownEntry], position: Position) -> None:
        """Write these states of the feed's items and the sequence they lead to, all or nothing."""
        with self._turn, self._transaction() as db:
            if db is None:
                return
            self._write(db, FEED, entries)
            _stand(db, position)
        self._empty_log()

    def replace_all(self, entries: Iterable[KnownEntry], position: Position) -> None:
        """Write these entries in place of everything that the feed brought, all or nothing."""
        with self._turn, self._transaction() as db:
            if db is None:
                return
            db.execute("DELETE FROM entry WHERE source = ?", (FEED,))
            self._write(db, FEED, entries)
            _stand(db, position)
        self._empty_log()

    # --- exchanges that are followed without a hotline ----------------------------------------------------

    def exchanges(self) -> dict[str, str]:
        """How far each exchange has been taken in, by source."""
        with self._turn:
            if self._db is None:
                return {}
            return dict(self._db.execute("SELECT source, checkpoint FROM exchange").fetchall())

    def apply_exchange(self, source: str, entries: Iterable[KnownEntry], checkpoint: str) -> None:
        """Write these states of one exchange's items and how far they lead, all or nothing."""
        with self._turn, self._transaction() as db:
            if db is None:
                for entry in entries:
                    self._records[Key(source, entry.item)] = entry
                    if entry.state == "withdrawn":
                        del self._records[Key(source, entry.item)]
                return
            self._write(db, source, entries)
            db.execute("INSERT OR REPLACE INTO exchange VALUES (?, ?)", (source, checkpoint))
        self._empty_log()

    def exchange_entry(self, source: str, item: str) -> KnownEntry | None:
        """One item of an exchange, with the partner's name for it; None where it is gone or was not kept."""
        name = _name(source, item)
        with self._turn:
            if self._db is None:
                return self._records.get(Key(source, item))
            chosen = "SELECT body FROM entry WHERE source = ? AND name = ?"
            row = self._db.execute(chosen, (source, name)).fetchone()
        return None if row is None else unpacked(self._open(name, row[0]))

    def drop_exchange(self, source: str) -> None:
        """Forget an exchange and everything that came from it."""
        with self._turn, self._transaction() as db:
            if db is None:
                self._records = {key: entry for key, entry in self._records.items() if key.source != source}
                return
            db.execute("DELETE FROM entry WHERE source = ?", (source,))
            db.execute("DELETE FROM exchange WHERE source = ?", (source,))
        self._empty_log()

    def _write(self, db: sqlite3.Connection, source: str, entries: Iterable[KnownEntry]) -> None:
        for entry in entries:
            name = _name(source, entry.item)
            if entry.state == "withdrawn":
                db.execute("DELETE FROM entry WHERE source = ? AND name = ?", (source, name))
            else:
                body = self._seal(name, entry)
                db.execute("INSERT OR REPLACE INTO entry VALUES (?, ?, ?)", (source, name, body))

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection | None]:
        if self._db is None:
            yield None
            return
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield self._db
            self._db.execute("COMMIT")
        except BaseException:
            self._db.execute("ROLLBACK")
            raise

    def _empty_log(self) -> None:
        """The write-ahead log holds older pages until it is truncated."""
        with self._turn:
            if self._db is not None:
                self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def _seal(self, name: bytes, entry: KnownEntry) -> bytes:
        body = packed(entry)
        return body if self._sealer is None else self._sealer.seal(body, _place(name))

    def _open(self, name: bytes, body: bytes) -> bytes:
        return body if self._sealer is None else self._sealer.open(body, _place(name))


def _name(source: str, item: str) -> bytes:
    return keyed_digest("gate index", source.encode(), item.encode())


def _place(name: bytes) -> Place:
    return Place("gate_index", name.hex(), "body")


def _stand(db: sqlite3.Connection, position: Position) -> None:
    db.execute(
        "INSERT OR REPLACE INTO position VALUES (1, ?, ?, ?)",
        (position.feed, position.sequence, position.newest_at),
    )
