"""The tests of bank, feeds and cases, of how rows are claimed, what is counted, of what the desk does,
forgets and tells, and the stories that cross rooms: on a real PostgreSQL."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
TAKES_NONE = (
    "exchanges/pulling/test_feedback.py::test_who_takes_no_opinion_or_is_gone_is_noted_and_asked_no_more"
)
CLAIMED = ("foundation/test_jobs.py", "platform/review/test_late_workers.py")
ROOMS = [  # each of one role
    ("hotline/bank",),
    ("hotline/feeds", "hotline/reports"),
    ("hotline/cases", "foundation/test_limits.py"),
    (
        "platform/review/test_review_retention.py",
        "platform/review/test_desk_state_machine.py",
        TAKES_NONE,
        *CLAIMED,
    ),
    ("stories",),
]
BRINGS_BOTH_ALONG = "hotline/feeds/test_feed_under_fire.py"


@pytest.mark.timeout(600)
@pytest.mark.parametrize("rooms", ROOMS)
def test_bank_exchange_and_cases_hold_on_postgresql_too(postgresql: tuple[str, Path], rooms: tuple[str, ...]):
    address, _ = postgresql
    tests = [str(HERE / room) for room in rooms]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--create-db", *tests]
    command.append(f"--ignore={HERE / BRINGS_BOTH_ALONG}")
    env = {**os.environ, "REPIT_TEST_DATABASE_URL": address}
    env.pop("DJANGO_SETTINGS_MODULE", None)
    done = subprocess.run(
        command, env=env, cwd=HERE.parents[1], capture_output=True, timeout=560, check=False
    )
    assert done.returncode == 0, done.stdout.decode()[-6000:] + done.stderr.decode()[-2000:]
