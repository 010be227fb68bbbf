"""`repit init` makes an installation once; nothing else makes a key or a database, and none serves with a
wrong one. By the commands that operators type, on both databases where they differ."""

from __future__ import annotations

import re
import secrets
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from running import Hotline, environment
from terminal import typed

from repit.demo.ports import free_port

Start = Callable[[dict[str, str]], Hotline]


def repit(env: dict[str, str], *words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return typed(env, *words, folder=cwd)


def refused(env: dict[str, str], *words: str) -> str:
    """What a command says that refuses: two sentences, no more."""
    done = repit(env, *words)
    assert done.returncode == 1 and done.stdout == "", (done.stdout, done.stderr)
    assert len(done.stderr.strip().splitlines()) == 2 and "Traceback" not in done.stderr
    return done.stderr


def data_of(env: dict[str, str]) -> Path:
    return Path(env["REPIT_DATA"])


def everything(env: dict[str, str]) -> list[tuple[str, int]]:
    """Each table with how many rows it has."""
    if "REPIT_DATABASE_URL" in env:
        names = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
        base: Any = psycopg.connect(env["REPIT_DATABASE_URL"])
    else:
        names = "SELECT name FROM sqlite_master WHERE type = 'table'"
        base = sqlite3.connect(data_of(env) / "hotline.sqlite3")
    with closing(base):
        found = [name for (name,) in base.execute(names).fetchall()]
        count = 'SELECT count(*) FROM "{}"'
        return sorted((name, base.execute(count.format(name)).fetchone()[0]) for name in found)


COMMANDS = (
    ("hotline", "--port", "8601"),
    ("bank", "review"),
    ("subscriber", "add", "forum"),
    ("staff", "list"),
    ("migrate",),
)


def test_a_wrong_key_stops_everything_with_its_fingerprint_and_harms_nothing(
    new_database: dict[str, str], start_hotline: Start, tmp_path: Path
) -> None:
    hotline = start_hotline(new_database)
    kept = secrets.token_hex(32)
    receipt = hotline.open_case(kept)
    key = hotline.add_subscriber("platform")
    hotline.terminate()
    before = everything(new_database)
    file = data_of(new_database) / "operator.key"
    right = file.read_text()
    file.write_text(secrets.token_hex(32))
    hashes = tmp_path / "hashes.txt"
    hashes.write_text(f"{secrets.token_hex(32)},90\n")
    fingerprints = set()
    for words in (*COMMANDS, ("bank", "import", str(hashes), "--reason", "new")):
        given, wanted = re.findall(r"[0-9a-f]{4}-[0-9a-f]{4}", refused(new_database, *words))
        assert given != wanted
        fingerprints.add(wanted)
    assert len(fingerprints) == 1 and everything(new_database) == before
    file.unlink()
    assert f"there is no {file}" in refused(new_database, *COMMANDS[0])
    assert not file.exists(), "nothing is made in its place"
    file.write_text(right)
    file.chmod(0o600)
    again = start_hotline(new_database)
    status, page = again.call("GET", "/exchange/repit/v1/changes?after=0&wait=0", key=key)
    assert (status, [h["value"] for c in page["changes"] for h in c["entry"]["hashes"]]) == (200, [kept])
    assert again.withdraw(receipt)


def test_a_command_without_the_servers_database_makes_none_of_its_own(new_database: dict[str, str]) -> None:
    data = data_of(new_database)
    bare = {name: value for name, value in new_database.items() if name != "REPIT_DATABASE_URL"}
    if "REPIT_DATABASE_URL" in new_database:
        # What `init` was told stands in the file: the folder is enough to find the same database.
        added = repit(bare, "subscriber", "add", "forum", "--key-only")
        assert added.returncode == 0 and "PostgreSQL" in added.stderr, added.stderr
        assert dict(everything(new_database))["feeds_subscriber"] == 1
        (data / "repit.toml").unlink()
        files = sorted(data.rglob("*"))
        assert "There is no installation yet" in refused(bare, "subscriber", "add", "forum")
        assert sorted(data.rglob("*")) == files
    else:
        (data / "hotline.sqlite3").unlink()
        assert "There is no installation yet" in refused(bare, "subscriber", "add", "forum")
        assert not (data / "hotline.sqlite3").exists()


def test_without_an_installation_nothing_is_made(tmp_path: Path) -> None:
    env = {name: value for name, value in environment(tmp_path).items() if name != "REPIT_DATA"}
    done = repit(env, "subscriber", "add", "forum", cwd=tmp_path)
    assert done.returncode == 1 and "No installation is named" in done.stderr
    gone = {**env, "REPIT_DATA": str(tmp_path / "none")}
    assert str(tmp_path / "none") in refused(gone, "subscriber", "list")
    assert list(tmp_path.iterdir()) == []


def test_init_is_done_once_and_says_what_it_made(tmp_path: Path) -> None:
    data = tmp_path / "data"
    env = environment(data)
    made = repit(env, "init", "hotline", "--address", "https://hotline.example")
    assert made.returncode == 0, made.stderr
    assert str(data / "operator.key") in made.stdout and re.search("[0-9a-f]{4}-[0-9a-f]{4}", made.stdout)
    assert {path.name: path.stat().st_mode & 0o777 for path in data.iterdir() if path.is_file()} == {
        "operator.key": 0o600,
        "repit.toml": 0o600,
        "hotline.sqlite3": 0o600,
    }
    before = {path: path.read_bytes() for path in data.rglob("*") if path.is_file()}
    assert "There is an installation already" in refused(env, "init", "hotline")
    assert {path: path.read_bytes() for path in data.rglob("*") if path.is_file()} == before
    link = repit(env, "staff", "add", "Camille", "--role", "supervisor")
    assert "https://hotline.example/staff/enrol/" in link.stdout and str(data) in link.stderr


def test_no_key_is_made_for_a_database_that_holds_another_installation(
    new_database: dict[str, str], tmp_path: Path
) -> None:
    here = {**new_database, "REPIT_DATA": str(tmp_path / "here")}
    if "REPIT_DATABASE_URL" not in here:
        here["REPIT_DATABASE_URL"] = f"sqlite:///{data_of(new_database)}/hotline.sqlite3"
    assert "is not empty" in refused(here, "init", "hotline")
    assert list((tmp_path / "here").iterdir()) == []
    # A second machine of the same installation brings its key.
    shutil.copy(data_of(new_database) / "operator.key", tmp_path / "copy")
    joined = repit(here, "init", "hotline", "--operator-key-file", str(tmp_path / "copy"))
    assert joined.returncode == 0, joined.stderr
    assert repit(here, "subscriber", "list").returncode == 0


@pytest.mark.parametrize("lost", [("repit.toml",), ("repit.toml", "row")])
def test_an_init_that_was_killed_is_gone_on_with_under_the_same_key(
    lost: tuple[str, ...], tmp_path: Path
) -> None:
    env = environment(tmp_path)
    assert repit(env, "init", "hotline").returncode == 0
    key = (tmp_path / "operator.key").read_bytes()
    (tmp_path / "repit.toml").unlink()
    if "row" in lost:
        with closing(sqlite3.connect(tmp_path / "hotline.sqlite3")) as base, base:
            base.execute("DELETE FROM foundation_installation")
    again = repit(env, "init", "hotline")
    assert again.returncode == 0 and "the one that was there" in again.stdout, again.stderr
    assert (tmp_path / "operator.key").read_bytes() == key
    assert repit(env, "subscriber", "list").returncode == 0


def test_the_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    other = tmp_path / "other.sqlite3"
    with closing(sqlite3.connect(other)) as base, base:
        base.execute("CREATE TABLE posts (id)")
    env = {**environment(tmp_path / "data"), "REPIT_DATABASE_URL": f"sqlite:///{other}"}
    assert "is not empty" in refused(env, "init", "hotline")
    with closing(sqlite3.connect(other)) as base:
        assert base.execute("SELECT name FROM sqlite_master").fetchall() == [("posts",)]
    assert list((tmp_path / "data").iterdir()) == []


def test_commands_of_another_kind_of_installation_are_refused(tmp_path: Path) -> None:
    env = environment(tmp_path)
    env["REPIT_LANGUAGE"] = "fr"
    assert repit(env, "init", "platform").returncode == 0
    stated = refused(env, "subscriber", "add", "forum")
    assert "autre installation" in stated and "REPIT_CONFIG" in stated
    assert repit(env, "staff", "list").returncode == 0


def test_a_gates_database_is_not_taken_for_an_earlier_one_of_a_hotline(tmp_path: Path) -> None:
    """Where no repit.toml says what it is, commands take it for a hotline; its database knows better."""
    env = environment(tmp_path / "data")
    assert repit(env, "init", "platform").returncode == 0
    (data_of(env) / "repit.toml").rename(tmp_path / "moved.toml")
    env["REPIT_DATABASE_URL"] = f"sqlite:///{data_of(env)}/gate.sqlite3"
    with closing(sqlite3.connect(data_of(env) / "gate.sqlite3")) as base:
        before = base.execute("SELECT count(*) FROM sqlite_master").fetchone()
        for words in (("migrate",), ("exchange", "list"), ("bank", "review"), ("init", "hotline")):
            sentence = refused(env, *words)
            assert "another kind of installation: Platform" in sentence and "`--role gate`" in sentence, words
        assert base.execute("SELECT count(*) FROM sqlite_master").fetchone() == before
    assert "Nothing was to be done" in repit(env, "migrate", "--role", "gate").stdout
    assert repit(env, "exchange", "list", "--role", "gate").returncode == 0


def test_a_database_of_another_version_is_neither_served_nor_changed_unasked(
    new_database: dict[str, str], start_hotline: Start
) -> None:
    def changed(statement: str) -> None:
        if "REPIT_DATABASE_URL" in new_database:
            with psycopg.connect(new_database["REPIT_DATABASE_URL"]) as base:
                base.execute(statement)
        else:
            with closing(sqlite3.connect(data_of(new_database) / "hotline.sqlite3")) as base, base:
                base.execute(statement)

    changed("UPDATE foundation_installation SET version = '0.0.9'")
    assert "0.0.9" in refused(new_database, "subscriber", "list")
    changed("UPDATE foundation_installation SET version = '0.1.0'")
    hotline = start_hotline(new_database)
    changed("UPDATE foundation_installation SET version = '0.0.9'")
    assert "still serves" in refused(new_database, "migrate")
    hotline.kill()
    assert repit(new_database, "migrate").returncode == 0
    changed("INSERT INTO django_migrations (app, name, applied) VALUES ('bank', '0999_later', '2027-01-01')")
    for words in (("subscriber", "list"), ("migrate",)):
        assert "0.1.0" in refused(new_database, *words)


def test_a_database_of_an_earlier_version_is_migrated_when_asked_and_only_under_its_own_key(
    tmp_path: Path,
) -> None:
    env = environment(tmp_path)
    assert repit(env, "init", "hotline").returncode == 0
    assert (
        repit(env, "staff", "add", "Camille", "--role", "supervisor").returncode == 0
    )  # audited under the key
    with closing(sqlite3.connect(tmp_path / "hotline.sqlite3")) as base, base:
        # As it was before the database knew its key.
        base.execute("DROP TABLE foundation_installation")
        base.execute("DELETE FROM django_migrations WHERE app = 'foundation' AND name = '0002_installation'")
    before = everything(env)
    stated = refused(env, "hotline", "--port", str(free_port()))
    assert "repit backup" in stated and "repit migrate" in stated and everything(env) == before
    file = tmp_path / "operator.key"
    right = file.read_text()
    file.write_text(secrets.token_hex(32))
    assert "is not the one that belongs to this database" in refused(env, "migrate")
    file.write_text(right)
    assert "in the form of this version" in repit(env, "migrate").stdout
    assert repit(env, "subscriber", "list").returncode == 0


def test_a_key_that_others_may_read_or_that_is_damaged_is_refused(tmp_path: Path) -> None:
    env = environment(tmp_path)
    assert repit(env, "init", "platform").returncode == 0
    file = tmp_path / "operator.key"
    file.chmod(0o644)
    assert "others may read it" in refused(env, "staff", "list")
    file.chmod(0o600)
    file.write_text("short")
    assert "is damaged" in refused(env, "staff", "list")


def test_an_init_without_rights_says_which_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    env = environment(tmp_path / "file" / "data")
    assert str(tmp_path / "file" / "data") in refused(env, "init", "hotline")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
