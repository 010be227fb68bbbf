"""A running gate with a filled desk, and a Chromium."""

import json
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from running import PATIENCE, environment, free_port

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-sync",
    "--no-first-run",
]


class Desk:
    """The staff area of a gate in a process of its own, under the name localhost, which passkeys want."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.base = f"http://localhost:{self.port}"
        self.process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("desk_world.py")), str(self.port)],
            env={**environment(folder), "REPIT_REVIEW_MEDIA": "hold"},
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
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and self.process.poll() is None:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health", timeout=5):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        self.end()
        raise AssertionError(self.errors)

    def end(self) -> None:
        self.process.terminate()
        _, errors = self.process.communicate(timeout=PATIENCE)
        self.errors = errors.decode()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    one = Desk(tmp_path_factory.mktemp("desk"))
    yield one
    one.end()
    assert "Traceback" not in one.errors, one.errors


@pytest.fixture(scope="module")
def browser(desk: Desk) -> Iterator[Browser]:
    found = next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.fail("Chromium is missing (Debian: apt install chromium), or set REPIT_WITHOUT_BROWSER=1.")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, headless=True, args=FLAGS)
        yield chromium
        chromium.close()
