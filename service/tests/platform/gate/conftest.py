"""A gate with real decoder children, one pool for the whole run; one with a desk, and its people."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from at_channels import Channels, listening
from django.core.cache import cache
from django.db import OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from gate_assembly import assembled
from staff_people import Someone

from repit.foundation.clock import elapsed
from repit.platform.gate import decisions, runtime
from repit.platform.gate.decoder import pool as pool_module
from repit.platform.gate.decoder.pool import DecoderPool
from repit.platform.gate.entries import KnownEntry
from repit.platform.gate.policy_file import parse_policy
from repit.platform.integrations import clamd, icap
from repit.platform.review import let_go


@pytest.fixture(scope="session")
def decoders() -> Iterator[DecoderPool]:
    """Videos do not step back for whatever else runs beside the tests."""
    with pytest.MonkeyPatch.context() as changed, DecoderPool(1) as pool:
        changed.setattr(pool_module, "FILMS_STEP_BACK", 0)
        until = elapsed() + 60
        while not pool.alive and elapsed() < until:
            pass_time()
        yield pool


def pass_time() -> None:
    time.sleep(0.02)


@pytest.fixture
def gate(
    transactional_db: None, decoders: DecoderPool, monkeypatch: pytest.MonkeyPatch
) -> Iterator[runtime.Gate]:
    """Loaded, empty, in memory, with its recorder running.

    No verdict leaves before it is written, however busy the machine is; and what a test writes while the
    recorder counts what passed waits for it, as in installations: in memory SQLite lets nobody wait.
    """
    monkeypatch.setattr(decisions, "WAIT_SECONDS", 60.0)
    whole = assembled(decoders)
    whole.recorder.start()
    whole.board.served(0, None)
    runtime.install(whole)
    with connection.execute_wrapper(waiting):
        connection_created.connect(_waits)  # and so do the threads that begin meanwhile
        yield whole
        connection_created.disconnect(_waits)
    runtime.install(None)
    whole.recorder.close()


def _waits(connection: BaseDatabaseWrapper, **_: object) -> None:
    connection.execute_wrappers.append(waiting)


def waiting(execute: Callable[..., object], *statement: object) -> object:
    """Execute it, again while another thread's transaction keeps the tables locked."""
    until = elapsed() + 10
    while True:
        try:
            return execute(*statement)
        except OperationalError as error:
            if "locked" not in str(error) or elapsed() > until:
                raise
        pass_time()


@pytest.fixture
def members(db: None) -> Callable[[str], Someone]:
    cache.clear()
    let_go.forget_memory()
    return lambda role: Someone(role).enrol().with_app()


@pytest.fixture
def start(members: object, decoders: DecoderPool) -> Iterator[Callable[..., runtime.Gate]]:
    def begin(*entries: KnownEntry, policy: bytes = b"") -> runtime.Gate:
        whole = assembled(decoders, parse_policy(policy) if policy else None, desk=True)
        whole.take_snapshot("feed", 1, list(entries), None)
        runtime.install(whole)
        return whole

    yield begin
    runtime.install(None)


@pytest.fixture
def channels(gate: runtime.Gate) -> Iterator[Channels]:
    """Every channel that a test can walk through, open."""
    with ExitStack() as held:
        opened = []
        for make, name in ((clamd.listener, "clamd"), (icap.listener, "icap")):
            at, open_channel = listening(make, name)
            held.enter_context(open_channel)
            opened.append(at)
        yield Channels(gate, *opened)
