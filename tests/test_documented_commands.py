"""Every command of every page exists as it is written there, and those that can be run anywhere are run."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import installations
import pyarrow.parquet as pq
import pytest
import terminal
import typer
from gate_films import cut_and_mirrored, known_film

from documented import ROOT, Typed, blocks, pages, typed
from installation import TIMEOUT, bare_environment, random_hash
from repit.cli import app
from repit.demo.pictures import original
from repit_engine.cli import hash as hashing
from repit_engine.cli import scan as scanning

TYPED = [line for page in pages() for line in typed(page)]
OURS = [line for line in TYPED if line.program != "make"]
MADE = [line for line in TYPED if line.program == "make"]


def _alone(function: Callable[..., None]) -> Any:
    """A program of one command."""
    program = typer.Typer(add_completion=False)
    program.command()(function)
    return typer.main.get_command(program)


COMMANDS: dict[str, Any] = {
    "repit": typer.main.get_command(app),
    "repit-hash": _alone(hashing.command),
    "repit-scan": _alone(scanning.command),
}
ONLY_PARSED = {
    r"(--config \S+ )?(hotline|gate|both|sandbox)\b": "serves until it is ended; started elsewhere",
    r"init .*--database-url": "needs a PostgreSQL that lets the account in by its name",
    r"restore .*NEWEST BACKUP": "needs another machine; `make drill NAME=operator` has one",
    r"bank show ITEM$": "needs an item",
    r"notify test$": "needs a mail server or a webhook",
    r"storage\b": "speaks to an object storage; tests/storage has one",
    r"exchange add (stopncii|ncmec|threatexchange|repit)\b": "needs an account with that service",
}
"""Lines of `repit` that are not run here, and why."""
PLACES = ("/media/stick", "/backups", "/apart", "/srv/lists", "/srv", "/var/lib/repit", "/var/lib")
"""Folders of the reader's machine, which stand below a folder of the test's."""


def _with_lists(folder: Path) -> None:
    (folder / "hashes.txt").write_text(f"{random_hash()},90\n")
    (folder / "srv" / "lists").mkdir(parents=True)
    (folder / "srv" / "lists" / "partners.txt").write_text(f"{random_hash()}\n")


def _with_a_policy(folder: Path) -> None:
    page = (ROOT / "docs" / "en" / "policy.md").read_text()
    [policy, *_] = re.findall(r"```toml\n(.*?)```", page, re.S)
    (folder / "policy.toml").write_text(policy)


OF_GATES = frozenset(
    f"docs/en/{name}.md" for name in ("platforms", "policy", "review", "staff", "integrations", "protect-s3")
)
"""Pages whose commands are typed at a platform."""
BEFORE = {"docs/en/exchanges.md": _with_lists, "docs/en/policy.md": _with_a_policy}
"""What a reader of a page has before the commands of that page."""


def _command(line: Typed) -> tuple[Any, list[str]]:
    """The command that is meant, and the words after it. Raises `AssertionError` where there is none."""
    command, words = COMMANDS[line.program], list(line.words)
    if words[:1] == ["--config"]:
        words = words[2:]
    while hasattr(command, "commands") and words and not words[0].startswith(("-", "…")):
        assert words[0] in command.commands, f"{line}: there is no {words[0]}"
        command = command.commands[words.pop(0)]
    return command, words


@pytest.mark.parametrize("line", sorted(set(OURS), key=str), ids=str)
def test_a_command_exists_with_its_options(line: Typed) -> None:
    command, words = _command(line)
    known = {name for option in command.params for name in (*option.opts, *option.secondary_opts)} | {
        "--help"
    }
    assert [word for word in words if word.startswith("--") and word.split("=")[0] not in known] == []
    if line.whole:
        assert not hasattr(command, "commands"), f"{line} is a group of commands"
        context = command.make_context(line.program, [], resilient_parsing=True)
        given, rest, _ = command.make_parser(context).parse_args(list(words))
        assert rest == [], f"{line}: one word too many"
        eager = {name for each in command.params if each.is_eager for name in each.opts}
        missing = [
            each.name
            for each in command.params
            if each.required and given.get(each.name) in (None, ()) and not eager & set(words)
        ]
        assert missing == [], f"{line}: something is missing"


@pytest.mark.parametrize("line", sorted(set(MADE), key=str), ids=str)
def test_what_is_to_be_made_can_be_made(line: Typed) -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z][a-z0-9-]*):", makefile, re.M))
    values = dict(word.split("=", 1) for word in line.words if "=" in word)
    assert {word for word in line.words if "=" not in word and word != "…"} <= targets
    assert set(values) <= set(re.findall(r"\$\((?:or \$\()?([A-Z]+)", makefile)), line
    for folder in {"bench", "drill"} & set(line.words):
        names = (ROOT / {"bench": "bench", "drill": "drills"}[folder]).iterdir()
        known = {path.stem for path in names} | {"NAME", "NOM", "…"}
        assert set(values.get("NAME", "…").split("|")) <= known, line


def _runs() -> dict[str, list[Typed]]:
    """What is run of each page, in its order."""
    found: dict[str, list[Typed]] = defaultdict(list)
    for line in OURS:
        only = line.program != "repit" or any(re.match(each, " ".join(line.words)) for each in ONLY_PARSED)
        if line.whole and not only and line.page.startswith("docs/en/"):
            found[line.page].append(line)
    return found


RUNS = _runs()


@pytest.mark.parametrize("page", RUNS)
def test_the_commands_of_a_page_run_in_their_order(page: str, tmp_path: Path) -> None:
    env = {**bare_environment(), "REPIT_DATA": str(tmp_path / "data"), "REPIT_LOG_LEVEL": "ERROR"}
    installations.made(env, "gate" if page in OF_GATES else "hotline")
    if page in BEFORE:
        BEFORE[page](tmp_path)
    for line in RUNS[page]:
        words = [_here(word, tmp_path) for word in line.words]
        restores = words[0] == "restore"
        own = _elsewhere(env, tmp_path) if restores else env
        done = terminal.typed(own, *words, folder=tmp_path)
        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
        if key := re.search(r"REPIT_OFFLINE_KEY=(\w+)", done.stdout):
            env.setdefault("REPIT_OFFLINE_KEY", key[1])  # of two machines on a page, the first's


def _elsewhere(env: dict[str, str], folder: Path) -> dict[str, str]:
    """Another machine, with the operator's key and an empty database."""
    key = {"REPIT_OPERATOR_KEY_FILE": str(folder / "data" / "operator.key")}
    own = {**env, "REPIT_DATA": str(folder / "empty"), **key}
    installations.made(own, "hotline")
    return own


