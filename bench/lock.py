"""How long the bank's lock is held: by the largest body that anyone may post, by imports, pulls, reports.

In: nothing. Out: `docs/bench/lock.md`. Next: a reader.

Everybody who submits, withdraws or decides takes turns at one row of the database (`hotline.bank.feed`).
Whoever holds it for seconds keeps everyone else waiting, and their withdrawals with them. Each piece of work
runs in a process of its own against an SQLite file of its own (`lock_work`).
"""

import json
import os
import subprocess
import sys
import tempfile

from bench.common import Options, Report

WORK = ("attack", "import", "pull", "reports", "expiry")
BEFORE = {
    "an anonymous POST of 2.7 MB, items near one another": 47.2,
    "another, near to it as well": 107.7,
    "an import of 6,000 families": 1.90,
    "a partner's page of 3,000 families": 0.286,
    "letting go of a partner of 3,000 families": 0.256,
    "twenty reports of 1,000 items each, all beyond the limit": 2.46,
    "1,000 families whose time has come": 0.170,
}
"""By the code before near duplicates went and work was made ready outside the lock, measured by
`lock_work`."""


def run(options: Options) -> Report:
    """Time each piece of work."""
    report = Report(
        "lock",
        "How long the bank's lock is held",
        "The longest single hold of the lock for each piece of work, in seconds of processor time.",
        notes=[
            "Before: the same work by the code of commit 0aca86f, on such a machine. A body of 2.7 MB"
            " is refused now before it reaches the bank, and holds no lock; the largest that is taken stands"
            " below it.",
        ],
    )
    with tempfile.TemporaryDirectory(prefix="repit-lock-") as folder:
        for number, work in enumerate(options.only or WORK):
            env = {**os.environ, "REPIT_DATA": f"{folder}/{number}", "REPIT_LOG_LEVEL": "ERROR"}
            asked = [sys.executable, "-m", "bench.lock_work", work]
            done = subprocess.run(asked, env=env, capture_output=True, text=True, check=True)
            for what, seconds in json.loads(done.stdout.splitlines()[-1]):
                before = BEFORE.get(what)
                report.compare(what, "s", seconds, "before" if before else "", before)
    return report
