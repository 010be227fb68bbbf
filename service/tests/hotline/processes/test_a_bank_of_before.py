"""A bank that an earlier version left is brought into its present form, on both databases."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent.parent


def brought(env: dict[str, str], what: str) -> Any:
    command = [sys.executable, str(HERE / "bank_of_before.py"), what]
    done = subprocess.run(command, env=env, capture_output=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


def test_what_was_served_through_a_near_duplicate_is_served_on_its_own(own_database: dict[str, str]):
    left = brought(own_database, "near-duplicates")
    assert left["items"] == [
        ["joined active", "active", True, 1, 1],
        ["joined disputed", "disputed", True, 1, 1],
        ["joined received", "received", False, 1, 1],
        ["lead active", "active", True, 1, 1],
        ["lead disputed", "disputed", True, 1, 1],
        ["lead received", "received", False, 1, 1],
    ]
    names = {"joined active", "joined disputed", "lead active", "lead disputed"}
    assert left["served"] == dict.fromkeys(names, 1) and left["gapless"]
    assert {(token, after) for token, after, actor in left["steps"] if actor == "migration"} == {
        ("joined active", "active"),
        ("joined disputed", "active"),
        ("joined disputed", "disputed"),
    }
