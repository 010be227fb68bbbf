"""Each thing that can be wrong with a backup, a copy of keys or the place for it has a sentence of its own,
and whatever goes wrong leaves nothing half-written."""

from __future__ import annotations

import json
import os
import resource
import secrets
import shutil
import signal
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import installations
import psycopg
import pytest
from nacl.bindings import crypto_scalarmult_base
from operated import Install, Installation
from running import REPIT, TIMEOUT, run_script
from terminal import typed

from repit.foundation import sealed_file
from repit.foundation.backups import packing

pytestmark = pytest.mark.timeout(1800)

RESTORED = {"foundation.auditrow", "cases.case", "cases.record", "staff.member", "bank.letter"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """A hotline with two cases, backed up on Monday; the tests of this file share it."""
    from running import environment  # noqa: PLC0415

    folder = tmp_path_factory.mktemp("home")
    made = Installation("hotline", environment(folder / "data"), folder)
    run_script(made.env, "seed", "2")
    made.make_offline_key()
    made.back_up("monday")
    return made


@pytest.fixture(scope="module")
def other(home: Installation, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """Another machine with the same keys and an empty database, which stays empty: all is refused here."""
    folder = tmp_path_factory.mktemp("other")
    env = {**home.env, "REPIT_DATA": str(folder)}
    shutil.copy(home.data / "operator.key", folder)
    installations.made(env, "hotline")
    return Installation("hotline", env, home.folder)


def spoilt(home: Installation, change: Callable[[bytes], bytes]) -> str:
    (home.folder / "spoilt").write_bytes(change((home.folder / "monday").read_bytes()))
    return "spoilt"


def flipped(raw: bytes) -> bytes:
    middle = len(raw) // 2
    return raw[:middle] + bytes([raw[middle] ^ 1]) + raw[middle + 1 :]


WRONG = {
    "no backup": (lambda raw: b"name,hash\n" * 99, "no backup, nor a copy of keys"),
    "empty": (lambda raw: b"", "no backup, nor a copy of keys"),
    "cut in the middle": (lambda raw: raw[: len(raw) // 2], "cut short: its end is missing"),
    "cut by one byte": (lambda raw: raw[:-1], "cut short: its end is missing"),
    "cut in its head": (lambda raw: raw[:60], "cut short: its end is missing"),
    "damaged in the middle": (flipped, "damaged: some of its bytes"),
    "damaged in its head": (lambda raw: flipped(raw[:60]) + raw[60:], "damaged: some of its bytes"),
    "longer": (lambda raw: raw + b"x", "goes on after its end"),
    "of the first form": (
        lambda raw: b"repit-sealed-file-1\n" + raw[20:],
        "in a form that this one does not",
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_file_that_does_not_open_says_why(home: Installation, wrong: str) -> None:
    change, sentence = WRONG[wrong]
    private = bytes.fromhex((home.folder / "offline").read_text())
    path = home.folder / spoilt(home, change)
    with pytest.raises(sealed_file.SealedFileRefused) as refused:
        list(packing.unpacked(path, private))
    message, next_step = refused.value.shown("en")
    assert sentence in message and next_step
    assert refused.value.shown("fr")[0] not in ("", message)


def test_a_damaged_backup_leaves_the_database_empty(home: Installation, other: Installation) -> None:
    assert "damaged" in other.refused(*other.restoring(spoilt(home, flipped)))
    assert "goes on after its end" in other.refused(*other.restoring(spoilt(home, lambda raw: raw + b"x")))
    assert not [table for table, (rows, _) in other.does("tables").items() if rows and table in RESTORED]
    assert not any(path.stat().st_size for path in (other.data / "bank-keys").iterdir())


def test_the_wrong_offline_key_is_told_from_a_damaged_file(home: Installation, other: Installation) -> None:
    (home.folder / "another").write_text(secrets.token_hex(32))
    words = [
        str(home.folder / "another") if "offline" in word and "/" in word else word
        for word in other.restoring("monday")
    ]
    assert "not the one to which this file was sealed" in other.refused(*words)
    (home.folder / "another").write_text("no key")
    assert "holds no offline key" in other.refused(*words)


def test_one_file_given_for_another_is_named(home: Installation, other: Installation) -> None:
    keys, rows = str(home.folder / "case-keys"), str(home.folder / "monday")
    offline = ("--offline-key", str(home.folder / "offline"))
    assert "copy of keys (case-keys), not a backup" in other.refused("restore", keys, *offline)
    sentence = other.refused("restore", rows, *offline, "--case-keys", rows)
    assert "is a backup, not a copy of keys (case-keys)" in sentence
    sentence = other.refused("restore", rows, *offline, "--bank-keys", keys)
    assert "copy of keys (case-keys), not a copy of keys (bank-keys)" in sentence
    assert not list(other.data.rglob(".*")), "no drafts"


def sealed_anew(home: Installation, change: Callable[[dict[str, object]], object]) -> str:
    """The same backup with another head, as another version would have written it."""
    private = bytes.fromhex((home.folder / "offline").read_text())
    first, *rest = packing.unpacked(home.folder / "monday", private)
    head = json.loads(first)
    change(head)
    lines = [json.dumps(head), *rest]
    (home.folder / "anew").unlink(missing_ok=True)
    packing.Draft(home.folder / "anew", lines, crypto_scalarmult_base(private)).keep()
    return "anew"


HEADS: dict[str, tuple[Callable[[dict[str, object]], object], str]] = {
    "newer": (
        lambda head: head.update(version="9.1", migrations=[*head["migrations"], ["bank", "0077_later"]]),
        "made by Répit 9.1, whose database is newer",
    ),
    "older": (
        lambda head: head.update(version="0.0.9", migrations=head["migrations"][:-1]),
        "made by Répit 0.0.9, whose database had an earlier form",
    ),
    "of a later form": (lambda head: head.update(form="repit backup 3", version="12"), "made by Répit 12"),
    "another operator's": (lambda head: head.update(salt="00" * 16), "operator’s key of this machine is not"),
    "sealed by anyone who has the public half": (
        lambda head: head.update(operator="00" * 32),
        "operator’s key of this machine is not the one of this backup",
    ),
    "a gate's": (lambda head: head.update(role="gate"), "backup of a gate, not of a hotline"),
    "nothing of ours": (lambda head: head.clear(), "not in the form of a backup"),
}


def test_a_backup_of_another_version_key_or_role_is_named(home: Installation, other: Installation) -> None:
    for change, sentence in HEADS.values():
        assert sentence in other.refused(*other.restoring(sealed_anew(home, change)))
    assert other.does("tables")["foundation.auditrow"][0] == 0


def test_keys_that_are_missing_older_or_another_s_are_told_apart(
    home: Installation, install: Install
) -> None:
    bare = install("hotline", like=home).begun()
    offline = ("--offline-key", str(home.folder / "offline"))
    rows, cases = str(home.folder / "monday"), str(home.folder / "case-keys")
    copies = ("--case-keys", cases, "--bank-keys", str(home.folder / "bank-keys"))
    sentence = bare.refused("restore", rows, *offline)
    assert "The file of keys " in sentence and "--bank-keys FILE" in sentence
    sentence = bare.refused("restore", rows, *offline, *copies[2:])
    assert "--case-keys FILE" in sentence and not any(
        path.stat().st_size for path in (bare.data / "bank-keys").iterdir()
    ), "what was put in its place is taken back"
    assert bare.does("tables")["foundation.auditrow"][0] == 0

    (bare.data / "case-keys").mkdir()
    strange = secrets.token_bytes(1 << 17)
    (bare.data / "case-keys" / "case-keys").write_bytes(strange)
    assert "In the place of the case keys lie those of another" in bare.refused(
        "restore", rows, *offline, *copies
    )
    assert (bare.data / "case-keys" / "case-keys").read_bytes() == strange, "never overwritten"
    (bare.data / "case-keys" / "case-keys").unlink()

    answer = json.loads(bare.repit("restore", rows, *offline, *copies[2:], "--case-keys-lost", "--json"))
    assert answer["keys"] == {"bank-keys": "put back", "case-keys": "lost"}
    assert "not those that belong to this database" in bare.refused("hotline", "--port", "9")
    assert "Cases deleted: 2" in bare.repit("case-keys", "give-up", "--yes")


def test_a_folder_alone_is_no_installation_and_none_is_made_of_it(
    home: Installation, install: Install
) -> None:
    """As in a shell that knows the folder of a hotline, and not that it runs on PostgreSQL."""
    folder = install("hotline", like=home)
    sentence = folder.refused(*home.restoring("monday"))
    assert f"`repit init hotline --data {folder.data} --operator-key-file COPY`" in sentence
    assert [path.name for path in folder.data.iterdir()] == ["operator.key"]
    copy = str(home.data / "operator.key")
    (folder.data / "operator.key").unlink()
    folder.repit("init", "hotline", "--data", str(folder.data), "--operator-key-file", copy)
    folder.repit(*home.restoring("monday"))
    assert folder.does("tables")["cases.case"][0] == 2


@pytest.mark.parametrize("server", [False, True], ids=["sqlite", "postgresql"])
def test_an_installation_whose_database_is_empty_is_filled_and_only_by_a_backup_of_its_own(
    home: Installation, install: Install, server: bool
) -> None:
    """The way back after an upgrade: repit.toml stays, and names a database with nothing in it."""
    machine = install("hotline", like=home, postgresql=server).begun()
    url = machine.env.pop("REPIT_DATABASE_URL", "")
    if server:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")
    else:
        (machine.data / "hotline.sqlite3").unlink()
    for which in ("a gate's", "another operator's"):
        change, sentence = HEADS[which]
        assert sentence in machine.refused(*home.restoring(sealed_anew(home, change)))
        assert "There is no installation yet" in machine.refused("subscriber", "list"), "nothing was made"
    machine.repit(*home.restoring("monday"))
    assert machine.does("tables")["cases.case"][0] == 2
    assert machine.does("verified") is None


def test_a_database_with_rows_is_never_written_over(home: Installation) -> None:
    before = home.does("tables")
    sentence = home.refused(*home.restoring("monday"))
    assert "is not empty: there are rows in" in sentence and "nothing was touched" in sentence
    assert home.does("tables") == before


def test_where_a_backup_cannot_be_written_says_why_and_leaves_nothing(
    home: Installation, install: Install
) -> None:
    names = {path.name for path in home.folder.iterdir()}
    assert "There is a file monday already" in home.refused("backup", str(home.folder / "monday"))
    assert "no such folder" in home.refused("backup", str(home.folder / "nowhere" / "monday"))
    assert "may not be written there" in home.refused("backup", "/sys/monday")
    full = subprocess.run(
        [*REPIT, "backup", str(home.folder / "tuesday")],
        env=home.env,
        capture_output=True,
        timeout=TIMEOUT,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000)),
    )
    assert full.returncode == 1 and b"no room left for tuesday" in full.stderr, full.stderr
    assert {path.name for path in home.folder.iterdir()} == names
    missing = install("hotline", like=home)
    assert "There is no database yet" in missing.refused("backup", str(home.folder / "tuesday"))
    assert not (missing.data / "hotline.sqlite3").exists(), "nothing is made by looking"
    del missing.env["REPIT_OFFLINE_KEY"]
    assert "no offline key to seal" in missing.refused("backup", str(home.folder / "tuesday"))


def test_a_backup_that_was_killed_leaves_no_file_and_the_next_one_takes_its_draft_away(
    home: Installation,
) -> None:
    """Killed between the backup and the copies of keys: the second of these is a pipe that nobody reads."""
    copies, apart = home.folder / "copies", home.folder / "apart"
    copies.mkdir()
    apart.mkdir()
    os.mkfifo(apart / ".case-keys.repit-draft")
    draft = copies / ".friday.repit-draft"
    command = [*REPIT, "backup", str(copies / "friday"), "--case-keys", str(apart / "case-keys")]
    process = subprocess.Popen(command, env=home.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until = time.monotonic() + TIMEOUT
    while not (draft.exists() and draft.stat().st_size):
        assert time.monotonic() < until and process.poll() is None
        time.sleep(0.01)
    process.kill()
    process.wait(TIMEOUT)
    (apart / ".case-keys.repit-draft").unlink()
    assert [path.name for path in (*copies.iterdir(), *apart.iterdir())] == [draft.name]
    home.repit("backup", str(copies / "saturday"), "--case-keys", str(apart / "case-keys"))
    assert [path.name for path in (*copies.iterdir(), *apart.iterdir())] == ["saturday", "case-keys"]


@pytest.mark.parametrize("server", [False, True])
def test_a_restore_that_was_killed_left_nothing_and_may_be_given_again(
    home: Installation, install: Install, server: bool
) -> None:
    """Half of the backup comes through a pipe; then the process is killed in the middle of the rows."""
    machine = install("hotline", like=home, postgresql=server).begun()
    pipe, raw = home.folder / f"pipe-{secrets.token_hex(4)}", (home.folder / "monday").read_bytes()
    os.mkfifo(pipe)
    offline = ("--offline-key", str(home.folder / "offline"))
    copies = ("--case-keys", str(home.folder / "case-keys"), "--bank-keys", str(home.folder / "bank-keys"))
    process = subprocess.Popen([*REPIT, "restore", str(pipe), *offline, *copies], env=machine.env)
    fed = threading.Event()

    def feed() -> None:
        with pipe.open("wb", buffering=0) as end:
            end.write(raw[:-10])
            fed.set()
            process.wait(TIMEOUT)

    feeder = threading.Thread(target=feed)
    feeder.start()
    assert fed.wait(TIMEOUT)
    process.send_signal(signal.SIGKILL)
    feeder.join(TIMEOUT)
    assert process.returncode == -signal.SIGKILL
    tables = machine.does("tables")
    assert tables["foundation.auditrow"][0] == 0 and tables["cases.case"][0] == 0
    answer = json.loads(machine.repit("restore", str(home.folder / "monday"), *offline, *copies, "--json"))
    assert answer["audit"]["holds"] and machine.does("tables")["cases.case"][0] == 2
    assert not list((machine.data / "case-keys").glob(".*"))


def test_two_files_of_one_key_do_not_show_that_they_are(home: Installation) -> None:
    home.back_up("another day")
    # Behind the first 156 bytes stands the first piece's length, which may be the same.
    first, second = ((home.folder / name).read_bytes()[20:156] for name in ("monday", "another day"))
    assert not any(first[at : at + 8] in second for at in range(len(first) - 8))


def test_the_last_good_backup_is_noted_and_a_failed_one_is_not(home: Installation) -> None:
    made = home.back_up(f"noted-{secrets.token_hex(4)}")
    noted = json.loads((home.data / "last-backup.json").read_text())
    assert noted == {"at": made["at"], "rows": made["rows"]}
    home.refused("backup", str(home.folder / "monday"))
    assert json.loads((home.data / "last-backup.json").read_text()) == noted
    assert str(home.folder) not in json.dumps(noted)


def test_chains_that_were_touched_are_told_by_the_command(home: Installation, tmp_path: Path) -> None:
    touched = Installation("hotline", {**home.env, "REPIT_DATA": str(tmp_path / "data")}, home.folder)
    shutil.copytree(home.data, tmp_path / "data")
    head = json.loads(touched.repit("audit", "verify", "--json"))["audit"]["head"]
    assert "Note this head somewhere else: " + head in touched.repit("audit", "verify", "--noted", head)
    wrong = touched.run("audit", "verify", "--noted", head[:-2] + "zz")
    assert wrong.returncode == 1 and "That is no head of the audit" in wrong.stderr
    with sqlite3.connect(tmp_path / "data" / "hotline.sqlite3") as database:
        database.execute("DROP TRIGGER foundation_auditrow_no_update")
        database.execute("UPDATE foundation_auditrow SET reason = 'another' WHERE sequence = 2")
        [case] = database.execute("SELECT id FROM cases_case LIMIT 1").fetchone()
        database.execute("UPDATE cases_accesslogentry SET digest = zeroblob(32) WHERE case_id = ?", [case])
    database.close()
    answer = touched.run("audit", "verify")
    assert answer.returncode == 1
    assert "does NOT hold from row 2 on. It is not as it was written" in answer.stdout
    assert f"access logs of cases, 1 of 2: {case}" in answer.stdout
    found = json.loads(touched.run("audit", "verify", "--json").stdout)
    assert (found["holds"], found["audit"]["first_broken"], found["case-logs"]["broken"]) == (
        False,
        2,
        [str(case)],
    )
    shown = touched.repit("audit", "show", "--json").splitlines()
    assert json.loads(shown[1])["reason"] == "another" and len(shown) == int(head.partition(":")[0])
    assert not touched.repit("audit", "show", "--since", "2999-01-01")


def test_missing_copies_of_keys_are_spoken_of(home: Installation) -> None:
    sentence = home.repit("backup", str(home.folder / f"alone-{secrets.token_hex(4)}"))
    assert "Not copied: the case keys" in sentence and "--bank-keys FILE" in sentence
    french = {**home.env, "REPIT_LANGUAGE": "fr"}
    offline = ("--offline-key", str(home.folder / "offline"))
    done = typed(french, "restore", str(home.folder / "case-keys"), *offline)
    assert "Ce fichier est une copie de clés (case-keys), et non une sauvegarde." in done.stderr
    assert Path(home.folder / "case-keys").is_file()
