"""Hotlines, gates, and both in one: every row of every table comes back, on either database and across."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from operated import Install, Installation
from running import HERE, run_script

pytestmark = pytest.mark.timeout(1800)

CHANGED = {
    "foundation.audithead": "the restore is in the audit",
    "foundation.auditrow": "the restore is in the audit",
    "bank.feed": "its numbers go on beyond what was lost",
    # what was withdrawn, and nobody needs to hear of any more, is destroyed at once
    "bank.item": "withdrawn becomes erased",
    "bank.itemhash": "they go with it",
    "bank.transition": "that step",
}
WAYS = [
    ("hotline", False, True),
    ("hotline", True, False),
    ("gate", False, True),
    ("both", True, False),
    ("both", False, False),
]


def filled(install: Install, role: str, *, postgresql: bool) -> Installation:
    home = install(role, postgresql=postgresql)
    home.does("rows")
    home.make_offline_key()
    if role == "hotline":
        run_script(home.env, "seed", "2")
    return home


@pytest.mark.parametrize(("role", "here", "there"), WAYS)
def test_all_rows_come_back_as_they_were(install: Install, role: str, here: bool, there: bool) -> None:
    home = filled(install, role, postgresql=here)
    before = home.does("tables")
    made = home.back_up("monday")
    assert made["rows"] == sum(count for count, _ in before.values())
    other = install(role, postgresql=there, like=home)
    if not there:  # else its database, empty as it is, is named by its address
        other.begun()
    answer = json.loads(other.repit(*home.restoring("monday"), "--json"))
    after = other.does("tables")
    assert {table for table in before if before[table] != after[table]} <= set(CHANGED)
    assert after["foundation.auditrow"][0] == before["foundation.auditrow"][0] + 1
    assert answer["rows"] == made["rows"] and answer["audit"]["holds"] and answer["version"]
    assert other.does("verified") is None
    verified = json.loads(other.repit("audit", "verify", "--role", role, "--json"))
    assert verified["holds"] and verified["audit"]["head"] == answer["audit"]["head"]
    if role != "hotline":
        assert before["review.statement"][0] and before["review.appeal"][0] and before["gate.decision"][0]
        assert home.does("left-out")["gate.matchtally"] and not other.does("left-out")["gate.matchtally"]


def test_a_backup_by_the_wrong_role_would_leave_tables_out_and_is_refused(install: Install) -> None:
    home = filled(install, "both", postgresql=False)
    (home.data / "repit.toml").rename(home.data / "moved.toml")
    file = str(home.folder / "half")
    sentence = home.refused("backup", file)
    assert "does not know (gate, mastodon, review, s3)" in sentence and "--role" in sentence
    (home.data / "moved.toml").rename(home.data / "repit.toml")
    home.back_up("whole")
    hotline = install("hotline", like=home).begun()
    words = ["both" if word == "hotline" else word for word in home.restoring("whole")]
    words[words.index("--role") + 1] = "hotline"
    assert "a hotline and a gate together, not of a hotline" in hotline.refused(*words)
    assert "no case-keys at a gate" in install("gate", like=home).refused(
        "backup", file, "--role", "gate", "--case-keys", str(home.folder / "x")
    )


def test_a_gate_that_was_restored_forgets_what_was_withdrawn_since(install: Install) -> None:
    """Its index beside the database has heard of it; the database is older. It begins with a snapshot."""
    home = filled(install, "gate", postgresql=False)
    command = [sys.executable, str(HERE / "backups" / "gate_index.py")]
    done = subprocess.run(command, env=home.env, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    home.back_up("monday")
    index = home.data / "gate-index.sqlite3"
    assert index.is_file()
    (home.data / "gate.sqlite3").unlink()
    home.repit(*home.restoring("monday"))
    done = subprocess.run([*command, "follow"], env=home.env, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    assert json.loads(done.stdout) == {"position": None, "asked": ["kept"]}
