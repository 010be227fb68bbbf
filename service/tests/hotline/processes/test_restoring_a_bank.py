"""A database that is put back brings nothing back that was withdrawn since; keys that are gone are missed."""

from __future__ import annotations

import re
import secrets
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import installations
import psycopg
import pytest
from running import TIMEOUT, Hotline, environment, run_script
from terminal import typed

from repit.demo.ports import free_port

Start = Callable[[dict[str, str]], Hotline]
pytestmark = pytest.mark.timeout(900)


def repit(env: dict[str, str], *arguments: str) -> str:
    return typed(env, *arguments, check=True).stdout


def refused(env: dict[str, str], *arguments: str) -> str:
    done = typed(env, *arguments)
    assert done.returncode == 1 and "Traceback" not in done.stderr
    return done.stderr


def until(hotline: Hotline, states: list[str]) -> None:
    end = time.monotonic() + TIMEOUT
    while run_script(hotline.env, "bank") != states:
        assert time.monotonic() < end
        time.sleep(0.1)


def served(hotline: Hotline, key: str) -> set[str]:
    """What a subscriber gets, by our own feed and by hash."""
    _, page = hotline.call("GET", "/exchange/repit/v1/changes?after=0&wait=0", key=key)
    own = {h["value"] for c in page["changes"] for h in c["entry"]["hashes"]}
    path = "/exchange/stopncii/v1/FetchHashes?startTimestamp=10&pageSize=50"
    status, fetched = hotline.call("GET", path, key=key)
    assert status == 200
    by_hash = sum(record["hashStatus"] == "Active" for record in fetched["hashRecords"])
    assert by_hash == len(own) + 2, "two canaries besides"
    return own


class Backups:
    def __init__(self, env: dict[str, str], folder: Path) -> None:
        printed = repit(env, "offline-key", str(folder / "offline"))
        [public] = re.findall(r"REPIT_OFFLINE_KEY=([0-9a-f]{64})", printed)
        self.env, self.folder = dict(env, REPIT_OFFLINE_KEY=public), folder

    def make(self, name: str) -> None:
        copies = ("--case-keys", str(self.folder / "cases"), "--bank-keys", str(self.folder / "bank"))
        repit(self.env, "backup", str(self.folder / name), *copies)

    def restore(self, env: dict[str, str], name: str, *more: str) -> tuple[str, ...]:
        offline = ("--offline-key", str(self.folder / "offline"))
        return ("restore", str(self.folder / name), *offline, *more)


@pytest.fixture
def elsewhere(
    new_database: dict[str, str], tmp_path: Path, request: pytest.FixtureRequest
) -> Callable[[str], dict[str, str]]:
    """Another machine: an empty database of its own, the operator's keys, nothing else."""

    def make(name: str) -> dict[str, str]:
        data = tmp_path / name
        data.mkdir()
        shutil.copy(Path(new_database["REPIT_DATA"]) / "operator.key", data)
        if "REPIT_DATABASE_URL" not in new_database:
            env = environment(data)
            installations.made(env, "hotline")
            return env
        address, _ = request.getfixturevalue("postgresql")
        database = f"{name}_{secrets.token_hex(4)}"
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{database}"')
        env = environment(data, address.replace("/postgres?", f"/{database}?"))
        installations.made(env, "hotline")
        return env

    return make


def test_an_older_database_with_todays_keys_brings_nothing_back_that_was_withdrawn(
    new_database: dict[str, str],
    start_hotline: Start,
    elsewhere: Callable[[str], dict[str, str]],
    tmp_path: Path,
) -> None:
    hotline = start_hotline(new_database)
    gone, stays = secrets.token_hex(32), secrets.token_hex(32)
    receipt = hotline.open_case(gone)
    hotline.open_case(stays)
    backups = Backups(new_database, tmp_path)
    backups.make("monday")
    hotline.withdraw(receipt)
    until(hotline, ["active", "erased"])
    backups.make("tuesday")
    hotline.kill()
    bank = Path(new_database["REPIT_DATA"]) / "bank-keys"

    same = elsewhere("same")
    shutil.copytree(bank, Path(same["REPIT_DATA"]) / "bank-keys", dirs_exist_ok=True)
    cases = ("--case-keys", str(tmp_path / "cases"))
    repit(same, *backups.restore(same, "monday", *cases))
    copied = elsewhere("copied")
    repit(copied, *backups.restore(copied, "monday", *cases, "--bank-keys", str(tmp_path / "bank")))
    for env in (same, copied):
        again = start_hotline(env)
        key = again.add_subscriber("forum")
        assert served(again, key) == {stays}
        until(again, ["active", "erased"])
        again.open_case(gone)
        assert served(again, key) == {stays, gone}, "asked for anew it is taken in anew"
        again.kill()


def test_missing_or_foreign_keys_stop_everything_with_a_sentence(
    new_database: dict[str, str],
    start_hotline: Start,
    elsewhere: Callable[[str], dict[str, str]],
    tmp_path: Path,
) -> None:
    hotline = start_hotline(new_database)
    hotline.open_case(secrets.token_hex(32))
    backups = Backups(new_database, tmp_path)
    backups.make("monday")
    bare = elsewhere("bare")
    assert re.search("file of keys|belongs to this database", refused(bare, *backups.restore(bare, "monday")))
    assert run_script(bare, "bank") == [], "all rows or none"
    bank, moved = Path(new_database["REPIT_DATA"]) / "bank-keys", tmp_path / "moved"
    bank.rename(moved)
    status, answer = hotline.call("GET", "/ready")
    found = {problem["code"]: problem["message"] for problem in answer["problems"]}
    assert status == 503 and "items is missing" in found["bank-keys"]
    hotline.kill()
    for command in (("hotline", "--port", str(free_port())), ("bank", "review"), ("subscriber", "list")):
        assert "file of keys" in refused(new_database, *command)
    assert not bank.exists(), "nothing is made in its place"
    shutil.copytree(Path(bare["REPIT_DATA"]) / "bank-keys", bank)
    assert refused(new_database, "bank", "review")
    shutil.rmtree(bank)
    moved.rename(bank)
    assert repit(new_database, "bank", "review") == ""
