"""An installation as its operator has it: what is typed there, and what happens inside."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import installations
from terminal import typed

PROGRAM = Path(__file__).resolve().with_name("installed.py")


class Installation:
    """A data folder and a database; not migrated, not started."""

    def __init__(self, role: str, env: dict[str, str], folder: Path) -> None:
        self.role, self.env, self.folder = role, env, folder
        self.data = Path(env["REPIT_DATA"])

    def begun(self) -> Installation:
        """The same, once `repit init` was typed there."""
        installations.made(self.env, self.role)
        return self

    def does(self, *what: str) -> Any:
        """Run `installed.py`; what it printed."""
        return json.loads(typed(self.env, self.role, *what, program=PROGRAM, check=True).stdout)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return typed(self.env, *arguments)

    def repit(self, *arguments: str) -> str:
        done = self.run(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def refused(self, *arguments: str) -> str:
        """The sentences with which it is refused."""
        done = self.run(*arguments)
        assert done.returncode == 1 and "Traceback" not in done.stderr, done.stderr
        return done.stderr

    def make_offline_key(self) -> None:
        printed = self.repit("offline-key", str(self.folder / "offline"))
        [self.env["REPIT_OFFLINE_KEY"]] = re.findall(r"REPIT_OFFLINE_KEY=([0-9a-f]{64})", printed)

    def copies(self) -> list[str]:
        """Where the copies of the keys lie: in a folder, as for the units of systemd; of a hotline each is
        named."""
        if self.role != "hotline":
            return ["--keys", str(self.folder)]
        return ["--case-keys", str(self.folder / "case-keys"), "--bank-keys", str(self.folder / "bank-keys")]

    def back_up(self, name: str, *more: str) -> dict[str, Any]:
        file = str(self.folder / name)
        return json.loads(self.repit("backup", file, "--role", self.role, "--json", *self.copies(), *more))

    def restoring(self, name: str) -> tuple[str, ...]:
        """The words that put a backup back."""
        offline = ("--offline-key", str(self.folder / "offline"))
        return ("restore", str(self.folder / name), *offline, "--role", self.role, *self.copies())


Install = Callable[..., Installation]
