"""A hotline and a gate, each as its own process: what it loads, which tables it has."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

COMMON = {
    "foundation",
    "kept",
    "limits",
    "staff",
    "exchanges",
    "auth",
    "contenttypes",
    "sessions",
    "account",
    "mfa",
}
LOADED = """
import json, sys
from repit.foundation.process import starting
starting.set_up(%r)
starting.ready_database()
from django.db import connection
from django.urls import get_resolver
get_resolver().url_patterns
if %r == "gate":
    from repit.platform import process
else:
    from repit.hotline import process
modules = sorted(name for name in sys.modules if name.split(".")[0] in ("repit", "repit_engine", "numba"))
print(json.dumps([modules, sorted(connection.introspection.table_names())]))
"""


def loaded(role: str, data: Path) -> tuple[list[str], list[str]]:
    """The modules that a process of this role has loaded before it serves, and the tables of its database."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("REPIT_", "DJANGO_"))}
    env = {**clean, "REPIT_DATA": str(data)}
    command = [sys.executable, "-c", LOADED % (role, role)]
    done = subprocess.run(command, env=env, capture_output=True, timeout=120, check=True)
    modules, tables = json.loads(done.stdout)
    return modules, tables


def rooms(tables: list[str]) -> set[str]:
    return {table.split("_")[0] for table in tables if not table.startswith(("django_", "sqlite_"))}


@pytest.mark.parametrize(
    ("role", "other", "own"),
    [
        ("hotline", "repit.platform", {"bank", "feeds", "cases"}),
        ("gate", "repit.hotline", {"gate", "review", "s3", "mastodon"}),
    ],
)
def test_a_wing_loads_no_page_and_has_no_table_of_the_other(
    role: str, other: str, own: set[str], tmp_path: Path
) -> None:
    modules, tables = loaded(role, tmp_path / "data")
    of_other = {name for name in modules if name == other or name.startswith(f"{other}.")}
    # What may be set is declared by both, since one file of settings may serve both; a gate's settings name
    # the tiers of its verdicts.
    declared = (f"{other}.settings", "repit.platform.gate")
    assert not {name for name in of_other if name != other and not name.startswith(declared)}
    assert rooms(tables) - COMMON == own


def test_a_hotline_starts_without_what_only_decoding_needs(tmp_path: Path) -> None:
    modules, _ = loaded("hotline", tmp_path / "data")
    assert "numba" not in modules
