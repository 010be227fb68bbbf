"""Every command answers programs too: `--json`, one object or one a line, refusals as problems."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import installations
import pytest
import typer
from terminal import typed

from installation import bare_environment, random_hash
from repit.cli import app

WITHOUT = {
    "hotline": "serves until it is ended",
    "gate": "serves until it is ended",
    "both": "serves until it is ended",
    "sandbox": "serves until it is ended",
    "demo": "tells a story to people",
    "policy kinds": "writes the table of the guide; its form is the answer",
}
"""Commands, or groups of them, that need not have `--json`, and why."""


def _commands(command: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    if not hasattr(command, "commands"):
        yield name, command
        return
    for word, inner in command.commands.items():
        yield from _commands(inner, f"{name} {word}".strip())


COMMANDS = dict(_commands(typer.main.get_command(app)))


def test_every_command_answers_in_json_unless_it_is_said_why_not() -> None:
    silent = {
        name
        for name, command in COMMANDS.items()
        if not any("--json" in option.opts for option in command.params)
    }
    assert {name for name in silent if name not in WITHOUT and name.split()[0] not in WITHOUT} == set()


def test_only_commands_that_exist_are_excused() -> None:
    groups = {name.split()[0] for name in COMMANDS}
    assert set(WITHOUT) <= {*COMMANDS, *groups}


class Installation:
    """One on a disk, and what it answers."""

    def __init__(self, data: Path, role: str = "hotline") -> None:
        self.env = {**bare_environment(), "REPIT_DATA": str(data), "REPIT_LOG_LEVEL": "ERROR"}
        installations.made(self.env, role)

    def _run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return typed(self.env, *words, "--json")

    def lines(self, *words: str) -> list[dict[str, Any]]:
        done = self._run(*words)
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    def says(self, *words: str) -> dict[str, Any]:
        [only] = self.lines(*words)
        return only

    def refuses(self, *words: str) -> dict[str, Any]:
        done = self._run(*words)
        assert (done.returncode, done.stdout) == (1, "")
        problem: dict[str, Any] = json.loads(done.stderr)
        return problem


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    return Installation(tmp_path_factory.mktemp("json") / "data")


def test_a_subscriber_from_its_first_day_to_its_last(installation: Installation) -> None:
    added = installation.says("subscriber", "add", "forum", "--agreed", "2026-01-02")
    assert added["subscriber"] == "forum" and added["key"].startswith("repit_")
    assert installation.says("subscriber", "rotate", "forum")["key"] != added["key"]
    granted = installation.says("subscriber", "grant", "forum", "--kind", "deepfake", "--anchored")["grant"]
    assert (granted["kinds"], granted["sees_anchored"]) == (["deepfake"], True)
    assert installation.says("subscriber", "people", "forum")["people"] is True
    assert installation.says("subscriber", "people", "forum", "--no") == {
        "subscriber": "forum",
        "people": False,
    }
    assert installation.says("subscriber", "agree", "forum", "2026-02-03")["agreed_on"] == "2026-02-03"
    assert installation.refuses("subscriber", "heard", "forum")["code"] == "not-found"  # it raised no alarm
    assert installation.says("subscriber", "close", "forum") == {"subscriber": "forum", "active": False}
    [row] = installation.lines("subscriber", "list")
    assert (row["name"], row["active"], row["agreed_on"]) == ("forum", False, "2026-02-03")
    assert row["lag"] == row["unsent"] >= 0
    shown = installation.says("subscriber", "show", "forum")
    assert shown["grant"] == granted and shown["fetches"] == []
    assert all(key["added_at"].endswith("Z") for key in shown["keys"])


def test_an_exchange_from_its_first_day_to_its_last(installation: Installation, tmp_path: Path) -> None:
    hashes = tmp_path / "list.txt"
    hashes.write_text(f"{random_hash()}\nno hash\n")
    added = installation.says("exchange", "add", "file", "partner", "--address", str(hashes))
    assert added == {"partner": "partner", "kind": "file", "active": True}
    pulled = installation.says("exchange", "pull", "partner")
    assert (pulled["changed"], pulled["rejected"]) == (1, 1)
    [row] = installation.lines("exchange", "list")
    assert (row["name"], row["records"], row["rejected"], row["feedback_due"]) == ("partner", 1, 1, 0)
    [rejected] = installation.lines("exchange", "rejected", "partner")
    assert rejected["times"] == 1 and rejected["reason"]
    assert installation.says("exchange", "pause", "partner")["active"] is False
    assert installation.refuses("exchange", "pull", "partner")["code"] == "transition-refused"
    assert installation.says("exchange", "resume", "partner")["active"] is True
    assert installation.says("exchange", "remove", "partner")["records_let_go"] == 1


@pytest.mark.parametrize(("role", "by"), [("gate", "by-the-gate"), ("both", "here")])
def test_what_an_exchange_tells_of_goes_where_the_installation_needs_it(
    role: str, by: str, tmp_path: Path
) -> None:
    """Into a gate, or into the bank that the gate beside it follows; nobody says which."""
    here = Installation(tmp_path / "data", role)
    hashes = tmp_path / "hashes.txt"
    hashes.write_text(f"pdq {random_hash()}\n")
    added = ("exchange", "add", "file", "partner", "--address", str(hashes))
    if role == "gate":
        assert "gate publishes nothing" in here.refuses(*added, "--review")["title"]
    assert "deepfake" in here.refuses(*added, "--item-kind", "cartoon")["next_step"]
    here.says(*added)
    assert here.says("exchange", "pull", "partner")["pulled"] == by
    [row] = here.lines("exchange", "list")
    assert row["feedback_due"] == (None if role == "gate" else 0)
    removed = here.says("exchange", "remove", "partner")
    assert removed.get("records_let_go") == (None if role == "gate" else 1)


def test_what_waits_at_the_bank_and_what_is_decided_of_it(installation: Installation, tmp_path: Path) -> None:
    hashes = tmp_path / "list.txt"
    hashes.write_text(f"{random_hash()},90\nno hash\n")
    taken = installation.says("bank", "import", str(hashes), "--review", "--reason", "found")
    assert (taken["received"], taken["published"], taken["rejected"]) == (1, 0, 1)
    assert taken["first_rejected"][0]["line"] == 2
    [waits] = installation.lines("bank", "review")
    item = waits["item"]
    assert waits["state"] == "received"
    for act, done in (("release", "released"), ("suspend", "suspended"), ("release", "released")):
        assert installation.says("bank", act, item, "--reason", "why") == {"item": item, "done": done}
    assert installation.says("bank", "ask", item, "--reason", "why")["done"] == "asked"
    assert installation.says("bank", "withdraw", item, "--reason", "why")["done"] == "withdrawn"


def test_keys_and_lost_receipts(installation: Installation, tmp_path: Path) -> None:
    file = tmp_path / "offline.key"
    made = installation.says("offline-key", str(file))
    assert made["file"] == str(file) and len(made["REPIT_OFFLINE_KEY"]) == 64
    assert installation.says("case-keys", "give-up", "--yes") == {"cases_deleted": 0}
    assert installation.refuses("recovery", "release", "nobody", "--offline-key", str(file))["code"]


def test_a_policy_and_where_it_is_wrong(installation: Installation, tmp_path: Path) -> None:
    assert installation.says("policy", "check")["can_be_applied"] is True
    explained = installation.says("policy", "explain", "--channel", "icap")
    assert {"tier": "exact", "state": "active", "outcome": "block", "would_be": None, "rule": "known"} in (
        explained["evidence"]
    )
    assert explained["rules"][0]["when"] == {"state": ["disputed"]}
    assert (explained["channel"], explained["nothing_known"]["outcome"]) == ("icap", "allow")
    wrong = tmp_path / "wrong.toml"
    wrong.write_text("version = 99\n")
    assert installation.refuses("policy", "check", str(wrong))["code"].startswith("policy")


def test_the_signed_page_and_the_settings(installation: Installation, tmp_path: Path) -> None:
    written = installation.says("device-page", "--out", str(tmp_path / "page"))
    assert len(written["pages"]) == 2 and all(Path(page).is_file() for page in written["pages"])
    settings = {row["name"]: row for row in installation.lines("settings")}
    assert settings["REPIT_DATA"]["form"] and not settings["REPIT_DATA"]["secret"]


def test_a_refusal_is_a_problem_and_nothing_else(installation: Installation) -> None:
    problem = installation.refuses("subscriber", "show", "nobody at all")
    assert (problem["code"], problem["status"]) == ("not-found", 404)
    assert set(problem) == {"type", "title", "status", "detail", "code", "next_step"}
