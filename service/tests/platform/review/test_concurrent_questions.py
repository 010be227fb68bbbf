"""Many who ask for work in the same moment, on both databases."""

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).with_name("claiming_at_once.py")


def test_eight_who_ask_in_the_same_moment_get_eight_reviews_and_eight_who_object_to_one_share_one(
    own_database: dict[str, str],
) -> None:
    done = subprocess.run(
        [sys.executable, str(SCRIPT)], env=own_database, capture_output=True, timeout=200, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    got, noted = json.loads(done.stdout)
    assert len(got) == 8
    assert len(set(got)) == 8
    assert 0 not in got
    assert noted == [1, 1] and "Traceback" not in done.stderr.decode()
