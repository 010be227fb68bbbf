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
    for one in processes:
        one.end()


def all_at_once(two: list[Process], *words: object) -> list[Any]:
    """What each thread of each process got."""
    for one in two:
        one.order(*words)
    got = [found for one in two for found in one.heard()]
    assert not any(isinstance(found, str) for found in got), got
    return got


def test_a_code_submitted_six_times_at_once_in_two_processes_signs_in_once(two: list[Process]) -> None:
    _, secret = two[0].found
    assert sum(all_at_once(two, "code", "ana", code_of(secret))) == 1


def test_a_ticket_brought_six_times_at_once_to_two_processes_opens_once(two: list[Process]) -> None:
    member, _ = two[0].found
    two[0].order("issue", member)
    assert sum(all_at_once(two, "ticket", two[0].heard(), member)) == 1


def test_two_processes_look_at_no_more_wrong_passwords_than_one(two: list[Process]) -> None:
    assert sum(all_at_once(two, "guess", "bea")) == 5
