"""A thief who copies everything at every step, and comes for every key that is left at the end.

Hashes of cases are protected, some are withdrawn. A subscriber by hash, a gate, a partner's list and backups
are there. Afterwards no hash that was withdrawn opens in any copy of the rows, stands anywhere on the disk,
or is recognised by a digest. `make test` runs it short, `make drill NAME=erasure` at length.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from needles import Needles, forms
from running import TIMEOUT, Gate, Hotline, run_script
from terminal import typed
from test_stolen_database import opened
from thief import Loot, keys_in

WHOLE = bool(os.environ.get("DRILL_CASES"))
CASES = int(os.environ.get("DRILL_CASES", "6"))
PLACES = 3
PROMISED_SECONDS = 60.0


class Disk:
    """Rows and raw files of an installation, whichever database it has."""

    def __init__(self, env: dict[str, str], cluster: Path | None) -> None:
        self.env, self.cluster = env, cluster
        self.data = Path(env["REPIT_DATA"])

    def rows(self, table: str) -> list[dict[str, Any]]:
        try:
            if "REPIT_DATABASE_URL" in self.env:
                with psycopg.connect(
                    self.env["REPIT_DATABASE_URL"], row_factory=psycopg.rows.dict_row
                ) as own:
                    return own.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608 - a table of ours
            with closing(sqlite3.connect(f"file:{self.data}/hotline.sqlite3?mode=ro", uri=True)) as own:
                own.row_factory = sqlite3.Row
                return [dict(row) for row in own.execute(f"SELECT * FROM {table}")]  # noqa: S608
        except (psycopg.errors.UndefinedTable, sqlite3.OperationalError):
            return []  # not there before letters were

    def files(self) -> Iterator[Path]:
        for folder in (self.data, *([self.cluster] if self.cluster else [])):
            yield from (path for path in folder.rglob("*") if path.is_file())

    def operator(self) -> bytes:
        return bytes.fromhex((self.data / "operator.key").read_text())

    def keys(self) -> set[bytes]:
        return set().union(*(keys_in(folder) for folder in self.data.iterdir() if folder.is_dir()))


class ByHash:
    """A subscriber that speaks StopNCII's protocol."""

    def __init__(self, hotline: Hotline) -> None:
        self.hotline, self.key, self.start = hotline, hotline.add_subscriber("by hash"), 10
        self.held: dict[str, str] = {}

    def fetch(self) -> None:
        path = f"/exchange/stopncii/v1/FetchHashes?startTimestamp={self.start}&pageSize=5000"
        status, page = self.hotline.call("GET", path, key=self.key)
        assert status == 200 and page["nextPageToken"] is None
        self.held.update({record["hashValue"]: record["hashStatus"] for record in page["hashRecords"]})
        self.start = page["nextSetTimestamp"]


def body(values: list[bytes]) -> dict[str, Any]:
    """A picture: one hash of the whole, the others of places in it."""
    hashes = [
        {"algorithm": "pdq", "role": "anchored" if place else "whole", "value": value.hex(), "quality": 90}
        for place, value in enumerate(values)
    ]
    return {"items": [{"media": "picture", "kind": "intimate", "hashes": hashes}]}


def eventually(true: Callable[[], bool]) -> float:
    begun = time.monotonic()
    while not true() and time.monotonic() - begun < TIMEOUT:
        time.sleep(0.1)
    return time.monotonic() - begun


