"""Which item belongs to which case: a thief of everything that lies there can say no more than the day.

At length (`make drill NAME=joining`) ways of putting the two side by side are chosen on some towns and judged
on others; here one small town on each database shows that nothing is certain, and that rows of cases lie
where chance laid them.
"""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pytest
from drills.joining import attack, theft
from drills.joining.attack import Stolen, Way
from running import environment

RUNS = int(os.environ.get("DRILL_RUNS", "1"))
CASES = int(os.environ.get("DRILL_CASES", "12"))
DAYS = int(os.environ.get("DRILL_DAYS", "3"))
REPORT = os.environ.get("DRILL_REPORT", "")
PAGE = 4096
_numbers = itertools.count(1)


class Town:
    """One hotline that lived through its days, and what lies there afterwards."""

    def __init__(
        self, request: pytest.FixtureRequest, database: str, folder: Path, seed: int, *more: str
    ) -> None:
        address = ""
        self.server = Path()
        folder.mkdir()
        if database == "postgresql":
            server, self.server = request.getfixturevalue("postgresql")
            name = f"town_{os.getpid()}_{next(_numbers)}"
            with psycopg.connect(server, autocommit=True) as own:
                own.execute(f'CREATE DATABASE "{name}"')
                own.execute("ALTER SYSTEM SET wal_recycle = off")  # as the guide says
                # Whenever it comes by, it may write pages down whole, as they lie: on a busy machine within
                # the town's last minute.
                own.execute("ALTER SYSTEM SET autovacuum = off")
                own.execute("SELECT pg_reload_conf()")
            address = server.replace("/postgres?", f"/{name}?")
        env = {**environment(folder / "data", address), "REPIT_SPREAD_SECONDS": "5"}
        command = [sys.executable, "-m", "drills.joining.town", str(seed), str(CASES), str(DAYS), str(folder)]
        command += more
        root = Path(__file__).resolve().parents[4]
        done = subprocess.run(command, env=env, cwd=root, capture_output=True, check=False)
        assert not done.returncode, done.stderr.decode()
        self.truth = json.loads(done.stdout)
        self.tables = (
            theft.of_postgresql(address) if address else theft.of_sqlite(folder / "data" / "hotline.sqlite3")
        )
        backups = [theft.of_backup(path) for path in sorted(folder.glob("backup-*"))]
        assert len(backups) == 2
        self.stolen = theft.stolen([self.tables, *backups], self.truth)


@pytest.mark.timeout(7200 if REPORT else 600)
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_no_item_is_put_to_its_case(request: pytest.FixtureRequest, database: str, tmp_path: Path) -> None:
    towns = []
    for run in range(RUNS):
        towns.append(Town(request, database, tmp_path / str(run), run))
    for town in towns:
        assert attack.certain(town.stolen) == 0
        assert sum(map(len, town.stolen.links)) > CASES
        laid_by_chance(town.tables)
        if database == "postgresql" and RUNS == 1:
            log_holds_nothing(town)
    if REPORT:
        report_figures(database, [town.stolen for town in towns])
        bare = [Town(request, database, tmp_path / f"bare {run}", run, "bare") for run in range(2)]
        report_figures(f"{database}, bare", [town.stolen for town in bare])


def laid_by_chance(tables: theft.Tables) -> None:
    """Rows of cases lie as one transaction laid them last night, and one today, or as their keys have it."""
    for name in (
        "cases_case",
        "cases_accesscode",
        "cases_record",
        "cases_grant",
        "bank_letter",
        "bank_parcel",
    ):
        rows = tables[name]
        if "order xmin" in (rows or [{}])[0]:
            assert len({row["order xmin"] for row in rows}) <= 2, name
        elif rows:
            pages = [row["place begins"] // PAGE for row in sorted(rows, key=lambda row: row["id"])]
            assert pages == sorted(pages), name


def log_holds_nothing(town: Town) -> None:
    """What cases wrote stands in PostgreSQL's log no more. Of the bank it holds pages as they lie, at most: a
    checkpoint has the server write a page down whole when it is next read."""
    kept = b"".join(file.read_bytes() for file in (town.server / "pg_wal").iterdir() if file.is_file())
    for name in ("cases_record", "cases_grant"):
        sealed = [bytes(row["sealed"])[:24] for row in town.tables[name]]
        assert sealed and not [value for value in sealed if value in kept], name


def report_figures(database: str, stolen: list[Stolen]) -> None:
    """Figures of the drill, for its page."""
    found = attack.held_out(stolen)
    figures: dict[str, Any] = {
        "database": database,
        "towns": len(stolen),
        "cases": sum(len(hotline.links) for hotline in stolen),
        "items": sum(len(links) for hotline in stolen for links in hotline.links),
        "ways": len({way for hotline in stolen for way in attack.scores(hotline)}),
        "certain": sum(attack.certain(hotline) for hotline in stolen),
        "best": [
            {
                "way": str(way),
                "chosen": first.advantage,
                "advantage": second.advantage,
                "guesses": second.cases,
                "by_day": second.by_day / max(second.cases, 1),
            }
            for way, first, second in found
        ],
    }
    with Path(REPORT).open("a") as report:
        report.write(json.dumps(figures) + "\n")


def made(*, leaks: str = "") -> Stolen:
    """A hotline made of chance, in which one thing leads from a case to its items."""
    random = np.random.default_rng(7)
    days = np.repeat(np.arange(30), 6)
    counts = random.integers(1, 6, len(days))
    links, at = [], 0
    for count in counts:
        links.append(list(range(at, at + int(count))))
        at += int(count)
    moments = np.sort(random.random(len(days))) * 1e6
    of_items = np.repeat(moments, counts) + random.random(at)
    chance = random.random(len(days)) * 1e6
    cases = {"least case:order": moments if leaks == "order" else chance}
    if leaks == "count":
        cases["rows case:count"] = counts.astype(float)
    if leaks == "equal":
        cases["least case:moment"] = of_items[[link[0] for link in links]] + 1e5
    items = {"least item:order": of_items, "least item:moment": of_items + 1e5}
    return Stolen(days, np.repeat(days, counts), links, cases, items)


def test_an_order_that_leads_to_items_is_found() -> None:
    [(way, _, second), *_] = attack.held_out([made(leaks="order") for _ in range(2)])
    assert way.case == "least case:order" and second.advantage > 0.5


def test_a_figure_that_only_some_hotlines_have_is_no_way_and_ends_nothing() -> None:
    with_more, without = made(leaks="order"), made(leaks="order")
    with_more.cases["rows case:count"] = np.arange(len(with_more.case_days), dtype=float)
    [(way, _, second), *_] = attack.held_out([with_more, without])
    assert way.case == "least case:order" and second.advantage > 0.5


def test_a_count_that_leads_to_items_is_found() -> None:
    score = attack.scores(made(leaks="count"))[Way("rows case:count", "least item:order", "group")]
    assert score.advantage > 0.1


def test_a_value_that_stands_on_both_sides_is_certain() -> None:
    assert attack.certain(made(leaks="equal")) > 150
    assert attack.certain(made()) == 0


def test_chance_leads_nowhere() -> None:
    assert all(abs(score.advantage) < 0.1 for score in attack.scores(made()).values())
