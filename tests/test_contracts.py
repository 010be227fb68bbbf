"""Each import contract, broken on purpose, makes the check fail.

A copy of the sources gets one forbidden import; `lint-imports` must name the contract as broken. Without
this, a contract whose module was renamed would be kept for ever by guarding nothing.
"""

import configparser
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# contract id, the file that gets the import, the import that must not be
BREACHES = [
    ("floors", "repit/foundation/__init__.py", "import repit.hotline.bank"),
    ("floors", "repit/exchanges/__init__.py", "import repit.platform.gate"),
    ("floors", "repit/law/__init__.py", "import repit.exchanges"),
    ("floors", "repit/hotline/__init__.py", "import repit.settings"),
    ("floors", "repit/a_room_nobody_planned.py", "import repit.foundation"),
    ("hotline-rooms", "repit/hotline/bank/__init__.py", "import repit.hotline.feeds"),
    ("hotline-rooms", "repit/hotline/cases/__init__.py", "import repit.hotline.web.case_pages"),
    ("hotline-rooms", "repit/hotline/feeds/__init__.py", "import repit.hotline.loops"),
    ("hotline-rooms", "repit/hotline/a_room_nobody_planned.py", "import repit.foundation"),
    ("platform-rooms", "repit/platform/gate/__init__.py", "import repit.platform.review"),
    ("platform-rooms", "repit/platform/review/__init__.py", "import repit.platform.web.review_desk"),
    ("platform-rooms", "repit/platform/integrations/__init__.py", "import repit.platform.process"),
    ("platform-rooms", "repit/platform/a_room_nobody_planned.py", "import repit.foundation"),
    ("engine-order", "repit_engine/picture.py", "import repit_engine.search"),
    ("engine-order", "repit_engine/errors.py", "import repit_engine.types"),
    ("engine-order", "repit_engine/a_module_nobody_planned.py", "import repit_engine.types"),
    ("wings-apart", "repit/platform/gate/__init__.py", "import repit.hotline.bank"),
    ("wings-apart", "repit/hotline/bank/__init__.py", "import repit.platform.gate.verdict"),
    ("wings-apart", "repit/exchanges/models.py", "import repit.hotline.bank.types"),
    ("feeds-never-reach-a-person", "repit/hotline/feeds/__init__.py", "import repit.hotline.cases"),
    ("feeds-never-reach-a-person", "repit/hotline/bank/__init__.py", "import repit.hotline.evidence"),
    ("feeds-never-reach-a-person", "repit/hotline/web/feeds_api/__init__.py", "import repit.hotline.notices"),
    ("feeds-never-reach-a-person", "repit/hotline/web/bank_desk/__init__.py", "import repit.hotline.watch"),
    ("feeds-never-reach-a-person", "repit/foundation/staff/models.py", "import repit.hotline.cases"),
    ("cases-keep-their-models", "repit/hotline/web/desk/__init__.py", "import repit.hotline.cases.models"),
    ("engine-knows-no-framework", "repit_engine/errors.py", "import django"),
    ("engine-knows-no-framework", "repit_engine/types.py", "import socket"),
    ("engine-knows-no-framework", "repit_engine/types.py", "import sqlite3"),
    ("pure-modules", "repit/platform/gate/policy.py", "import django"),
    ("pure-modules", "repit/platform/gate/policy_file.py", "import django"),
    ("pure-modules", "repit/platform/review/states.py", "import django"),
    ("pure-modules", "repit/platform/gate/verdict.py", "import httpx2"),
    ("pure-modules", "repit/platform/integrations/s3/events_wire.py", "import django"),
    ("pure-modules", "repit/exchanges/repit/wire.py", "import django.utils.timezone"),
    ("pure-modules", "repit/platform/integrations/mastodon/wire.py", "import django.http"),
    ("one-way-out", "repit/exchanges/repit/__init__.py", "import httpx2"),
    ("one-way-out", "repit/hotline/cases/__init__.py", "import requests"),
    ("one-way-out", "repit/hotline/notices/__init__.py", "import smtplib"),
    ("one-way-out", "repit/hotline/notices/__init__.py", "import imaplib"),
    ("one-way-out", "repit/hotline/watch/__init__.py", "import dns.resolver"),
    ("one-way-out", "repit/hotline/evidence/__init__.py", "import playwright.sync_api"),
    ("one-way-out", "repit/exchanges/ncmec/__init__.py", "import socket"),
    ("one-way-out", "repit/platform/integrations/s3/scan_worker.py", "import botocore"),
    ("nothing-pickled", "repit/platform/gate/__init__.py", "import pickle"),
    ("nothing-pickled", "repit_engine/types.py", "import marshal"),
    ("pages-apart", "repit/hotline/web/desk/__init__.py", "import repit.hotline.web.case_pages"),
    ("pages-apart", "repit/hotline/web/case_pages/__init__.py", "import repit.hotline.web.feeds_api"),
    (
        "integrations-apart",
        "repit/platform/integrations/http_api/__init__.py",
        "import repit.platform.integrations.s3",
    ),
    (
        "integrations-apart",
        "repit/platform/integrations/icap/__init__.py",
        "import repit.platform.integrations.clamd",
    ),
    ("protocols-apart", "repit/exchanges/ncmec/__init__.py", "import repit.exchanges.stopncii"),
    ("an-index-is-named-once", "repit/platform/gate/matching.py", "import repit.platform.gate.index.live"),
    ("kernels-apart", "repit_engine/kernels/reference/__init__.py", "import repit_engine.kernels.jit"),
    ("no-circles", "repit/hotline/feeds/models.py", "import repit.hotline.feeds.blocking"),
    ("no-circles", "repit/foundation/errors.py", "import repit.foundation.process.front.errors"),
    ("no-circles", "repit_engine/types.py", "import repit_engine.anchors"),
]


