"""Subscribers in one process, each a thread with a file of its own, following through everything.

Usage: subscribers.py FOLDER KEY FIRST COUNT REST PORT... . Each rests up to REST seconds between two pages.
What it takes in is one transaction of its file: states, the sequence, and a row for each number, which the
file refuses to hold twice. They end once FOLDER/goal names a sequence and all have reached it.
"""

from __future__ import annotations

import hashlib
import random
import sqlite3
import sys
import threading
import time
from pathlib import Path

from repit.exchanges.repit.client import FeedClient
from repit.exchanges.repit.wire import Entry
from repit.foundation.errors import RepitError

TABLES = """
PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;
CREATE TABLE IF NOT EXISTS held (item TEXT PRIMARY KEY, state TEXT NOT NULL, hashes TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS taken (place INTEGER PRIMARY KEY AUTOINCREMENT, sequence INTEGER NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS checkpoint (
    one INTEGER PRIMARY KEY CHECK (one = 1), begins INTEGER NOT NULL, sequence INTEGER NOT NULL);
"""


def digest(entry: Entry) -> str:
    values = sorted(
        f"{hash_.algorithm}.{hash_.role}.{hash_.quality}.{hash_.value.hex()}" for hash_ in entry.hashes
    )
    return hashlib.sha256("\n".join(values).encode()).hexdigest()


class Subscriber:
    def __init__(self, folder: Path, number: int, key: str, rest: float, ports: list[int]) -> None:
        self.folder, self.key, self.rest, self.ports = folder, key, rest, ports
        self.db = sqlite3.connect(
            folder / f"subscriber-{number}.sqlite3", isolation_level=None, check_same_thread=False
        )
        self.db.executescript(TABLES)
        self.snapshot_first = number % 2 == 1
        self.random = random.Random(number)

    def run(self) -> None:
        while not self.there():
            port = self.random.choice(self.ports)
            try:
                allow = [f"127.0.0.1:{port}"]
                with FeedClient(f"http://127.0.0.1:{port}", self.key, allow=allow) as client:
                    self.follow(client)
            except RepitError:
                time.sleep(self.random.uniform(0.1, 0.5))

    def checkpoint(self) -> int | None:
        row = self.db.execute("SELECT sequence FROM checkpoint").fetchone()
        return None if row is None else int(row[0])

    def there(self) -> bool:
        goal, checkpoint = self.folder / "goal", self.checkpoint()
        return (
            checkpoint is not None and goal.exists() and checkpoint >= int(goal.read_text(encoding="ascii"))
        )

    def follow(self, client: FeedClient) -> None:
        while not self.there():
            sequence = self.checkpoint()
            if sequence is None:
                self.begin(client)
                continue
            page = client.changes(sequence, 2)
            if page.rejected:
                raise SystemExit("a change could not be read")
            if page.through is None:
                continue
            self.db.execute("BEGIN")
            for change in page.changes:
                self.db.execute("INSERT INTO taken (sequence) VALUES (?)", (change.sequence,))
                self.hold(change.entry)
            self.db.execute("UPDATE checkpoint SET sequence = ?", (page.through,))
            self.db.execute("COMMIT")
            gone = [change.entry.item for change in page.changes if change.entry.state == "withdrawn"]
            client.acknowledge(page.through, gone)
            time.sleep(self.random.uniform(0.0, self.rest))

    def begin(self, client: FeedClient) -> None:
        sequence, entries = client.snapshot() if self.snapshot_first else (0, iter(()))
        self.db.execute("BEGIN")
        try:
            for entry in entries:
                self.hold(entry)
            self.db.execute("INSERT INTO checkpoint VALUES (1, ?, ?)", (sequence, sequence))
        except RepitError:
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")

    def hold(self, entry: Entry) -> None:
        if entry.state == "withdrawn":
            self.db.execute("DELETE FROM held WHERE item = ?", (entry.item,))
        else:
            row = (entry.item, entry.state, digest(entry))
            self.db.execute("INSERT OR REPLACE INTO held VALUES (?, ?, ?)", row)


def main() -> None:
    folder, key, first, count, rest, *ports = sys.argv[1:]
    every = [
        Subscriber(Path(folder), number, key, float(rest), [int(port) for port in ports])
        for number in range(int(first), int(first) + int(count))
    ]
    threads = [threading.Thread(target=subscriber.run, daemon=True) for subscriber in every]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


main()
