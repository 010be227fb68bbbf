"""A disk that is really full, for a process that writes to it."""

from __future__ import annotations

import resource
import subprocess
from contextlib import suppress
from pathlib import Path

SIZE = 160 * 1024**2
_PIECE = bytes(1024**2)


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
        self._ballast = folder / "ballast"

    def fill(self, pid: int) -> None:
        if not self.mounted:
            _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (1, hard))
            return
        with self._ballast.open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(_PIECE)

    def make_room(self, pid: int) -> None:
        if self.mounted:
            self._ballast.unlink()
        else:
            _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard, hard))

    def close(self) -> None:
        if self.mounted:
            subprocess.run(["umount", "--lazy", str(self.folder)], check=True)
