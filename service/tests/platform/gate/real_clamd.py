"""ClamAV's own daemon, with one file in its database, to compare our channel with.

In: a folder, the file that it shall find. Out: a running daemon at a socket in that folder.
"""

import hashlib
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from repit.foundation.clock import elapsed

UNPACKED = Path(__file__).parents[4] / "var" / "clamd" / "usr" / "sbin" / "clamd"
_CONFIG = """
Foreground yes
LocalSocket {folder}/clamd.sock
DatabaseDirectory {folder}/database
TemporaryDirectory {folder}
User {user}
MaxThreads 4
CommandReadTimeout 60
ReadTimeout 60
StreamMaxLength {most}
SelfCheck 0
"""


@contextmanager
def real_clamd(folder: Path, known: bytes, most: int) -> Iterator[Path]:
    """The path of its socket; `known` is found as `Repit.known.UNOFFICIAL`."""
    found = shutil.which("clamd", path=f"{os.environ['PATH']}:/usr/sbin") or str(UNPACKED)
    assert Path(found).exists(), "clamd is missing: run tools/test-parts"
    (folder / "database").mkdir()
    digest = hashlib.md5(known, usedforsecurity=False).hexdigest()
    (folder / "database" / "test.hdb").write_text(f"{digest}:{len(known)}:Repit.known\n")
    config = folder / "clamd.conf"
    user = "root" if os.geteuid() == 0 else os.environ.get("USER", "nobody")
    config.write_text(_CONFIG.format(folder=folder, most=most, user=user))
    with (folder / "clamd.log").open("wb") as log:
        process = subprocess.Popen((found, "-c", str(config)), stdout=log, stderr=log)
    try:
        until = elapsed() + 60
        while not _answers(folder / "clamd.sock"):
            assert process.poll() is None and elapsed() < until, (folder / "clamd.log").read_text()
        yield folder / "clamd.sock"
    finally:
        process.kill()
        process.wait()


def _answers(path: Path) -> bool:
    with suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(path))
        connection.sendall(b"zPING\0")
        return connection.recv(16) == b"PONG\0"
    return False
