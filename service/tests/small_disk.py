"""A disk that is really full, for a process that writes to it."""

from __future__ import annotations

import os
import resource
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

SIZE = 160 * 1024**2
_PIECES = (1024**2, 4096, 1)
_TRIES = 50


class SmallDisk:
    """A file system of its own in memory (tmpfs). Who may not mount one gets the next best thing that is
    real: a limit on the size of every file that the process writes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)],
            capture_output=True,
            check=False,
        )
        self.mounted = mounted.returncode == 0
        if not self.mounted:
            print(f"no disk of its own ({mounted.stderr.decode().strip()}): files are limited instead")  # noqa: T201

    @contextmanager
    def full(self, pid: int) -> Iterator[None]:
        """Within the block this process can write nothing more."""
        if not self.mounted:
            _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (1, hard))
            try:
                yield
            finally:
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard, hard))
            return
        ballast = self.folder / "ballast"
        try:
            self._fill(ballast)
            yield
        finally:
            ballast.unlink()

    def _fill(self, ballast: Path) -> None:
        # What SQLite's log holds is folded into the database within a second, and leaves room; unless the
        # database would have to grow for that, which it cannot.
        [log] = self.folder.rglob("*.sqlite3-wal")
        tries = 0
        file = os.open(ballast, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            while True:
                for size in _PIECES:
                    with suppress(OSError):
                        while True:
                            os.write(file, bytes(size))
                full = not os.statvfs(self.folder).f_bavail
                tries = tries + 1 if full else 0
                if full and (not log.stat().st_size or tries > _TRIES):
                    return
                threading.Event().wait(0.1)
        finally:
            os.close(file)

    def close(self) -> None:
        if self.mounted:
            subprocess.run(["umount", "--lazy", str(self.folder)], check=True)
