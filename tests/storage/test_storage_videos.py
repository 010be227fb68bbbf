"""Videos in object storage, against a real S3-compatible server: looked at where they lie."""

from pathlib import Path
from typing import Any

import pytest
from gate_films import cut_and_mirrored, known_moments, other_film
from object_storage import Server
from storage_gate import scan

from repit.foundation.errors import PeerFailed
from repit.platform.gate.entries import KnownEntry
from repit.platform.gate.models import Decision
from repit.platform.gate.runtime import Gate
from repit.platform.gate.spool import Spool
from repit.platform.integrations.s3.errors import Changed
from repit.platform.integrations.s3.store import Held, Store
from repit.platform.integrations.s3.stored import Stored
from repit_engine.moments import to_bytes


@pytest.fixture
def watching(gate: Gate, settings: Any, tmp_path: Path) -> Gate:
    """It knows a film, keeps next to nothing of an upload in memory, and has no room in its spool."""
    settings.REPIT_GATE_MAX_BYTES = 50_000
    gate.admission.spool = Spool(tmp_path, 1)
    moments = to_bytes(known_moments())
    gate.index.apply(KnownEntry("film", "active", "video", "intimate", "a-hotline", 1, (), moments=moments))
    return gate


def test_a_part_of_a_known_video_is_found_in_the_bucket_without_being_copied(
    watching: Gate, store: Store, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut, bucket = cut_and_mirrored(), server.bucket("watched")
    assert len(cut) > 50_000
    server.put(bucket, "cut.mp4", cut)
    server.put(bucket, "other.mp4", other_film())
    asked: list[int] = []
    part = Store.part
    monkeypatch.setattr(
        Store,
        "part",
        lambda self, held, offset, size: (asked.append(size), part(self, held, offset, size))[1],
    )
    row = scan(watching, store, bucket)
    assert (row.blocked, row.passed) == (1, 1)
    assert server.tags(bucket, "cut.mp4")["repit"] == "block"
    assert server.tags(bucket, "other.mp4") == {}
    assert asked
    assert Decision.objects.get(outcome="block").channel == "s3"
    assert watching.admission.room.held == 0


def test_ranges_are_of_the_very_bytes_that_were_named(store: Store, server: Server) -> None:
    bucket = server.bucket("ranges")
    server.put(bucket, "a", bytes(range(256)) * 2000)
    thing = Stored(bucket, "a")
    held = Held(thing, store.etag(thing), {})
    assert store.part(held, 0, 10) == bytes(range(10))
    assert store.part(held, 511_990, 10) == bytes(range(246, 256))
    assert store.part(held, 300_000, 100_000) == (bytes(range(256)) * 2000)[300_000:400_000]
    server.put(bucket, "a", bytes(512_000))
    with pytest.raises(Changed):
        store.part(held, 0, 10)


def test_a_video_that_cannot_be_read_any_more_is_for_a_person(
    watching: Gate, store: Store, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket = server.bucket("going")
    server.put(bucket, "cut.mp4", cut_and_mirrored())

    def gone(*_: Any) -> bytes:
        raise PeerFailed

    monkeypatch.setattr(Store, "part", gone)
    assert scan(watching, store, bucket).review == 1
    assert Decision.objects.get().undecided == "video-not-read"
