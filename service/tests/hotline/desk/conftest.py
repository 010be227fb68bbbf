"""A running hotline with caseworkers and cases, and a Chromium."""

from collections.abc import Iterator
from pathlib import Path

import chromium
import pytest
from desk_process import Desk
from playwright.sync_api import Browser

from repit.hotline.cases import keys


@pytest.fixture(autouse=True)
def _cheap_passphrases(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests of the keys (tests/cases) pay the real price; here hundreds are tried."""
    monkeypatch.setattr(keys, "PASSPHRASE", keys.RECEIPT)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    process = Desk(tmp_path_factory.mktemp("cases"), Path(__file__).with_name("cases_world.py"))
    yield process
    process.end()
    assert "Traceback" not in process.errors, process.errors


@pytest.fixture(scope="module")
def browser(desk: Desk) -> Iterator[Browser]:
    with chromium.running() as chromium_browser:
        yield chromium_browser
