"""`repit-scan` killed at any moment goes on where it was: every file one row, and totals of all runs."""

import json
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from scans import SCAN, hex_of, picture, scan

from repit_engine.cli.scan_journal import Journal

FILES = 3000


@pytest.fixture(scope="module")
def listing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty-four pictures, again and again; one of them is no picture."""
    folder = tmp_path_factory.mktemp("files")
    for number in range(64):
        (folder / f"{number}.jpg").write_bytes(picture(number) if number else b"no picture")
    (folder / "bank.txt").write_text(f"{hex_of(picture(7))},seven\n")
    names = [str(folder / f"{number % 64}.jpg") for number in range(FILES)]
    (folder / "listing").write_text("\n".join(names))
    return folder / "listing"


def killed(arguments: list[str], moment: Callable[[], bool]) -> bool:
    running = subprocess.Popen([*SCAN, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while running.poll() is None and not moment():
        time.sleep(0.002)
    running.send_signal(signal.SIGKILL)
    return running.wait() == -signal.SIGKILL


def test_killed_at_ten_moments_a_scan_ends_complete_with_nothing_twice(listing: Path, tmp_path: Path) -> None:
    out = tmp_path / "rows.parquet"
    journal = tmp_path / "rows.parquet.journal"
    found = journal / "rows.jsonl"
    arguments = ["--listing", str(listing), "--against", str(listing.with_name("bank.txt"))]
    arguments += ["--out", str(out), "--workers", "2"]
    rng, kills = random.Random(7), 0
    moments: list[Callable[[], Callable[[], bool]]]

    def grown_by(some: int) -> Callable[[], bool]:
        until = some + (found.stat().st_size if found.exists() else 0)
        return lambda: found.exists() and found.stat().st_size > until

    moments = [lambda: journal.exists, lambda: (journal / "state.json").exists]
    moments += [lambda: grown_by(rng.randrange(1, 50_000))] * 8
    for moment in moments:
        kills += killed(arguments, moment())
        assert not out.exists()
    assert kills == 10
    done = scan(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    rows = pq.read_table(out).to_pylist()
    assert [row["file"] for row in rows] == listing.read_text().splitlines()
    assert all(row == rows[number % 64] for number, row in enumerate(rows))
    summary = json.loads(done.stdout)
    of_each = [len(range(number, FILES, 64)) for number in range(64)]
    assert summary["outcomes"] == {
        "hashed": FILES - of_each[0] - of_each[7],
        "matched": of_each[7],
        "not-a-picture": of_each[0],
    }
    assert summary["files"] == FILES
    assert summary["runs"] > 7
    assert not journal.exists()


DIES = """
import os, signal
from repit_engine.cli import scan, scan_finish, scan_journal
def dies(*given):
    {half}
    os.kill(os.getpid(), signal.SIGKILL)
{module}.{what} = dies
scan.main()
"""


def dying(module: str, what: str, half: str, arguments: list[str]) -> None:
    program = DIES.format(module=module, what=what, half=half)
    done = subprocess.run([SCAN[0], "-c", program, *arguments], check=False, capture_output=True)
    assert done.returncode == -signal.SIGKILL


def test_killed_while_rows_become_the_results_there_are_none_until_they_are_whole(
    listing: Path, tmp_path: Path
) -> None:
    out = tmp_path / "rows.parquet"
    arguments = [str(listing.with_name("0.jpg")), str(listing.with_name("1.jpg")), "--out", str(out)]
    dying("scan_finish", "as_parquet", "given[2].write_bytes(b'PAR1')", arguments)
    assert not out.exists()
    done = scan(*arguments, "--json")
    assert json.loads(done.stdout)["outcomes"] == {"hashed": 1, "not-a-picture": 1}
    assert pq.read_table(out).num_rows == 2


def test_results_that_have_their_name_are_known_again_and_no_others(listing: Path, tmp_path: Path) -> None:
    """Killed between the last two steps: the results are there, and the journal too."""
    out, journal = tmp_path / "rows.jsonl", tmp_path / "rows.jsonl.journal"
    arguments = [str(listing.with_name("0.jpg")), str(listing.with_name("1.jpg")), "--out", str(out)]
    dying("scan_journal.Journal", "finish", "pass", arguments)
    before = out.read_bytes()
    shutil.copytree(journal, tmp_path / "kept")
    assert scan(*arguments).returncode == 0
    assert not journal.exists()
    assert out.read_bytes() == before
    shutil.copytree(tmp_path / "kept", journal)
    out.unlink()
    out.write_text("another's\n")
    done = scan(*arguments)
    assert done.returncode == 2
    assert b"exists already" in done.stderr
    assert out.read_text() == "another's\n"


def test_two_at_once_do_not_write_the_same_results(listing: Path, tmp_path: Path) -> None:
    journal = Journal(tmp_path / "rows.jsonl.journal", {})
    journal.open()
    done = scan(listing.with_name("1.jpg"), "--out", tmp_path / "rows.jsonl")
    assert done.returncode == 2
    assert b"Another repit-scan" in done.stderr
