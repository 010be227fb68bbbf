"""Two thousand hostile files: a typed refusal or a valid picture, never a crash, a hang or a flood of
memory.
"""

import json
import subprocess
import sys
from pathlib import Path

from fuzz_corpus import TOTAL

GIB_IN_KIB = 1 << 20


def test_2000_hostile_files_are_refused_by_name_or_read() -> None:
    program = Path(__file__).with_name("fuzz_child.py")
    done = subprocess.run(
        [sys.executable, "-W", "error", str(program)],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    lines = done.stdout.splitlines()
    # A hang ends by SIGPROF (-27), a crash by its own signal; the last line names the file.
    assert done.returncode == 0, (done.returncode, lines[-1:], done.stderr[-2000:])
    report = json.loads(lines[-1])
    assert report["files"] == TOTAL == sum(report["counts"].values())
    assert report["peak_kib"] - report["before_kib"] < GIB_IN_KIB
    assert report["counts"]["damaged-picture"] > 500
    assert report["counts"]["read"] > 200
    assert report["counts"]["too-many-pixels"] >= 6
