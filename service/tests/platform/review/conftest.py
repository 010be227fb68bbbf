"""A running staff area with a filled desk, and a Chromium."""

from collections.abc import Iterator
from pathlib import Path

import chromium
import pytest
from desk_process import Desk
from playwright.sync_api import Browser

PAGE = {
    "REPIT_GATE_OBJECTIONS": "yes",
    "REPIT_ADDRESS": "http://localhost",
    "REPIT_GATE_NAME": "Forum des jardins",
}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    world = Path(__file__).with_name("desk_world.py")
    running = Desk(tmp_path_factory.mktemp("desk"), world, REPIT_REVIEW_MEDIA="hold", **PAGE)
    yield running
    running.end()
    assert "Traceback" not in running.errors, running.errors


@pytest.fixture(scope="module")
def browser(desk: Desk) -> Iterator[Browser]:
    with chromium.running() as started:
        yield started