@pytest.mark.timeout(3_600)
def test_nothing_that_was_withdrawn_can_be_read_or_recognised_with_every_key_that_is_left(
    own_database: dict[str, str],
    start_hotline: Callable[[dict[str, str]], Hotline],
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    cluster = request.getfixturevalue("postgresql")[1] if "REPIT_DATABASE_URL" in own_database else None
    env = {**own_database, "REPIT_SPREAD_SECONDS": "1", "REPIT_LOG_LEVEL": "DEBUG"}
    disk = Disk(env, cluster)
    hotline = start_hotline(env)
    by_hash = ByHash(hotline)
    gate = Gate(hotline, tmp_path / "gate", REPIT_GATE_INDEX=str(tmp_path / "index"))
    try:
        _drill(disk, hotline, by_hash, gate, tmp_path)
    finally:
        gate.kill()


def _drill(disk: Disk, hotline: Hotline, by_hash: ByHash, gate: Gate, folder: Path) -> None:
    loot = Loot()
    gone = [[secrets.token_bytes(32) for _ in range(1 + PLACES)] for _ in range(CASES)]
    stay = [[secrets.token_bytes(32) for _ in range(1 + PLACES)] for _ in range(CASES)]
    early = [[secrets.token_bytes(32)] for _ in range(2)]
    listed = folder / "partners.txt"
    listed.write_text("".join(f"pdq {values[0].hex()}\n" for values in gone[:2]))
    receipts = [open_case(hotline, values) for values in gone]
    for values in stay:
        open_case(hotline, values)
        loot.take(disk.rows)
    for values in early:  # withdrawn as soon as it was sent
        hotline.withdraw(open_case(hotline, values))
        loot.take(disk.rows)
    assert eventually(lambda: nothing_is_on_its_way(disk)) < TIMEOUT
    before = len(withdrawn(disk))  # an early one reaches the bank where nobody took it back in time
    hotline.operate("exchange", "add", "file", "list", "--address", str(listed))
    hotline.operate("exchange", "pull", "list")
    active = 2 * CASES + 2  # those of the list are items of their own: they have no hashes of places
    assert eventually(lambda: served(hotline, by_hash.key) >= active) < TIMEOUT
    by_hash.fetch()
    assert eventually(lambda: gate_holds(gate) >= active) < TIMEOUT
    backup = backed_up(disk.env, folder)
    loot.take(disk.rows)

    begun = time.monotonic()
    for receipt in receipts:
        hotline.withdraw(receipt)
        loot.take(disk.rows)
    listed.write_text("")
    hotline.operate("exchange", "pull", "list", "--shrunk")
    assert eventually(lambda: len(withdrawn(disk)) == before + CASES + 2) < TIMEOUT
    loot.take(disk.rows)
    for _ in range(3):  # it is told, comes back for more, and so confirms
        by_hash.fetch()
        time.sleep(1.1)
    eventually(lambda: all(row["state"] == "erased" for row in withdrawn(disk)))
    eventually(lambda: gate_holds(gate) <= CASES)
    seconds = time.monotonic() - begun
    logs_are_emptied(disk.data, folder / "gate", folder / "index")

    secret = {value for values in (*gone, *early) for value in values}
    kept = {value for values in stay for value in values}
    found = set(loot.opened(disk.operator(), disk.keys()))
    figures = {
        "database": "postgresql" if disk.cluster else "sqlite",
        "withdrawn hashes": len(secret),
        "sealed values copied": len(loot.sealed),
        "keys left": len(disk.keys()),
        "withdrawn that open": len(secret & found),
        "protected that open": len(kept & found),
        "seconds": round(seconds, 1),
    }
    print(json.dumps(figures))  # noqa: T201 - the drill's report
    assert not secret & found
    assert kept <= found, "the thief does know how to open"
    assert set(by_hash.held.values()) == {"Active", "Withdrawn"}
    assert {value for value, status in by_hash.held.items() if status == "Withdrawn"} == {
        values[0].hex() for values in gone
    }
    if WHOLE:
        assert seconds <= PROMISED_SECONDS

    needles = Needles([form for value in secret for form in forms(value)])
    for path in (*disk.files(), *(folder / "gate").rglob("*"), *(folder / "index").rglob("*")):
        if path.is_file():
            assert not needles.found_in(path.read_bytes()), path
    assert not needles.found_in(b"".join([*hotline.log, *gate.log]))
    inside = [opened(folder / name, backup) for name in ("rows", "cases", "bank")]
    assert not any(map(needles.found_in, inside))
    shown = Needles([form for value in kept for form in forms(value)])
    assert any(shown.found_in(p.read_bytes()) for p in (folder / "index").rglob("*") if p.is_file())

    wholes = [values[0] for values in (*gone, *early)]
    assert not Loot().take(disk.rows).recognised(disk.operator(), disk.keys(), wholes)
    run_script(disk.env, "a week later")
    logs_are_emptied(disk.data)
    nothing_lies_about(disk, loot)
    loot.take(disk.rows)
    assert not loot.recognised(disk.operator(), disk.keys(), wholes), "in no copy"
    assert loot.recognised(disk.operator(), disk.keys(), [values[0] for values in stay]) == CASES


def logs_are_emptied(*folders: Path) -> None:
    """SQLite's logs are, within a second or two of the last write; until then a file has older pages."""
    logs = [path for folder in folders for path in folder.glob("*-wal")]
    assert eventually(lambda: not any(path.stat().st_size for path in logs)) < TIMEOUT


def nothing_lies_about(disk: Disk, loot: Loot) -> None:
    """Not even sealed: after a night no value that was deleted is left in the files of the tables."""
    current = Loot().take(disk.rows).sealed
    deleted = [raw[1:25] for raw in loot.sealed if raw and raw not in current]
    assert deleted
    folders = [disk.data]
    if disk.cluster is not None:
        with psycopg.connect(disk.env["REPIT_DATABASE_URL"], autocommit=True) as own:
            own.execute("CHECKPOINT")
            [[number]] = own.execute("SELECT oid FROM pg_database WHERE datname = current_database()")
        folders = [disk.cluster / "base" / str(number)]
    needles = Needles(deleted)
    files = [path for folder in folders for path in folder.iterdir() if path.is_file()]
    assert not [path for path in files if needles.found_in(path.read_bytes())]


def open_case(hotline: Hotline, values: list[bytes]) -> dict[str, Any]:
    status, receipt = hotline.call("POST", "/api/v1/cases", body(values))
    assert status == 201
    return receipt


def nothing_is_on_its_way(disk: Disk) -> bool:
    """Whether every letter was carried out or taken back: its key is gone then, its row goes later."""
    keys = (disk.data / "bank-keys" / "letters").read_bytes()
    slots = [row["slot"] for row in disk.rows("bank_letter")]
    return not any(any(keys[32 * slot : 32 * slot + 32]) for slot in slots)


def withdrawn(disk: Disk) -> list[dict[str, Any]]:
    """Items of cases that nobody protects any more, and of the list."""
    return [row for row in disk.rows("bank_item") if row["confirmations"] == 0]


def served(hotline: Hotline, key: str) -> int:
    _, page = hotline.call("GET", "/exchange/repit/v1/changes?after=0&wait=0", key=key)
    return len(
        {change["entry"]["item"] for change in page["changes"] if change["entry"]["state"] == "active"}
    )


def gate_holds(gate: Gate) -> int:
    _, ready = gate.call("GET", "/ready")
    return int(ready["entries"]) if ready else -1


def backed_up(env: dict[str, str], folder: Path) -> bytes:
    """A backup with copies of the keys, made while everything is still protected; what opens it."""
    printed = repit(env, "offline-key", str(folder / "offline"))
    [public] = re.findall(r"REPIT_OFFLINE_KEY=([0-9a-f]{64})", printed)
    copies = ("--case-keys", str(folder / "cases"), "--bank-keys", str(folder / "bank"))
    repit({**env, "REPIT_OFFLINE_KEY": public}, "backup", str(folder / "rows"), *copies)
    return bytes.fromhex((folder / "offline").read_text())


def repit(env: dict[str, str], *arguments: str) -> str:
    return typed(env, *arguments, check=True).stdout
