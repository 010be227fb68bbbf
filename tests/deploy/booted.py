"""A machine that systemd has started, with this machine's files and an installation at /opt/repit.

In: an installation from wheels. Out: `Machine`: commands on it, files of it, what a unit says. Next:
`test_units`. `boot` says how; what is written there is gone with it, and its network is its own.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from installation import eventually

HERE = Path(__file__).parent
SYSTEMD = Path("/lib/systemd/systemd")
SECONDS = 120
_LOG = "[Service]\nStandardOutput=append:/var/log/%N.log\nStandardError=inherit\n"


def missing() -> str:
    """Why no machine can be started here; empty where one can."""
    if os.geteuid() != 0:
        return "only root can start systemd in namespaces of its own"
    if not SYSTEMD.exists() or shutil.which("nsenter") is None:
        return "there is no systemd here"
    tried = ["unshare", "--mount", "--pid", "--fork", "--net", "--uts", "--ipc", "--cgroup", "true"]
    done = subprocess.run(tried, capture_output=True, text=True, check=False)
    return f"the kernel refuses namespaces: {done.stderr.strip()}" if done.returncode else ""


@dataclass(frozen=True)
class Machine:
    """`process`: the number of its first process, as it is seen from here; `root`: its files."""

    process: int

    @property
    def root(self) -> Path:
        return Path(f"/proc/{self.process}/root")

    def run(self, *command: str, given: bytes = b"") -> subprocess.CompletedProcess[str]:
        """A command of root's on it."""
        enter = ["nsenter", "--target", str(self.process), "--all", "--root", "--wd", "--", *command]
        done = subprocess.run(enter, input=given, capture_output=True, timeout=SECONDS, check=False)
        texts = (raw.decode(errors="replace") for raw in (done.stdout, done.stderr))
        return subprocess.CompletedProcess(command, done.returncode, *texts)

    def must(self, *command: str, given: bytes = b"") -> str:
        done = self.run(*command, given=given)
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done.stdout

    def write(self, path: str, text: str) -> None:
        file = self.root / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def start(self, unit: str) -> None:
        done = self.run("systemctl", "start", unit)
        assert done.returncode == 0, self.stated(unit)

    def stated(self, unit: str) -> str:
        """How a unit is, and what it printed: there is no journal."""
        status = self.run("systemctl", "status", "--no-pager", "--full", unit).stdout
        return status + self.run("tail", "--lines=40", f"/var/log/{unit}.log").stdout

    def ask(self, address: str, body: bytes | None = None, *headers: str) -> tuple[int, str]:
        """(status, body) of one request from that machine itself; 0 while nobody answers."""
        sent = ["--data-binary", "@-"] if body is not None else []
        named = [part for header in headers for part in ("--header", header)]
        done = self.run(
            "curl", "--silent", "--write-out", "\n%{http_code}", *named, *sent, address, given=body or b""
        )
        text, _, status = done.stdout.rpartition("\n")
        return int(status or 0), text


@contextmanager
def machine(environment: Path, folder: Path) -> Iterator[Machine]:
    """`environment`: what is seen as /opt/repit; `folder`: an empty one."""
    shown = (environment, sysconfig.get_path("purelib"), sys.base_prefix)
    command = [
        "setpriv",
        "--pdeathsig",
        "KILL",
        "unshare",
        "--mount",
        str(HERE / "boot"),
        str(folder),
        *map(str, shown),
    ]
    with (folder.parent / "boot.log").open("wb") as log:
        outer = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    try:
        assert eventually(lambda: _first_of(outer.pid) > 0, 60), (folder.parent / "boot.log").read_text()
        started = Machine(_first_of(outer.pid))
        running = ["systemctl", "is-system-running"]
        assert eventually(lambda: started.run(*running).stdout.strip() == "running", 60), started.run(
            "systemctl", "list-units", "--failed", "--no-pager"
        ).stdout
        started.write("/etc/systemd/system/service.d/log.conf", _LOG)
        yield started
    finally:
        first = _first_of(outer.pid)
        os.kill(first or outer.pid, signal.SIGKILL)  # with the first process, everything that it began
        outer.wait(60)


def _first_of(outer: int) -> int:
    """The machine's first process, once `boot` has become it; 0 before."""
    try:
        for child in Path(f"/proc/{outer}/task/{outer}/children").read_text().split():
            if Path(f"/proc/{child}/comm").read_text() == "systemd\n":
                return int(child)
    except FileNotFoundError:
        pass
    return 0
