"""`repit check` says what is missing until nothing grave is, and says it to programs too."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

from running import environment
from terminal import typed


class Installation:
    def __init__(self, data: Path) -> None:
        self.env = environment(data)

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return typed(self.env, *words)

    def codes(self, *, grave: bool) -> list[str]:
        done = self.run("check", "--json")
        found: list[dict[str, Any]] = [json.loads(line) for line in done.stdout.splitlines()]
        assert done.returncode == int(any(finding["grave"] for finding in found)), done.stderr
        assert all(finding["message"] and finding["next_step"] for finding in found)
        return [finding["code"] for finding in found if finding["grave"] is grave]


def test_a_hotline_is_checked_until_nothing_grave_is_missing(tmp_path: Path) -> None:
    here = Installation(tmp_path / "data")
    assert here.run("init", "hotline").returncode == 0
    assert here.codes(grave=True) == ["offline-key", "staff", "staff"]
    assert here.codes(grave=False) == ["address", "embedded-database", "desk-not-set-up"]
    here.env["REPIT_LANGUAGE"] = "fr"
    assert "repit staff add NOM --role supervisor" in here.run("check").stdout
    here.run("staff", "add", "Camille", "--role", "supervisor", "--role", "caseworker")
    made = here.run("offline-key", str(tmp_path / "offline"))
    [here.env["REPIT_OFFLINE_KEY"]] = re.findall("REPIT_OFFLINE_KEY=([0-9a-f]{64})", made.stdout)
    here.env["REPIT_ADDRESS"] = "http://hotline.example"
    assert here.codes(grave=True) == ["https"]
    here.env["REPIT_ADDRESS"] = "https://hotline.example"
    assert here.codes(grave=True) == []


def test_a_gate_is_asked_whether_its_feed_can_be_followed(tmp_path: Path) -> None:
    here = Installation(tmp_path / "data")
    assert here.run("init", "platform").returncode == 0
    assert here.codes(grave=True) == ["offline-key", "staff", "feed"]
    here.env |= {"REPIT_GATE_FEED_URL": "http://127.0.0.1:9", "REPIT_GATE_FEED_KEY": "repit_key"}
    assert "REPIT_OUTBOUND_ALLOW" in here.run("check").stdout
    here.env["REPIT_OUTBOUND_ALLOW"] = "127.0.0.1:9"
    assert "feed" in here.codes(grave=True)