def lint(sources: Path, contract: str | None = None) -> subprocess.CompletedProcess[str]:
    # What was read of a file is kept beside the copy, by its size and time: one breach changes one file.
    command = [
        str(Path(sys.executable).with_name("lint-imports")),
        "--config",
        str(ROOT / ".importlinter"),
        "--cache-dir",
        str(sources / "cache"),
    ]
    if contract:
        command += ["--contract", contract]
    environment = {**os.environ, "PYTHONPATH": str(sources)}
    return subprocess.run(command, cwd=sources, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def copy_of_the_sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tmp_path = tmp_path_factory.mktemp("sources")
    bytecode = shutil.ignore_patterns("__pycache__", "*.nbi", "*.nbc")
    shutil.copytree(ROOT / "engine/src/repit_engine", tmp_path / "repit_engine", ignore=bytecode)
    shutil.copytree(ROOT / "service/src/repit", tmp_path / "repit", ignore=bytecode)
    return tmp_path


def test_the_sources_as_they_are_keep_every_contract(copy_of_the_sources: Path) -> None:
    outcome = lint(copy_of_the_sources)
    assert outcome.returncode == 0, outcome.stdout


@pytest.mark.parametrize(
    ("contract", "file", "breach"), BREACHES, ids=lambda value: str(value).replace("/", ".")
)
def test_a_breach_of_a_contract_makes_the_check_fail(
    copy_of_the_sources: Path, contract: str, file: str, breach: str
) -> None:
    target = copy_of_the_sources / file
    if target.with_suffix("").is_dir():
        target = target.with_suffix("") / "__init__.py"
    before = target.read_text() if target.exists() else None
    try:
        target.write_text(f"{before or ''}\n{breach}\n")
        outcome = lint(copy_of_the_sources, contract)
    finally:
        if before is None:
            target.unlink()
        else:
            target.write_text(before)
    assert outcome.returncode == 1, outcome.stdout + outcome.stderr
    assert "BROKEN" in outcome.stdout


def test_every_contract_is_broken_by_some_breach() -> None:
    config = configparser.ConfigParser()
    config.read(ROOT / ".importlinter")
    named = {
        section.removeprefix("importlinter:contract:")
        for section in config.sections()
        if ":contract:" in section
    }
    assert named == {contract for contract, _, _ in BREACHES}
