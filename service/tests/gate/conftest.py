"""A gate with real decoder children, one pool for the whole run."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from repit.foundation.clock import elapsed
from repit.gate import runtime
from repit.gate.decisions import Recorder
from repit.gate.decoder.pool import DecoderPool
from repit.gate.feed_status import StatusBoard
from repit.gate.inspection import Inspector
from repit.gate.live_index import LiveIndex
from repit.gate.mirror import Mirror
from repit.gate.policy import Policy, default_policy

SCRIPTED = [sys.executable, str(Path(__file__).with_name("scripted_decoder.py"))]


@pytest.fixture(scope="session")
def decoders() -> Iterator[DecoderPool]:
    with DecoderPool(1) as pool:
        until = elapsed() + 60
        while not pool.alive and elapsed() < until:
            pass_time()
        yield pool


def pass_time() -> None:
    time.sleep(0.02)


def assembled(pool: DecoderPool, policy: Policy | None = None, max_bytes: int = 5_000_000) -> runtime.Gate:
    index, board, recorder = LiveIndex(), StatusBoard(), Recorder()
    policy = policy or default_policy()
    inspector = Inspector(index, pool, policy, recorder, board, 30.0, max_bytes)
    return runtime.Gate(index, Mirror(None, sealed=False), pool, policy, recorder, board, inspector)


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
