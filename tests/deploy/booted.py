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
from pathlib import Path

from drills import namespaces
from drills.namespaces import INIT, first_of

from installation import eventually

HERE = Path(__file__).parent
SYSTEMD = Path("/lib/systemd/systemd")
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


class Machine(namespaces.Machine):
    """With units whose logs are files: there is no journal."""

    def start(self, unit: str) -> None:
        done = self.run("systemctl", "start", unit)
        assert done.returncode == 0, self.stated(unit)

    def stated(self, unit: str) -> str:
        """How a unit is, and what it printed."""
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
    with namespaces.group("units") as group:
        yield from _in(group, environment, folder)


def _in(group: Path, environment: Path, folder: Path) -> Iterator[Machine]:
    shown = (environment, sysconfig.get_path("purelib"), sys.base_prefix)
    command = [
        "setpriv",
        "--pdeathsig",
        "KILL",
        "unshare",
        "--mount",
        str(HERE / "boot"),
        str(group),
        str(INIT),
        str(folder),
        *map(str, shown),
    ]
    with (folder.parent / "boot.log").open("wb") as log:
        outer = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    try:
        assert eventually(lambda: first_of(outer.pid) > 0, 60), (folder.parent / "boot.log").read_text()
        started = Machine(first_of(outer.pid))
        running = ["systemctl", "is-system-running"]
        assert eventually(lambda: started.run(*running).stdout.strip() == "running", 60), started.run(
            "systemctl", "list-units", "--failed", "--no-pager"
        ).stdout
        started.write("/etc/systemd/system/service.d/log.conf", _LOG)
        yield started
    finally:
        first = first_of(outer.pid)
        os.kill(first or outer.pid, signal.SIGKILL)  # with the first process, everything that it began
        outer.wait(60)
