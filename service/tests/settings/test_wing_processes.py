"""A hotline and a gate, each as its own process: what it loads, which tables it has."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
from pathlib import Path

import installations
import pytest
from running import environment

from repit.demo.ports import free_port
from repit.foundation.process import serving
from repit.foundation.process.front import server
from repit.foundation.process.front.rules import of_pages

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
    "notify",
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
    installations.made(env, role)
    command = [sys.executable, "-c", LOADED % (role, role)]
    done = subprocess.run(command, env=env, capture_output=True, timeout=120, check=True)
    modules, tables = json.loads(done.stdout)
    return modules, tables


def rooms(tables: list[str]) -> set[str]:
    return {table.split("_")[0] for table in tables if not table.startswith(("django_", "sqlite_"))}


@pytest.mark.parametrize(
    ("role", "other", "own"),
    [
        ("hotline", "repit.platform", {"bank", "feeds", "cases", "awareness", "reports"}),
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


STARTED = """
import json, os, sys
from repit.cli import app
from repit.foundation.process import serving
def answer(*_):
    print("MODULES", json.dumps(sorted({name.split(".")[0] for name in sys.modules})), flush=True)
    os._exit(0)
serving.answer = answer
if %r == "gate":
    import threading
    begun = threading.Thread.start
    threading.Thread.start = lambda one: None if one.name == "gate-loads" else begun(one)
app([%r, "--port", %r])
"""
HEAVY = {
    "numba": "the search's kernels come in a thread of their own, the decoders' in the decoders",
    "llvmlite": "with numba",
    "httpx2": "the HTTP client comes with the first request to somebody else",
    "httpcore2": "with httpx2",
    "pydantic": "what comes with a request is validated then",
    "rich": "tables are for commands that print some",
    "ninja": "addresses are read with the first request",
    "botocore": "only where a storage is watched",
    "onnxruntime": "only in the classifier's own process",
}


@pytest.mark.parametrize("role", ["hotline", "gate"])
def test_a_process_that_is_about_to_answer_has_loaded_nothing_heavy_that_it_does_not_need_yet(
    role: str, tmp_path: Path
) -> None:
    """Imports are most of what a start costs."""
    command = [sys.executable, "-c", STARTED % (role, role, str(free_port()))]
    env = environment(tmp_path / "data")
    installations.made(env, role)
    done = subprocess.run(command, env=env, capture_output=True, timeout=120, check=True)
    [line] = [printed for printed in done.stdout.decode().splitlines() if printed.startswith("MODULES ")]
    modules = set(json.loads(line.partition(" ")[2]))
    assert "django" in modules and modules & set(HEAVY) == set()


HELPED = """
import json, sys
from repit.cli import app
try:
    app(["--help"])
except SystemExit:
    print("MODULES", json.dumps(sorted({name.split(".")[0] for name in sys.modules})))
"""


def test_who_asks_for_help_waits_for_neither_django_nor_the_engine() -> None:
    done = subprocess.run([sys.executable, "-c", HELPED], capture_output=True, timeout=120, check=True)
    [line] = [printed for printed in done.stdout.decode().splitlines() if printed.startswith("MODULES ")]
    modules = set(json.loads(line.partition(" ")[2]))
    assert "typer" in modules and modules & {"django", "numpy", *HEAVY} == {"rich"}


def test_the_collector_rests_while_a_process_loads_and_works_once_it_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen = list[tuple[bool, bool]]()
    frozen = gc.get_freeze_count()
    monkeypatch.setattr(
        server.Front, "run", lambda _: seen.append((gc.isenabled(), gc.get_freeze_count() > frozen))
    )
    try:
        serving.loads()
        assert not gc.isenabled()
        serving.answer("127.0.0.1", free_port(), of_pages())
    finally:
        gc.unfreeze()
        gc.enable()
    assert seen == [(True, True)]
