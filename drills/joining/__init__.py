"""Which item belongs to which case: what a thief of a month can say, on both databases.

In: nothing. Out: 0 if nothing is certain and no way of guessing beats the day by more than 2 %; the page
`docs/bench/joining.md`. Next: a reader. It is the test of the suite at length: towns of 200 cases over 30
days, backups and erased cases among them; ways of putting cases and items side by side are chosen on half of
the towns and judged on the other half.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

RUNS: Final = 10
CASES: Final = 200
DAYS: Final = 30
MOST: Final = 0.02
ROOT: Final = Path(__file__).resolve().parents[2]
TEST: Final = "service/tests/processes/test_joining_drill.py"


def run(_minutes: float) -> int:
    """See the module's words."""
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "told"
        figures = {"DRILL_RUNS": RUNS, "DRILL_CASES": CASES, "DRILL_DAYS": DAYS, "DRILL_REPORT": told}
        env = {**os.environ, **{name: str(value) for name, value in figures.items()}}
        command = [sys.executable, "-m", "pytest", "-s", "-p", "no:randomly", "-k", "put_to_its_case", TEST]
        done = subprocess.run(command, env=env, cwd=ROOT, check=False)  # noqa: S603 - our own tests
        found = [json.loads(line) for line in told.read_text().splitlines()] if told.exists() else []
    return _reported(found) if done.returncode == 0 else done.returncode


def _reported(found: list[dict[str, Any]]) -> int:
    from bench.common import Options, Report, Table, publish  # noqa: PLC0415 - the towns need none of it

    report = Report(
        "joining",
        "Which item belongs to which case",
        f"Towns of {CASES} cases over {DAYS} days and a half, stolen at four in the afternoon: the database"
        " as it lies, two backups opened with the offline key. Every figure of a case (counts, sizes, days,"
        " orders, transactions, places on the disk and in backups) is put beside every figure of an item, in four"
        " readings. Ways are chosen on half of the towns; what they are worth is measured on the other half."
        " A guess is for one item of a case among the items that came on its day.",
    )
    held = True
    for one in found:
        best = one["best"][0]
        sure = not one["database"].endswith("bare")
        held = held and not (sure and (one["certain"] or best["advantage"] > MOST))
        report.compare(
            f"{one['database']}: right guesses by the best way found",
            "% of cases",
            100 * (best["by_day"] + best["advantage"]),
            "by the day alone",
            100 * best["by_day"],
        )
        rows = [
            (way["way"], f"{way['chosen']:+.1%}", f"{way['advantage']:+.1%}", way["guesses"])
            for way in one["best"][:5]
        ]
        report.tables.append(
            Table(
                f"{one['database']}: {one['towns']} towns, {one['cases']} cases, {one['items']} items;"
                f" {one['ways']:,} ways; joined for certain: {one['certain']}",
                ("way", "advantage where it was chosen", "advantage on other towns", "guesses there"),
                rows,
            )
        )
    report.notes.append(
        "`bare`: the same towns if rows were never laid down anew and moments never forgotten, so that one"
        " sees what this looks for. A case that was opened within the last minute before the theft is still"
        " where it was written. PostgreSQL's log (`pg_wal`) is not looked at: it tells the order of writes"
        " for as long as it lies there (docs/en/forgetting.md)."
    )
    report.notes.append(f"Nothing certain, and no way better than the day by more than {MOST:.0%}: {held}.")
    publish(report, Options(), "make drill NAME=joining")
    return 0 if held else 1
