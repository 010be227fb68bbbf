"""Walking what is stored, against a real S3-compatible server."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from object_storage import GATE, Server
from storage_gate import CAT, COFFEE, known, scan

from repit.foundation import clock
from repit.platform.gate.models import Decision
from repit.platform.gate.runtime import Gate
from repit.platform.integrations.s3 import findings, quarantine, scan_worker, scans
from repit.platform.integrations.s3.models import Scan
from repit.platform.integrations.s3.store import Content, Store
from repit.platform.integrations.s3.stored import Stored


def test_a_second_scan_counts_no_match_twice_and_a_withdrawn_item_lets_go(
    gate: Gate, store: Store, server: Server
) -> None:
    bucket = server.bucket("twice")
    server.put(bucket, "cat.jpg", CAT, "mine=1")
    server.put(bucket, "coffee.jpg", COFFEE)
    first = scan(gate, store, bucket)
    assert scans.counts(first) | {"bytes": 0} == {
        "seen": 2,
        "bytes": 0,
        "passed": 1,
        "blocked": 1,
        "review": 0,
        "unread": 0,
    }
    assert server.tags(bucket, "cat.jpg").items() >= {"mine": "1", "repit": "block"}.items()
    assert Decision.objects.count() == 1
    second = scan(gate, store, bucket)
    assert (second.blocked, Decision.objects.count()) == (1, 1)
    assert [line["reason"] for line in findings.of_scan(second)] == [quarantine.FOUND_BEFORE]
    gate.index.apply(known("cat", CAT, "withdrawn"))
    assert scan(gate, store, bucket).passed == 2
    assert server.tags(bucket, "cat.jpg") == {"mine": "1"}
    gate.index.apply(known("cat", CAT))
    assert scan(gate, store, bucket).blocked == 1
    assert server.tags(bucket, "cat.jpg")["repit"] == "block"


class Silent(Store):
    """A server that does not say with an object how many tags it has."""

    @contextmanager
    def opened(self, thing: Stored) -> Iterator[Content]:
        with super().opened(thing) as content:
            yield replace(content, tags=0)


def test_tags_of_others_are_kept_where_the_server_does_not_speak_of_them(gate: Gate, server: Server) -> None:
    bucket = server.bucket("silent")
    server.put(bucket, "cat.jpg", CAT, "mine=1&yours=2")
    with Silent(server.url, "us-east-1", *GATE) as store:
        for _ in range(2):
            assert scan(gate, store, bucket).blocked == 1
            assert (
                server.tags(bucket, "cat.jpg").items()
                >= {"mine": "1", "yours": "2", "repit": "block"}.items()
            )
        assert Decision.objects.count() == 1
        gate.index.apply(known("cat", CAT, "withdrawn"))
        assert scan(gate, store, bucket).passed == 1
    assert server.tags(bucket, "cat.jpg") == {"mine": "1", "yours": "2"}


def test_a_dry_run_touches_nothing_and_decides_nothing(gate: Gate, store: Store, server: Server) -> None:
    bucket = server.bucket("dry")
    server.put(bucket, "a.jpg", CAT)
    server.put(bucket, "b.txt", b"a letter")
    row = scan(gate, store, bucket, dry_run=True)
    assert (row.seen, row.blocked, row.passed) == (2, 1, 1)
    assert server.tags(bucket, "a.jpg") == {}
    assert Decision.objects.count() == 0
    lines = list(scans.report(row))
    assert '"key": "a.jpg"' in lines[0]
    assert '"action": "listed"' in lines[0]
    assert '"dry_run": true' in lines[-1]


def test_a_page_that_was_cut_is_walked_again_and_told_of_once(
    gate: Gate, store: Store, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scan_worker, "PAGE", 2)
    bucket = server.bucket("cut")
    for n in range(5):
        server.put(bucket, f"{n}.jpg", CAT if n % 2 else COFFEE)
    scans.begin(bucket, "", versions=False, dry_run=False, per_second=0)
    stopping = threading.Event()
    assert scan_worker.once(gate, store, stopping)
    act = quarantine.act

    def killed(*given: Any, **how: Any) -> Any:
        done = act(*given, **how)
        stopping.set()
        return done

    monkeypatch.setattr(quarantine, "act", killed)
    scan_worker.once(gate, store, stopping)
    assert Scan.objects.get().seen == 2
    monkeypatch.setattr(quarantine, "act", act)
    row, new = scans.begin(bucket, "", versions=False, dry_run=False, per_second=0)
    assert not new
    while scan_worker.once(gate, store, threading.Event()):
        pass
    row.refresh_from_db()
    assert (row.state, row.seen, row.blocked, row.passed) == ("done", 5, 2, 3)
    assert sorted(line["key"] for line in findings.of_scan(row)) == ["1.jpg", "3.jpg"]


def test_a_scan_of_a_bucket_that_is_not_there_ends_and_says_so(gate: Gate, store: Store) -> None:
    row = scan(gate, store, "nothing-here")
    assert (row.state, row.trouble) == ("failed", "object-gone NoSuchBucket")


def test_a_scan_keeps_the_pace_it_was_given(gate: Gate, store: Store, server: Server) -> None:
    bucket = server.bucket("slowly")
    for n in range(6):
        server.put(bucket, f"{n}.txt", b"a letter")
    begun = clock.elapsed()
    assert scan(gate, store, bucket, per_second=5).seen == 6
    assert clock.elapsed() - begun >= 1.0