def _here(word: str, folder: Path) -> str:
    for place in PLACES:
        if f"{word}/".startswith(f"{place}/"):
            here = Path(f"{folder}{word}")
            (here if word == place else here.parent).mkdir(parents=True, exist_ok=True)
            return str(here)
    return word


def test_what_lies_in_a_folder_is_compared_as_the_platforms_page_says(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "en" / "platforms.md").read_text()
    [block] = [each for each in blocks(page, "sh") if "repit-scan" in each]
    picture, uploads = original(None), tmp_path / "uploads"
    for folder in (tmp_path / "known", uploads):
        folder.mkdir()
        (folder / "one.jpg").write_bytes(picture)
    (uploads / "two.txt").write_text("no picture")
    (tmp_path / "known" / "film.mp4").write_bytes(known_film())
    (uploads / "part.mp4").write_bytes(cut_and_mirrored())
    programs = str(Path(sys.executable).parent)
    lines = block.replace(".venv/bin/", f"{programs}/").replace("/srv/uploads", str(uploads))
    subprocess.run(["bash", "-euo", "pipefail", "-c", lines], cwd=tmp_path, timeout=TIMEOUT, check=True)
    found = {row["file"]: row for row in pq.read_table(tmp_path / "found.parquet").to_pylist()}
    assert {Path(name).name: row["strength"] for name, row in found.items()} == {
        "one.jpg": "block",
        "part.mp4": "block",
        "two.txt": None,
    }


def test_the_pages_hold_commands_of_every_program() -> None:
    assert {line.program for line in TYPED if line.whole} == {*COMMANDS, "make"}
    assert len(OURS) > 100 and sum(map(len, RUNS.values())) > 20


def test_a_command_that_is_not_there_is_found() -> None:
    for words in ("staff invent x", "gate --invented 1", "subscriber add", "policy check a b"):
        with pytest.raises(BaseException):  # noqa: B017 - of typer's parser, or ours
            test_a_command_exists_with_its_options(Typed("a page", "repit", tuple(shlex.split(words)), True))
