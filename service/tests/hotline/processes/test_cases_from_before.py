"""Cases that an older version left go on as they were, on both databases."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from running import PATIENCE

SCRIPT = Path(__file__).resolve().parent / "an_older_hotline.py"


def test_cases_of_an_older_version_open_and_are_drawn_together(own_database: dict[str, str]):
    done = subprocess.run(
        [sys.executable, str(SCRIPT)], env=own_database, capture_output=True, timeout=PATIENCE, check=False
    )
    assert done.returncode == 0, done.stderr.decode()[-3000:]
    found = json.loads(done.stdout)
    assert found["files"] == ["case-keys"], "the file of each case is gone, its keys are in the one"
    assert found["seen"] == [
        ["new", ["active"], ["words 1"]],
        ["kept", ["active"] * 3, None],
        None,
    ]
    assert found["left"] == 2, "the rows of the case whose keys were gone are gone too"
