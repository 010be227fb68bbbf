"""What can be done to an installation that runs, for as long as a block lasts.

In: a world. Out: one in which something is wrong; mended as the block ends. Next: `known`.
"""

import json
import os
import secrets
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from drills.faults.live.world import PASSWORD, ROLE, Live

Spoil = Callable[[Live], AbstractContextManager[None]]


def behind(way: str) -> Spoil:
    """The proxy in front of the hotline answers in this way."""

    @contextmanager
    def spoil(live: Live) -> Iterator[None]:
        live.front.way(way)
        try:
            yield
        finally:
            live.front.way("through")

    return spoil


@contextmanager
def key_replaced(live: Live) -> Iterator[None]:
    live.hotline.operate("subscriber", "rotate", "forum")
    live.front.way("through")  # who waits for changes is answered first, and asks again
    yield


def gate_with_a_new_key(live: Live) -> None:
    answered = json.loads(live.hotline.operate("subscriber", "rotate", "forum", "--json"))
    live.gate_with(answered["key"])


@contextmanager
def disk_full(live: Live) -> Iterator[None]:
    with live.disk.full(live.hotline.process.pid):
        yield


def moved_away(at: str, name: str = "") -> Spoil:
    @contextmanager
    def spoil(live: Live) -> Iterator[None]:
        there = Path(live.at(at).env["REPIT_DATA"], name)
        away = there.with_name("moved-away")
        there.rename(away)
        try:
            yield
        finally:
            away.rename(there)

    return spoil


@contextmanager
def database_away(live: Live) -> Iterator[None]:
    """With its log, as a file that somebody moved."""
    folder = Path(live.hotline.env["REPIT_DATA"])
    away = folder.with_name("moved-database")
    away.mkdir()
    for file in folder.glob("hotline.sqlite3*"):
        file.rename(away / file.name)
    try:
        yield
    finally:
        for file in folder.glob("hotline.sqlite3*"):
            file.unlink()
        for file in away.iterdir():
            file.rename(folder / file.name)
        away.rmdir()


@contextmanager
def nothing(_live: Live) -> Iterator[None]:
    """What is asked is wrong by itself."""
    yield


@contextmanager
def other_key(live: Live) -> Iterator[None]:
    file = Path(live.hotline.env["REPIT_DATA"], "operator.key")
    there = file.read_text()
    file.write_text(secrets.token_hex(32))
    try:
        yield
    finally:
        file.write_text(there)


def read_only(at: str) -> Spoil:
    """For root, whom no rights stop, a mount of its own."""

    @contextmanager
    def spoil(live: Live) -> Iterator[None]:
        folder = live.at(at).env["REPIT_DATA"]
        if os.geteuid():
            Path(folder).chmod(0o500)
        else:
            # Made read-only where nobody writes: the place itself would be busy.
            elsewhere = live.folder / "read-only"
            elsewhere.mkdir(exist_ok=True)
            _mount("mount", "--bind", folder, str(elsewhere))
            _mount("mount", "-o", "remount,bind,ro", str(elsewhere))
            _mount("mount", "--bind", str(elsewhere), folder)
        try:
            yield
        finally:
            if os.geteuid():
                Path(folder).chmod(0o700)
            else:
                _mount("umount", "--lazy", folder)
                _mount("umount", "--lazy", str(live.folder / "read-only"))

    return spoil


def _mount(*words: str) -> None:
    subprocess.run(words, check=True)


@contextmanager
def server_stopped(live: Live) -> Iterator[None]:
    live.postgresql.stop()
    try:
        yield
    finally:
        live.postgresql.start()


@contextmanager
def password_changed(live: Live) -> Iterator[None]:
    live.postgresql.ask(f"ALTER ROLE {ROLE} PASSWORD 'another'")
    live.postgresql.cut_off()
    try:
        yield
    finally:
        live.postgresql.ask(f"ALTER ROLE {ROLE} PASSWORD '{PASSWORD}'")


@contextmanager
def read_only_server(live: Live) -> Iterator[None]:
    live.postgresql.ask(f"ALTER DATABASE {ROLE} SET default_transaction_read_only = on")
    live.postgresql.cut_off()
    try:
        yield
    finally:
        live.postgresql.ask(f"ALTER DATABASE {ROLE} RESET default_transaction_read_only")
        live.postgresql.cut_off()


def undelivered(channel: str, refuse: Callable[[Live], object], take: Callable[[Live], object]) -> Spoil:
    """A message to the operator that was tried twice, and is tried again now, and once all is well."""

    @contextmanager
    def spoil(live: Live) -> Iterator[None]:
        file = Path(live.hotline.env["REPIT_DATA"], "hotline.sqlite3")
        now = datetime.now(UTC).isoformat(sep=" ").removesuffix("+00:00")
        content = json.dumps({"type": "repit.test", "data": {"begun": [], "over": []}})
        refuse(live)
        with closing(sqlite3.connect(file, timeout=20)) as base, base:
            base.execute(
                "INSERT INTO notify_operatornews"
                " (id, channel, content, made_at, due_at, attempts, trouble, claim, claimed_until)"
                " VALUES (?, ?, ?, ?, ?, 2, '', '', NULL)",
                (secrets.token_hex(16), channel, content, now, now),
            )
        try:
            yield
        finally:
            take(live)
            with closing(sqlite3.connect(file, timeout=20)) as base, base:
                base.execute("UPDATE notify_operatornews SET due_at = ?", (now,))

    return spoil
