"""A running staff area with a filled desk, and a Chromium."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from desk_process import Desk
from playwright.sync_api import Browser, sync_playwright

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    world = Path(__file__).with_name("desk_world.py")
    one = Desk(tmp_path_factory.mktemp("desk"), world, REPIT_REVIEW_MEDIA="hold")
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
