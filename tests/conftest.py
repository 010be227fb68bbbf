"""Whole systems for stories: whatever a story starts is gone when it ends."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from chromium import leave_out
from django.db import connections

from installation import Banked, Gate, GateWithChannels, Hotline, Service, eventually
from wordpress_site import Browser, Site

WITHOUT_BROWSER = os.environ.get("REPIT_WITHOUT_BROWSER") == "1"
left_out: list[str] = []


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs a browser where that is asked for; the report says so."""
    if WITHOUT_BROWSER:
        left_out.extend(leave_out(config, items, "browser"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if left_out:
        terminalreporter.section("left out")
        terminalreporter.line(f"{len(left_out)} tests that a browser takes part in (REPIT_WITHOUT_BROWSER=1)")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """SQLite in a file, as installations have it: in memory, threads do not wait for one another."""
    database = connections["default"].settings_dict
    if database["ENGINE"].endswith("sqlite3"):
        database["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "tests.sqlite3")


@pytest.fixture
def running() -> Iterator[Callable[[Service], Service]]:
    """Start a service and wait until it is ready."""
    started: list[Service] = []

    def start(service: Service) -> Service:
        started.append(service)
        service.start()
        return service.ready()

    yield start
    for service in reversed(started):
        service.kill()


@pytest.fixture
def hotline(tmp_path: Path, running: Callable[[Service], Service]) -> Hotline:
    service = Hotline(tmp_path / "hotline")
    running(service)
    return service


@pytest.fixture
def gate(tmp_path: Path, hotline: Hotline, running: Callable[[Service], Service]) -> Gate:
    service = Gate(tmp_path / "gate", hotline, hotline.subscribe("platform"))
    running(service)
    return service


@pytest.fixture(scope="session")
def gate_with_channels(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GateWithChannels]:
    """A hotline and a gate with all its channels, shared by the tests of the run."""
    hotline = Hotline(tmp_path_factory.mktemp("channels") / "hotline")
    hotline.start()
    try:
        hotline.ready()
        gate = GateWithChannels(
            tmp_path_factory.mktemp("channels") / "gate", hotline, hotline.subscribe("platform")
        )
        gate.start()
        try:
            gate.ready()
            yield gate
        finally:
            gate.kill()
    finally:
        hotline.kill()


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    wordpress = Site()
    yield wordpress
    complaints = wordpress.complaints()
    wordpress.close()
    assert complaints == []


@pytest.fixture
def banked(gate_with_channels: GateWithChannels) -> Iterator[Banked]:
    """Withdrawn again whatever becomes of the test, and gone from the gate, since others share both.

    A withdrawal is carried out at a moment of its own, seconds later."""
    gate = gate_with_channels
    published = Banked(gate, gate.hotline)
    yield published
    published.withdraw()
    assert eventually(lambda: gate.verdict(published.picture)[0] == "allow")


@pytest.fixture
def guarded(site: Site, gate_with_channels: GateWithChannels) -> Site:
    """The site, asking the gate; nothing held, no trouble noted."""
    site.set(url=gate_with_channels.base, seconds=25)
    site.php(
        "delete_option('repit_gate_trouble');"
        "foreach (array_keys(Repit\\Gate\\held()) as $one) { delete_option('repit_gate_held_' . $one); }"
    )
    return site


@pytest.fixture(scope="session")
def ada(site: Site) -> Browser:
    return Browser(site, "ada")


@pytest.fixture(scope="session")
def bo(site: Site) -> Browser:
    return Browser(site, "bo")
