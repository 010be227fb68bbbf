"""A Chromium that shows files, and the engine that looks at them; gone before other tests run."""

import os
from collections.abc import Iterator

import pytest
from drills.viewers import chromium, engine

WITHOUT_BROWSER = os.environ.get("REPIT_WITHOUT_BROWSER") == "1"
left_out: list[str] = []


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs a browser where that is asked for; the report says so."""
    if WITHOUT_BROWSER:
        driven = [item for item in items if "browser" in getattr(item, "fixturenames", ())]
        left_out.extend(item.nodeid for item in driven)
        items[:] = [item for item in items if item not in driven]
        config.hook.pytest_deselected(items=driven)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if left_out:
        terminalreporter.section("left out")
        terminalreporter.line(f"{len(left_out)} tests of what viewers show (REPIT_WITHOUT_BROWSER=1)")


@pytest.fixture(scope="module")
def browser() -> Iterator[chromium.Chromium]:
    with chromium.running(chromium.installed()) as started:
        yield started


@pytest.fixture(scope="module")
def ours() -> Iterator[engine.Decoder]:
    with engine.running() as decoder:
        yield decoder
