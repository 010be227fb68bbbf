"""A real S3-compatible server, and a gate in this process that watches it."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from object_storage import GATE, Server
from storage_gate import CAT, known

from installation import eventually
from repit.demo.ports import free_port
from repit.foundation.models import AuditHead
from repit.platform.assembly import tell_the_desk
from repit.platform.gate.decisions import Recorder
from repit.platform.gate.decoder.pool import DecoderPool
from repit.platform.gate.feed_status import StatusBoard
from repit.platform.gate.index.live import LiveIndex
from repit.platform.gate.index_store import IndexStore
from repit.platform.gate.inspection.inspector import Inspector
from repit.platform.gate.policy import default_policy
from repit.platform.gate.runtime import Gate
from repit.platform.integrations.s3.store import Store


@pytest.fixture(scope="session")
def hook_port() -> int:
    """Where the server tells of what is written into its bucket `live`."""
    return free_port()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, hook_port: int) -> Iterator[Server]:
    """One for all stories; each has buckets of its own."""
    hook = f"http://127.0.0.1:{hook_port}/v1/storage/s3/events"
    started = Server(tmp_path_factory.mktemp("storage") / "server", hook)
    try:
        yield started.ready()
    finally:
        started.kill()


def let_tables_be_emptied() -> None:
    """Between tests SQLite empties tables row by row, which tables that only grow refuse; and the one row
    that the audit begins with goes, too."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        for table in ("s3_step", "review_step", "foundation_auditrow"):
            cursor.execute(f"DROP TRIGGER IF EXISTS {table}_no_delete")


@pytest.fixture(scope="module")
def decoders() -> Iterator[DecoderPool]:
    with DecoderPool(1) as pool:
        assert eventually(lambda: bool(pool.alive))
        yield pool


@pytest.fixture
def gate(transactional_db: None, settings: Any, server: Server, decoders: DecoderPool) -> Iterator[Gate]:
    """In this process; it knows the cat."""
    settings.REPIT_OUTBOUND_ALLOW = frozenset({server.peer})
    AuditHead.objects.get_or_create(pk=1)
    index, board, recorder = LiveIndex(), StatusBoard(), Recorder().start()
    policy = default_policy()
    inspector = Inspector(index, decoders, policy, recorder, board, 30.0, 5_000_000)
    store = IndexStore(None, sealed=False)
    assembled = Gate(index, store, decoders, policy, recorder, board, inspector, tell_the_desk)
    board.served(0, None)
    index.apply(known("cat", CAT))
    yield assembled
    recorder.close()
    index.close()
    let_tables_be_emptied()


@pytest.fixture
def store(server: Server, gate: Gate) -> Iterator[Store]:
    with Store(server.url, "us-east-1", *GATE) as opened:
        yield opened
