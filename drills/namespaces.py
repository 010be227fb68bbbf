"""A machine that systemd has started in namespaces of its own: commands on it, files of it.

In: the process that began it. Out: `Machine`. Next: `drills.operator`; the tests of the units.
"""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

SECONDS: Final = 120.0
INIT: Final = Path(__file__).with_name("init")
"""The script that becomes the first process of a machine whose files lie in a folder; in namespaces of its
own it is `init FOLDER OPTION…`, with options of systemd."""


@dataclass
class Machine:
    """`process`: the number of its first process, as it is seen from here."""

    process: int

    @property
    def root(self) -> Path:
        """Its files."""
        return Path(f"/proc/{self.process}/root")

    def run(
        self, *command: str, given: bytes = b"", seconds: float = SECONDS
    ) -> "subprocess.CompletedProcess[str]":
        """A command of root's on it. Raises `subprocess.TimeoutExpired`."""
        enter = ["nsenter", "--target", str(self.process), "--all", "--root", "--wd", "--", *command]
        done = subprocess.run(enter, input=given, capture_output=True, timeout=seconds, check=False)
        texts = (raw.decode(errors="replace") for raw in (done.stdout, done.stderr))
        return subprocess.CompletedProcess(command, done.returncode, *texts)

    def must(self, *command: str, given: bytes = b"") -> str:
        """What a command printed that has to succeed. Raises `AssertionError`."""
        done = self.run(*command, given=given)
        if done.returncode:
            raise AssertionError(f"{command}: {done.stdout}{done.stderr}")
        return done.stdout

    def write(self, path: str, text: str) -> None:
        """A file of root's, with its folders."""
        file = self.root / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def first_of(outer: int) -> int:
    """The machine's first process, once a child of `outer` has become it; 0 before."""
    try:
        for child in Path(f"/proc/{outer}/task/{outer}/children").read_text().split():
            if Path(f"/proc/{child}/comm").read_text() == "systemd\n":
                return int(child)
            if deeper := first_of(int(child)):
                return deeper
    except FileNotFoundError:
        pass
    return 0


@contextmanager
def group(name: str) -> Iterator[Path]:
    """A control group for whoever writes its number into `cgroup.procs` before it becomes a machine: two
    systemds in one group would take each other's services for their own."""
    mounted = (line.split() for line in Path("/proc/self/mounts").read_text().splitlines())
    unified = next(Path(words[1]) for words in mounted if words[2] == "cgroup2")
    own = unified / f"repit-{name}-{os.getpid()}"
    own.mkdir()
    try:
        yield own
    finally:
        for folder, _, _ in os.walk(own, topdown=False):
            Path(folder).rmdir()
