"""A gate with real decoder children, one pool for the whole run."""

import time
from collections.abc import Iterator

import pytest
from gate_assembly import assembled

from repit.foundation.clock import elapsed
from repit.platform.gate import runtime
from repit.platform.gate.decoder.pool import DecoderPool


@pytest.fixture(scope="session")
def decoders() -> Iterator[DecoderPool]:
    with DecoderPool(1) as pool:
        until = elapsed() + 60
        while not pool.alive and elapsed() < until:
            pass_time()
        yield pool


def pass_time() -> None:
    time.sleep(0.02)


@pytest.fixture
def gate(transactional_db: None, decoders: DecoderPool) -> Iterator[runtime.Gate]:
    """Loaded, empty, in memory, with its recorder running."""
    whole = assembled(decoders)
    whole.recorder.start()
    whole.board.served(0, None)
    runtime.install(whole)
    yield whole
    runtime.install(None)
    whole.recorder.close()
