"""How long a caseworker with two hundred cases waits for the list, and for the one that matters.

In: nothing. Out: one JSON line. Next: a reader. It is the test of the suite at length: a hotline in a process
of its own with 150 cases in one caseworker's hands and 50 that nobody has; the list asked for again and
again, then the most pressing opened by one key in Chromium.
"""

import os
import subprocess
import sys
from pathlib import Path

VIEWS = 25
ROOT = Path(__file__).resolve().parent.parent
TEST = "service/tests/hotline/desk/test_two_hundred_cases_in_a_browser.py"


def run(_minutes: float) -> int:
    """0 if everything held."""
    env = {**os.environ, "DRILL_VIEWS": str(VIEWS)}
    command = [sys.executable, "-m", "pytest", "-s", "-p", "no:randomly", "-k", "one_key", TEST]
    return subprocess.run(command, env=env, cwd=ROOT, check=False).returncode
