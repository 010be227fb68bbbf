"""A process that is killed while a decision takes effect loses nothing and does nothing twice."""

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).with_name("settling_killed.py")


def run(environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, str(SCRIPT), *words]
    return subprocess.run(command, env=environment, capture_output=True, timeout=200, check=False)


def test_a_decision_takes_effect_once_whenever_its_process_is_killed(new_database: dict[str, str]) -> None:
    assert run(new_database, "press").returncode == 0
    assert run(new_database, "die", "within", "11").returncode == 9
    # Its claim ends a minute later.
    assert run(new_database, "die", "after", "80").returncode == 9
    last = run(new_database, "settle", "160")
    assert last.returncode == 0, last.stderr.decode()
    assert json.loads(last.stdout) == {
        "outcome": "refuse",
        "decided": 1,
        "Statement": 1,
        "OutgoingOpinion": 1,
        "PendingDecision": 0,
    }
