"""The feed under fire: servers, subscribers and writer are killed and started again, at random."""

from __future__ import annotations

import hashlib
import json
import random
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

from running import Hotline

from repit.demo.ports import free_port

HERE = Path(__file__).resolve().parent
SERVERS = 2
LEAST = 20
"""Changes that must have been made before a fire may end."""


class Writer:
    """The writing process and what it said was committed."""

    def __init__(self, env: dict[str, str], changes_a_minute: int) -> None:
        self.env, self.pace = env, changes_a_minute
        self.acknowledged: list[tuple[str, str]] = []
        self.begun = time.monotonic()
        self.start()

    def start(self) -> None:
        self.acknowledged_before = len(self.acknowledged)
        behind = (time.monotonic() - self.begun) * self.pace / 60 - len(self.acknowledged)
        command = [sys.executable, str(HERE / "writer.py"), str(self.pace), str(max(0, round(behind)))]
        self.process = subprocess.Popen(command, env=self.env, stdout=subprocess.PIPE)
        self.reader = threading.Thread(target=self._read, args=(self.process,), daemon=True)
        self.reader.start()

    def _read(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            what, _, item = line.decode().strip().partition(" ")
            if line.endswith(b"\n"):  # a line that was cut by the kill says nothing
                self.acknowledged.append((what, item))

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self.reader.join()
        if self.process.stdout is not None and not self.process.stdout.closed:
            self.process.stdout.close()


class Fire:
    """A hotline of two processes, subscribers in several more, a writer; all of it killed now and then."""

    def __init__(
        self, env: dict[str, str], folder: Path, *, subscribers: int, processes: int, rest: float = 0.6
    ) -> None:
        self.env, self.folder, self.rest = env, folder, rest
        self.each, self.count = subscribers // processes, subscribers
        self.ports = [free_port() for _ in range(SERVERS)]
        begun = time.monotonic()
        self.servers = [Hotline(env, port) for port in self.ports]
        self.grace = (time.monotonic() - begun) / SERVERS + 1
        """How long a process is spared after its start, so that each comes to its work between two kills."""
        self.key = self.servers[0].add_subscriber("under fire")
        self.killed: Counter[str] = Counter()
        self.writer: Writer | None = None
        self.random = random.Random()
        self.followers = [self._followers(number) for number in range(processes)]
        self.born: dict[tuple[str, int], float] = {}

    def _followers(self, number: int) -> subprocess.Popen[bytes]:
        arguments = [str(self.folder), self.key, str(number * self.each), str(self.each), str(self.rest)]
        command = [sys.executable, str(HERE / "subscribers.py"), *arguments, *map(str, self.ports)]
        return subprocess.Popen(command, env=self.env, stderr=subprocess.DEVNULL)

    def burn(self, seconds: float, changes_a_minute: int, pause: tuple[float, float]) -> None:
        """Write and kill for so long, and until there was something to lose."""
        self.writer = writer = Writer(self.env, changes_a_minute)
        until = time.monotonic() + seconds
        while time.monotonic() < until or len(writer.acknowledged) < LEAST:
            time.sleep(self.random.uniform(*pause))
            self._strike(writer)
        writer.kill()

    def _strike(self, writer: Writer) -> None:
        victim = self.random.choice(["server", "server", "subscribers", "subscribers", "writer"])
        among = {"server": SERVERS, "subscribers": len(self.followers), "writer": 1}[victim]
        which = self.random.randrange(among)
        if time.monotonic() - self.born.get((victim, which), 0.0) < self.grace:
            return
        if victim == "writer" and len(writer.acknowledged) == writer.acknowledged_before:
            return
        self.killed[victim] += 1
        self.born[victim, which] = time.monotonic()
        if victim == "server":
            self.servers[which].kill()
            self.servers[which] = Hotline(self.env, self.ports[which], wait=False)
        elif victim == "subscribers":
            self.followers[which].kill()
            self.followers[which].wait()
            self.followers[which] = self._followers(which)
        else:
            writer.kill()
            writer.start()

    def settle(self, seconds: float) -> tuple[dict[str, Any], float]:
        """(the bank at the end, seconds until every subscriber had it). Raises where one does not come."""
        done = subprocess.run(
            [sys.executable, str(HERE / "writer.py"), "state"], env=self.env, capture_output=True, check=True
        )
        bank = json.loads(done.stdout)
        (self.folder / "goal").write_text(str(bank["head"]), encoding="ascii")
        begun = time.monotonic()
        for process in self.followers:
            left = seconds - (time.monotonic() - begun)
            if process.wait(max(1.0, left)):
                raise AssertionError("a subscriber ended with an error: it was told something twice")
        return bank, time.monotonic() - begun

    def end(self) -> None:
        if self.writer is not None:
            self.writer.kill()
        for process in self.followers:
            process.kill()
            process.wait()
        for server in self.servers:
            server.kill()

    def check(self, bank: dict[str, Any]) -> None:
        """Nothing acknowledged is lost, and every subscriber equals the bank, in order, each number once."""
        active, withdrawn = set(bank["held"]), set(bank["withdrawn"])
        assert bank["head"] >= LEAST
        acknowledged = self.writer.acknowledged if self.writer is not None else []
        submitted = {item for what, item in acknowledged if what == "submitted"}
        taken_back = {item for what, item in acknowledged if what == "withdrawn"}
        assert submitted <= active | withdrawn
        assert taken_back <= withdrawn
        wanted = {item: (state, _digest(hashes)) for item, (state, hashes) in bank["held"].items()}
        for number in range(self.count):
            _check_subscriber(self.folder / f"subscriber-{number}.sqlite3", wanted, bank["head"])


def _check_subscriber(file: Path, wanted: dict[str, tuple[str, str]], head: int) -> None:
    with sqlite3.connect(file) as db:
        begins, sequence = db.execute("SELECT begins, sequence FROM checkpoint").fetchone()
        taken = [row[0] for row in db.execute("SELECT sequence FROM taken ORDER BY place")]
        held = {item: (state, hashes) for item, state, hashes in db.execute("SELECT * FROM held")}
    db.close()
    assert sequence == head
    assert taken == list(range(begins + 1, head + 1))
    assert held == wanted


def _digest(hashes: list[dict[str, Any]]) -> str:
    values = sorted("{algorithm}.{role}.{quality}.{value}".format(**hash_) for hash_ in hashes)
    return hashlib.sha256("\n".join(values).encode()).hexdigest()
