"""The policy of the guide, the commands of the README, the icon of every page."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from repit.platform.gate.policy_file import parse_policy

ROOT = Path(__file__).resolve().parents[4]


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_every_page_of_a_site_names_its_icon() -> None:
    """A browser asks for /favicon.ico otherwise, when it likes: a refused request on every first visit."""
    pages = {
        path: path.read_text("utf-8") for path in (ROOT / "service" / "src").rglob("templates/**/*.html")
    }
    # One is opened from a file, one stands inside another site, where the addresses are not ours.
    elsewhere = {"device_offline.html", "refused.html"}
    whole = {path: text for path, text in pages.items() if "<html" in text and path.name not in elsewhere}
    assert len(whole) >= 4
    assert [path.name for path, text in whole.items() if 'rel="icon"' not in text] == []


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_policy_in_the_guide_is_a_policy(language: str) -> None:
    shown = re.findall(r"```json\n(.*?)```", text_of(f"docs/{language}/policy.md"), re.DOTALL)
    assert [rule.name for rule in parse_policy(shown[0]).rules] == ["disputed", "known", "possible"]


def test_the_readme_s_two_commands_come_first() -> None:
    for name in ("README.md", "README.fr.md"):
        block = re.findall(r"```sh\n(.*?)```", text_of(name), re.DOTALL)[0]
        assert [line.split("#")[0].strip() for line in block.splitlines()] == ["make demo", "make test"]


def test_the_engine_s_command_exists() -> None:
    command = Path(sys.executable).with_name("repit-hash")
    answer = subprocess.run([command, "--help"], capture_output=True, timeout=60, check=True)
    assert b"repit-hash" in answer.stdout
