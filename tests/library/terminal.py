"""Commands of `repit`, and programs of the tests, each in a process of its own, forked from one that has
loaded the program but no settings: a start is mostly imports.

In: words, an environment. Out: how it ended, and what it said. Next: tests that type commands. What is about
signals, limits or several commands at once starts its processes itself.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def bare_environment() -> dict[str, str]:
    """This process's, without any setting; in English."""
    outer = {name: value for name, value in os.environ.items() if not name.startswith(("REPIT_", "DJANGO_"))}
    return {**outer, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "REPIT_LANGUAGE": "en"}


class Refused(AssertionError):
    """A command that was to succeed did not; what it said."""


class _Forking:
    """The process that forks: started at the first command, given up after whatever went wrong."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._turn = threading.Lock()
        atexit.register(self.close)

    def run(self, asked: Mapping[str, object]) -> dict[str, object]:
        with self._turn:
            try:
                answer: dict[str, object] = json.loads(self._ask(json.dumps(asked).encode() + b"\n"))
            except BaseException:  # an answer that comes later would be taken for that of the next command
                self.close()
                raise
            return answer

    def _ask(self, line: bytes) -> bytes:
        process = self._process = self._process or self._start()
        if process.stdin is None or process.stdout is None:
            raise OSError
        process.stdin.write(line)
        process.stdin.flush()
        return process.stdout.readline()

    @staticmethod
    def _start() -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "drills.faults.forking"],
            cwd=ROOT,
            env=bare_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def close(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()


_forking = _Forking()


def typed(
    env: Mapping[str, str],
    *words: str,
    program: Path | None = None,
    folder: Path | None = None,
    check: bool = False,
) -> subprocess.CompletedProcess[str]:
    """`repit` with these words, or a program of the tests; `check`: it is to succeed. Raises `Refused`."""
    asked = {"words": words, "environ": dict(env), "folder": str(folder or Path.cwd())}
    answer = _forking.run({**asked, "program": str(program)} if program else asked)
    code, out, err = int(str(answer["code"])), str(answer["out"]), str(answer["err"])
    if check and code:
        raise Refused(f"{' '.join(words)}: {code}\n{out}\n{err}")
    return subprocess.CompletedProcess([*words], code, out, err)
