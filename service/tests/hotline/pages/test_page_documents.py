"""The documents say what the code does: commands, links, settings and both languages."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from repit.cli import app
from repit.platform.gate.policy_file import parse_policy
from repit.settings.declared import DECLARED

ROOT = Path(__file__).resolve().parents[4]
PAPERS = [*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("docs/*/*.md"))]
GUIDES = sorted(path.name for path in (ROOT / "docs" / "fr").glob("*.md"))
NAMES = [path.relative_to(ROOT).as_posix() for path in PAPERS]
_CODE = re.compile(r"```.*?```", re.DOTALL)


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def commands_in(name: str) -> list[str]:
    """What stands in blocks and in single backquotes."""
    text = text_of(name)
    blocks = [
        line for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL) for line in block.splitlines()
    ]
    return [*blocks, *re.findall(r"`([^`\n]+)`", _CODE.sub("", text))]


def make_targets() -> set[str]:
    return set(
        re.findall(r"^([a-z][a-z0-9-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    )


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


@pytest.mark.parametrize("name", NAMES)
def test_every_link_leads_somewhere(name: str) -> None:
    here = (ROOT / name).parent
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", _CODE.sub("", text_of(name))):
        if not re.match(r"[a-z]+:", target):
            assert (here / target).exists(), f"{name} links to {target}"


@pytest.mark.parametrize("name", NAMES)
def test_every_make_target_that_is_named_exists(name: str) -> None:
    for command in commands_in(name):
        for target in re.findall(r"^(?:[A-Z_]+=\S+ )*make ([a-z][a-z0-9-]*)\b", command):
            assert target in make_targets(), f"{name} names make {target}"


@pytest.mark.parametrize("name", NAMES)
def test_every_repit_command_that_is_named_exists(name: str) -> None:
    for command in commands_in(name):
        found = re.match(
            r"(?:[A-Z_]+=\S+ )*(?:\.venv/bin/)?repit "
            r"((?:subscriber|staff|storage|policy|exchange|recovery|bank(?: widely-published)?)(?: [a-z-]+)?"
            r"|[a-z]+(?:-[a-z]+)*)"
            r"\b(.*)",
            command,
        )
        if found:
            words = [*found[1].split(), "--help"]
            answer = CliRunner().invoke(app, words)
            assert answer.exit_code == 0, f"{name} names {command}"
            for option in re.findall(r"--[a-z-]+", found[2]):
                assert option in answer.output, f"{name} names {option}"


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_that_is_named_is_declared(name: str) -> None:
    for setting in set(re.findall(r"\bREPIT_[A-Z_]+[A-Z]\b", text_of(name))):
        assert setting in DECLARED or setting.removesuffix("_FILE") in DECLARED, f"{name} names {setting}"


@pytest.mark.parametrize("guide", GUIDES)
def test_french_and_english_carry_the_same_sections(guide: str) -> None:
    def shape(language: str) -> dict[str, object]:
        text = text_of(f"docs/{language}/{guide}")
        prose = _CODE.sub("", text)
        return {
            "headings": [len(line.split(" ")[0]) for line in prose.splitlines() if line.startswith("#")],
            "code": [re.sub(r" +#.*", "", code) for code in _CODE.findall(text)],
            "rows": len(re.findall(r"^\|", prose, re.MULTILINE)),
            "points": len(re.findall(r"^(?:-|\d+\.) ", prose, re.MULTILINE)),
        }

    assert shape("fr") == shape("en")


def test_both_readmes_carry_the_same_sections() -> None:
    def shape(name: str) -> tuple[list[int], int, int]:
        lines = text_of(name).splitlines()
        return (
            [len(line.split(" ")[0]) for line in lines if re.match(r"#+ ", line)],
            sum(line.startswith("|") for line in lines),
            sum(line.startswith("- ") for line in lines),
        )

    assert shape("README.md") == shape("README.fr.md")


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
