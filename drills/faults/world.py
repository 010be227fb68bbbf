"""An installation to spoil, and what a command says of it: as an operator types it, in a process of its own.

In: a role, a folder. Out: environments; exit codes and words. Next: `known`, `pages`.

A command is forked from a process that has loaded the program but no settings, for a start is mostly imports.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final, Self

from repit.demo import installations

SECONDS: Final = 120.0


@dataclass
class World:
    """A copy of an installation that may be spoilt: its folder, its environment, a PostgreSQL if there is
    one."""

    data: Path
    role: str
    environ: dict[str, str]
    postgresql: str = ""
    words: tuple[str, ...] = ()
    held: list[IO[bytes]] = field(default_factory=list)

    def file(self, name: str, text: str, mode: int = 0o600) -> Path:
        """A file in the data folder."""
        path = self.data / name
        path.unlink(missing_ok=True)
        path.write_text(text)
        path.chmod(mode)
        return path

    def settings(self, text: str, mode: int = 0o600) -> None:
        """What the installation's file says."""
        self.file("repit.toml", text, mode)


@dataclass(frozen=True, slots=True)
class Stated:
    """How a command ended, and what it said; paths as every installation has them."""

    code: int
    out: str
    err: str


class Templates:
    """Whole installations, made once for each role and copied."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: dict[str, Path] = {}
        self._copies = 0

    def copy(self, role: str, environ: Mapping[str, str]) -> World:
        """A fresh one."""
        if role not in self._made:
            made = self._folder / f"template-{role}"
            installations.made({**environ, "REPIT_DATA": str(made)}, role)
            self._made[role] = made
        self._copies += 1
        data = self._folder / str(self._copies) / "repit"
        shutil.copytree(self._made[role], data)
        return World(data, role, {**environ, "REPIT_DATA": str(data)})


class Terminal:
    """Where commands are typed; use it in a `with`."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "drills.faults.forking"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait(SECONDS)
        if self._process.stdout is not None:
            self._process.stdout.close()

    def type(self, world: World, words: Sequence[str], language: str) -> Stated:
        """Run `repit` with these words. Raises `OSError`."""
        if self._process.stdin is None or self._process.stdout is None:
            raise OSError
        asked = {"words": list(words), "environ": {**world.environ, "REPIT_LANGUAGE": language}}
        self._process.stdin.write(json.dumps(asked).encode() + b"\n")
        self._process.stdin.flush()
        announced = json.loads(self._process.stdout.readline())
        return Stated(announced["code"], _common(announced["out"], world), _common(announced["err"], world))


def bare_environment() -> dict[str, str]:
    """This process's, without any setting."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("REPIT_", "DJANGO_"))}
    return {**kept, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}


def _common(text: str, world: World) -> str:
    """What differs from run to run as it stands in every installation."""
    text = text.replace(str(world.data), "/var/lib/repit").replace(str(world.data.parent), "/var/lib")
    text = re.sub(r"\b[0-9a-f]{4}-[0-9a-f]{4}\b", "1a2b-3c4d", text)
    text = re.sub(r"(PostgreSQL \w+ @ )/\S+?(:\d+)?(?=[\s:;,.]|$)", r"\1/run/postgresql", text)
    return re.sub(r"\b([Pp]ort|127\.0\.0\.1:) ?[0-9]{4,5}\b", r"\1 8600", text)
