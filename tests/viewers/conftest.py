"""A Chromium that shows files, and the engine that looks at them; gone before other tests run."""

from collections.abc import Iterator

import pytest
from drills.viewers import chromium, engine


@pytest.fixture(scope="module")
def browser() -> Iterator[chromium.Chromium]:
    with chromium.running(chromium.installed()) as started:
        yield started


@pytest.fixture(scope="module")
def ours() -> Iterator[engine.Decoder]:
    with engine.running() as decoder:
        yield decoder
