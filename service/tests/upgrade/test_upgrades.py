"""An installation of each kept schema, with a row in every table, becomes one of today's and loses nothing.

A file is added beside this one whenever a version is released; none is ever changed. `GONE` says which tables
a later migration drops or empties, and why.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from running import environment

HERE = Path(__file__).resolve().parent
GONE: dict[str, str] = {}
SCHEMAS = sorted(HERE.glob("*.json"))


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """An environment with a database in which nothing is yet."""
    (tmp_path / "data").mkdir()
    key = {"REPIT_OPERATOR_KEY": secrets.token_hex(32)}
    if request.param == "sqlite":
        return environment(tmp_path / "data") | key
    address, _ = request.getfixturevalue("postgresql")
    name = f"upgraded_{os.getpid()}"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}"')
        connection.execute(f'CREATE DATABASE "{name}"')
    return environment(tmp_path / "data", address.replace("/postgres?", f"/{name}?")) | key


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda path: path.stem)
def test_every_row_of_an_older_schema_is_there_after_the_upgrade(schema: Path, empty: dict[str, str]) -> None:
    command = [sys.executable, str(HERE / "upgrading.py"), str(schema)]
    done = subprocess.run(command, env=empty, capture_output=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr.decode()[-3000:]
    counts = json.loads(done.stdout)
    assert {table for table, rows in counts["before"].items() if not rows} == set(), "a table without a row"
    lost = {name for name, rows in counts["before"].items() if counts["after"].get(name, 0) < rows}
    assert lost - set(GONE) == set()
