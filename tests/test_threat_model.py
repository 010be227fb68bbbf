"""Each test that THREAT-MODEL.md names is there, and each part of it that promises names one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "THREAT-MODEL.md").read_text()
NAMED = re.compile(r"`(test_\w+)`")
PROMISING = (
    "What a theft tells",
    "What a leaked hash draws",
    "Poison: lies in the bank",
    "Hostile media",
    "Hostile networks and peers",
    "Those who work here",
    "A malicious operator",
    "The person's own device",
    "Minors",
)


def defined() -> set[str]:
    found = set[str]()
    for file in ROOT.rglob("test_*.py"):
        if not {".venv", "node_modules"} & set(file.parts):
            found.update(re.findall(r"^(?:async )?def (test_\w+)\(", file.read_text(), re.MULTILINE))
    return found


def parts() -> dict[str, str]:
    pieces = re.split(r"^## (.+)$", TEXT, flags=re.MULTILINE)
    return dict(zip(pieces[1::2], pieces[2::2], strict=True))


def test_every_test_that_is_named_exists() -> None:
    assert set(NAMED.findall(TEXT)) - defined() == set()


@pytest.mark.parametrize("part", PROMISING)
def test_every_part_that_promises_names_its_tests(part: str) -> None:
    for paragraph in parts()[part].split("\n\n"):
        if not paragraph.startswith(("![", "| Stolen")) and len(paragraph) > 200:
            assert NAMED.search(paragraph), paragraph[:80]


def test_no_other_part_is_without_a_look() -> None:
    assert set(parts()) == {*PROMISING, "What is at stake", "Against whom", "What is NOT protected"}
