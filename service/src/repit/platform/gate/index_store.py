"""What the gate knows, kept over a restart.

In: entries and the sequence they bring the gate to. Out: the same, after any crash. Next: `runtime` fills the
index from it in seconds, the follower resumes from its sequence.

One SQLite file beside the gate's other data. `sealed`: every entry is sealed under the operator's key, which
lies outside the file, so that a stolen disk tells nothing. A folder: not sealed, because the operator says
that it is encrypted or volatile. `memory`: no file at all, and a restart begins with a snapshot. A withdrawn
entry, and hashes that an entry holds no longer, are overwritten (secure_delete), in the write-ahead log too.
No backup of this file is of use: a gate that lost it begins with a snapshot.
"""

import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from repit.foundation.errors import InputRefused, SealBroken
from repit.foundation.sealing import Place, Sealer, keyed_digest, operator
from repit.platform.gate.entries import KnownEntry, packed, unpacked

Mode = Literal["sealed", "folder", "memory"]
FILE: Final = "gate-mirror.sqlite3"
_TABLES: Final = """
PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA trusted_schema=OFF;
CREATE TABLE IF NOT EXISTS entry (name BLOB PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS standing (
    one INTEGER PRIMARY KEY CHECK (one = 1), feed TEXT NOT NULL, sequence INTEGER NOT NULL, newest_at TEXT);
CREATE TABLE IF NOT EXISTS exchange (source TEXT PRIMARY KEY, checkpoint TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS exchange_entry (
    name BLOB PRIMARY KEY, source TEXT NOT NULL, body BLOB NOT NULL) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a feed has been taken in; `newest_at` is the ISO time of its newest change, where known."""

    feed: str
    sequence: int
    newest_at: str | None = None


class Mirror:
    """Entries by item, and the standing, changed in one transaction. `path` None keeps nothing."""

    def __init__(self, path: Path | None, *, sealed: bool) -> None:
        self.mode: Mode = "memory" if path is None else "sealed" if sealed else "folder"
        self._sealer: Sealer | None = operator("gate mirror") if sealed else None
        self._damaged = False
        self._turn = threading.Lock()
        self._db: sqlite3.Connection | None = None
        self._told: dict[str, KnownEntry] = {}
        """What exchanges told of, where there is no file to keep it in."""
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

    def standing(self) -> Standing | None:
        """Where the gate stood, or None if it never took anything in."""
        with self._turn:
            if self._db is None:
                return None
            row = self._db.execute("SELECT feed, sequence, newest_at FROM standing").fetchone()
        return None if row is None else Standing(*row)

    def entries(self) -> Iterator[KnownEntry]:
        """Everything kept, without what no longer opens.

        Raises `SealBroken` if nothing at all opens: the operator's key is then another one.
        """
        if self._db is None:
            return
        opened = broken = 0
        both = "SELECT name, body FROM entry UNION ALL SELECT name, body FROM exchange_entry"
        for name, body in self._db.execute(both):
            try:
                yield unpacked(self._open(name, body))
                opened += 1
            except (SealBroken, InputRefused):
                broken += 1
        self._damaged = broken > 0
        if broken and not opened:
            raise SealBroken(detail="in the gate's mirror")

    def forget_standing_if_damaged(self) -> None:
        """Where some entries did not open, let the follower begin with a snapshot, which brings them back."""
        if self._damaged:
            with self._turn, self._transaction() as db:
                if db is not None:
                    db.execute("DELETE FROM standing")
                    db.execute("UPDATE exchange SET checkpoint = ''")

    def apply(self, entries: Iterable[KnownEntry], standing: Standing) -> None:
        """Write these states of items and the sequence they lead to, all or nothing."""
        with self._turn, self._transaction() as db:
            if db is None:
                return
            for entry in entries:
                name = _name(entry.item)
                if entry.state == "withdrawn":
                    db.execute("DELETE FROM entry WHERE name = ?", (name,))
                else:
                    db.execute("INSERT OR REPLACE INTO entry VALUES (?, ?)", (name, self._seal(name, entry)))
            _stand(db, standing)
        self._empty_log()

    def replace_all(self, entries: Iterable[KnownEntry], standing: Standing) -> None:
        """Write these entries in place of everything, all or nothing."""
        with self._turn, self._transaction() as db:
            if db is None:
                return
            db.execute("DELETE FROM entry")
            for entry in entries:
                if entry.state != "withdrawn":
                    name = _name(entry.item)
                    db.execute("INSERT OR REPLACE INTO entry VALUES (?, ?)", (name, self._seal(name, entry)))
            _stand(db, standing)
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
                    self._told[entry.item] = entry
                    if entry.state == "withdrawn":
                        del self._told[entry.item]
                return
            for entry in entries:
                name = _name(entry.item)
                if entry.state == "withdrawn":
                    db.execute("DELETE FROM exchange_entry WHERE name = ?", (name,))
                else:
                    sealed = self._seal(name, entry)
                    db.execute(
                        "INSERT OR REPLACE INTO exchange_entry VALUES (?, ?, ?)", (name, source, sealed)
                    )
            db.execute("INSERT OR REPLACE INTO exchange VALUES (?, ?)", (source, checkpoint))
        self._empty_log()

    def exchange_entry(self, item: str) -> KnownEntry | None:
        """One item of an exchange, with the partner's name for it; None where it is gone or was not kept."""
        with self._turn:
            if self._db is None:
                return self._told.get(item)
            name = _name(item)
            row = self._db.execute("SELECT body FROM exchange_entry WHERE name = ?", (name,)).fetchone()
        return None if row is None else unpacked(self._open(name, row[0]))

    def drop_exchange(self, source: str) -> None:
        """Forget an exchange and everything it told of."""
        with self._turn, self._transaction() as db:
            if db is None:
                self._told = {item: one for item, one in self._told.items() if one.origin != source}
                return
            db.execute("DELETE FROM exchange_entry WHERE source = ?", (source,))
            db.execute("DELETE FROM exchange WHERE source = ?", (source,))
        self._empty_log()

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


def _name(item: str) -> bytes:
    return keyed_digest("gate mirror", item.encode())


def _place(name: bytes) -> Place:
    return Place("gate_mirror", name.hex(), "body")


def _stand(db: sqlite3.Connection, standing: Standing) -> None:
    db.execute(
        "INSERT OR REPLACE INTO standing VALUES (1, ?, ?, ?)",
        (standing.feed, standing.sequence, standing.newest_at),
    )
