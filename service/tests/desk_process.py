"""The staff area of a gate or a hotline in a process of its own."""

import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from running import TIMEOUT, environment

from repit.demo.ports import free_port


class Desk:
    """A staff area, filled by a program of the test's, under the name localhost, which passkeys want."""

    def __init__(self, folder: Path, world: Path, **settings: str) -> None:
        self.port = free_port()
        self.base = f"http://localhost:{self.port}"
        self.process = subprocess.Popen(
            [sys.executable, str(world), str(self.port)],
            env={**environment(folder), **settings},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.errors = ""
        line = self.process.stdout.readline() if self.process.stdout else b""
        if not line:
            self.end()
            raise AssertionError(self.errors)
        self.world: dict[str, Any] = json.loads(line)
        self._wait()

    def _wait(self) -> None:
        until = time.monotonic() + TIMEOUT
        while time.monotonic() < until and self.process.poll() is None:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health", timeout=5):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        self.end()
        raise AssertionError(self.errors)

    def end(self) -> None:
        self.process.kill()
        _, errors = self.process.communicate(timeout=TIMEOUT)
        self.errors = errors.decode()
