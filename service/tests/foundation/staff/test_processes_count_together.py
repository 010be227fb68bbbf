"""Several processes on one database: a try, a code, a ticket counts for all of them. On both databases."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from staff_people import code_of
from test_sign_in_at_rest import files_of

PROGRAM = Path(__file__).with_name("at_once.py")


class Process:
    def __init__(self, env: dict[str, str], how: str) -> None:
        pipes: dict[str, Any] = dict.fromkeys(("stdin", "stdout"), subprocess.PIPE)
        self.process = subprocess.Popen([sys.executable, str(PROGRAM), how], env=env, text=True, **pipes)
        self.found = self.heard()

    def order(self, *words: object) -> None:
        assert self.process.stdin
        self.process.stdin.write(json.dumps(words) + "\n")
        self.process.stdin.flush()

    def heard(self) -> Any:
        line = self.process.stdout.readline() if self.process.stdout else ""
        assert line, "the process ended; its reason stands above"
        return json.loads(line)

    def end(self) -> None:
        self.process.communicate()


@pytest.fixture(scope="module")
def two(own_database: dict[str, str]) -> Iterator[list[Process]]:
    """Two processes that have begun."""
    processes = [Process(own_database, how) for how in ("begin", "join")]
    yield processes
    for process in processes:
        process.end()


def all_at_once(two: list[Process], *words: object) -> list[Any]:
    """What each thread of each process got."""
    for running in two:
        running.order(*words)
    got = [found for process in two for found in process.heard()]
    assert not any(isinstance(found, str) for found in got), got
    return got


def test_a_code_submitted_six_times_at_once_in_two_processes_signs_in_once(two: list[Process]) -> None:
    _, secret, _ = two[0].found
    assert sum(all_at_once(two, "code", "ana", code_of(secret))) == 1


def test_a_ticket_brought_six_times_at_once_to_two_processes_opens_once(two: list[Process]) -> None:
    member, *_ = two[0].found
    two[0].order("issue", member)
    assert sum(all_at_once(two, "ticket", two[0].heard(), member)) == 1


def test_two_processes_look_at_no_more_wrong_passwords_than_one(two: list[Process]) -> None:
    assert sum(all_at_once(two, "guess", "bea")) == 5


def test_two_processes_open_no_more_cases_for_one_address_than_one(two: list[Process]) -> None:
    assert sum(all_at_once(two, "open", "198.51.100.7")) == 4
    assert sum(all_at_once(two, "open", "203.0.113.9")) == 4  # and nobody else is kept out by it


def test_two_processes_look_at_no_more_reports_of_a_subscriber_than_one(two: list[Process]) -> None:
    assert sum(all_at_once(two, "report", two[0].found[2])) == 7


def lying_about(env: dict[str, str], postgresql: Path) -> bytes:
    """Everything on the disk, now that SQLite's log is folded in."""
    if "REPIT_DATABASE_URL" in env:
        return b"\n".join(files_of(env, postgresql))
    return b"\n".join(file.read_bytes() for file in Path(env["REPIT_DATA"]).glob("*.sqlite3*"))


def test_the_salt_of_an_hour_stands_in_no_log_and_once_the_hour_is_over_nowhere(
    two: list[Process], own_database: dict[str, str], postgresql: tuple[str, Path]
) -> None:
    all_at_once(two, "open", "198.51.100.8")
    two[0].order("salted")
    salt, *slots = two[0].heard()
    assert slots
    if "REPIT_DATABASE_URL" in own_database:
        log = b"".join(file.read_bytes() for file in (postgresql[1] / "pg_wal").iterdir() if file.is_file())
        assert b"staff enrolled" in log
        assert [
            value for value in (bytes.fromhex(salt), *(slot.encode() for slot in slots)) if value in log
        ] == []
    else:
        assert bytes.fromhex(salt) in lying_about(own_database, postgresql[1])
    two[0].order("hour over")
    assert two[0].heard()
    seen = lying_about(own_database, postgresql[1])
    assert b"staff enrolled" in seen and bytes.fromhex(salt) not in seen
