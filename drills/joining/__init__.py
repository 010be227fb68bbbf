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

DATABASES: Final = ("sqlite", "postgresql")
RUNS: Final = 10
CASES: Final = 200
DAYS: Final = 30
MOST: Final = 0.02
ROOT: Final = Path(__file__).resolve().parents[2]
TEST: Final = "service/tests/hotline/processes/test_joining_drill.py"


def run(_minutes: float) -> int:
    """See the module's words."""
    with tempfile.TemporaryDirectory() as folder:
        report_files = [Path(folder) / database for database in DATABASES]
        # Side by side, each with a processor of its own.
        running = [_begun(report_file) for report_file in report_files]
        failed = max(process.wait() for process in running)
        found = [
            json.loads(line)
            for report_file in report_files
            if report_file.exists()
            for line in report_file.read_text().splitlines()
        ]
    return failed or _reported(found)


def _begun(report_file: Path) -> "subprocess.Popen[bytes]":
    figures = {"DRILL_RUNS": RUNS, "DRILL_CASES": CASES, "DRILL_DAYS": DAYS, "DRILL_REPORT": report_file}
    env = {**os.environ, **{name: str(value) for name, value in figures.items()}}
    chosen = f"put_to_its_case and {report_file.name}"
    command = [sys.executable, "-m", "pytest", "-s", "-p", "no:randomly", "-k", chosen, TEST]
    return subprocess.Popen(command, env=env, cwd=ROOT)


def _reported(found: list[dict[str, Any]]) -> int:
    from bench.common import Options, Report, Table, publish  # noqa: PLC0415 - the towns need none of it

    report = Report(
        "joining",
        "Which item belongs to which case",
        f"Towns of {CASES} cases over {DAYS} days and a half, stolen at four in the afternoon: the database"
        " as it lies, two backups opened with the offline key. Every figure of a case (counts, sizes, days,"
        " orders, transactions, places on the disk and in backups) is put beside every figure of an item, in"
        " four readings. Ways are chosen on half of the towns; what they are worth is measured on the other"
        " half. A guess is for one item of a case among the items that came on its day.",
    )
    held = True
    for result in found:
        best = result["best"][0]
        sure = not result["database"].endswith("bare")
        held = held and not (sure and (result["certain"] or best["advantage"] > MOST))
        report.compare(
            f"{result['database']}: right guesses by the best way found",
            "% of cases",
            100 * (best["by_day"] + best["advantage"]),
            "by the day alone",
            100 * best["by_day"],
        )
        rows = [
            (way["way"], f"{way['chosen']:+.1%}", f"{way['advantage']:+.1%}", way["guesses"])
            for way in result["best"][:5]
        ]
        report.tables.append(
            Table(
                f"{result['database']}: {result['towns']} towns, {result['cases']} cases,"
                f" {result['items']} items; {result['ways']:,} ways; joined for certain: {result['certain']}",
                ("way", "advantage where it was chosen", "advantage on other towns", "guesses there"),
                rows,
            )
        )
    report.notes.append(
        "`bare`: the same towns if rows were never laid down anew and moments never forgotten, so that one"
        " sees what this looks for. A case that was opened within the last minute before the theft is still"
        " where it was written. PostgreSQL's log (`pg_wal`) tells the order of writes for as long as it lies"
        " there: begun anew within the minute, where the operator grants it (docs/en/retention.md), it holds"
        " nothing of cases, which the small town of the suite looks up."
    )
    report.notes.append(f"Nothing certain, and no way better than the day by more than {MOST:.0%}: {held}.")
    publish(report, Options(), "make drill NAME=joining")
    return 0 if held else 1
