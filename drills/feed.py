"""The feed under fire: servers, subscribers and writer killed at random, on SQLite and on PostgreSQL.

In: minutes on each database. Out: one JSON line a database.
Next: a reader. It is the test of the suite at full length: 50 subscribers, 1,000 changes a minute; every
subscriber must end equal to the bank, each change once and in order.
"""

import os
import subprocess
import sys
from pathlib import Path

MINUTES = 5.0
ROOT = Path(__file__).resolve().parent.parent
TEST = "service/tests/hotline/feeds/test_feed_under_fire.py"


def run(minutes: float) -> int:
    """0 if everything held on both databases."""
    env = {**os.environ, "DRILL_SECONDS": str(60 * minutes)}
    command = [sys.executable, "-m", "pytest", "-s", "-p", "no:randomly", TEST]
    return subprocess.run(command, env=env, cwd=ROOT, check=False).returncode
