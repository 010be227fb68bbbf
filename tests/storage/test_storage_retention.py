"""What was found in a storage is forgotten in time, and not before its object is gone."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from object_storage import GATE, Server
from storage_gate import CAT, known, scan

from repit.demo.ports import free_port
from repit.foundation import audit, clock
from repit.foundation.jobs.retention import GRACE
from repit.platform.gate.models import Decision
from repit.platform.gate.runtime import Gate
from repit.platform.integrations.s3 import findings, quarantine, retention, scans
from repit.platform.integrations.s3.models import Finding, Scan, Step
from repit.platform.integrations.s3.store import Store

WEEK, YEAR, HOUR = timedelta(days=8), timedelta(days=366), timedelta(hours=1)
Swept = Callable[..., int]


@pytest.fixture
def swept(store: Store) -> Swept:
    """Sweep that much later, with this storage or another; how many findings went."""

    def sweep(*waits: timedelta, at: Store = store) -> int:
        moment = clock.now() + sum(waits, timedelta())
        with clock.at(lambda: moment):
            return retention.sweep(at)

    return sweep


def found(gate: Gate, store: Store, server: Server, name: str) -> Finding:
    """The cat in a bucket of its own, and what a scan did with it."""
    server.put(server.bucket(name), "cat.jpg", CAT)
    return scan(gate, store, name).findings.get()


def test_a_finding_stays_while_its_object_does_and_goes_a_year_after_it(
    gate: Gate, store: Store, server: Server, swept: Swept
) -> None:
    row = found(gate, store, server, "forgotten")
    assert row.state == "tagged"
    for years in range(1, 4):
        assert swept(YEAR * years) == swept(YEAR * years, GRACE, HOUR) == 0
    row.refresh_from_db()
    assert (row.gone_at, row.forget_at) == (None, None)
    server.client.delete_object(Bucket="forgotten", Key="cat.jpg")
    assert swept(WEEK) == 0
    row.refresh_from_db()
    assert row.gone_at is not None
    assert swept(YEAR) == swept(YEAR, GRACE, HOUR) == 0  # since it was gone, not since it was found
    assert swept(WEEK, YEAR) == 0  # marked
    assert swept(WEEK, YEAR, GRACE / 2) == 0
    assert swept(WEEK, YEAR, GRACE, HOUR) == 1
    assert (Finding.objects.count(), Step.objects.count(), Scan.objects.count()) == (0, 0, 1)
    assert swept(WEEK, YEAR, GRACE * 2, HOUR) == 0
    assert Scan.objects.count() == 0
    assert audit.verify() is None


def test_what_was_moved_is_remembered_while_it_lies_in_quarantine(
    gate: Gate, store: Store, server: Server, swept: Swept, settings: Any
) -> None:
    settings.REPIT_GATE_S3_QUARANTINE = "move"
    settings.REPIT_GATE_S3_QUARANTINE_TO = server.bucket("kept-apart") + "/"
    row = found(gate, store, server, "emptied")
    assert (row.state, server.keys("emptied")) == ("moved", [])
    swept(WEEK)
    row.refresh_from_db()
    assert row.gone_at is None
    server.client.delete_object(Bucket="kept-apart", Key=server.keys("kept-apart")[0])
    swept(WEEK, WEEK)
    row.refresh_from_db()
    assert row.gone_at is not None


def test_what_a_person_let_go_is_known_while_another_version_has_those_bytes(
    gate: Gate, store: Store, server: Server, swept: Swept
) -> None:
    server.bucket("let-go", versions=True)
    row = found(gate, store, server, "let-go")
    quarantine.release(store, row, "person", followed="allow")
    first = findings.where(row).thing.version
    again = server.put("let-go", "cat.jpg", CAT)["VersionId"]
    assert first and first != again
    server.client.delete_object(Bucket="let-go", Key="cat.jpg", VersionId=first)
    swept(WEEK)
    row.refresh_from_db()
    assert (row.state, row.gone_at) == ("released", None)
    server.put("let-go", "cat.jpg", b"other bytes")
    swept(WEEK, WEEK)
    row.refresh_from_db()
    assert row.gone_at is not None


def test_what_rests_on_a_decision_holds_when_that_is_forgotten(
    gate: Gate, store: Store, server: Server
) -> None:
    row = found(gate, store, server, "undecided")
    Decision.objects.all().delete()
    assert scan(gate, store, "undecided").blocked == 1
    assert Decision.objects.count() == 0  # no second match is counted
    quarantine.release(store, row, "person", followed="allow")
    assert scan(gate, store, "undecided").passed == 1
    assert (server.tags("undecided", "cat.jpg"), Decision.objects.count()) == ({}, 0)
    gate.index.apply(known("cat", CAT, "withdrawn"))
    gate.index.apply(known("another", CAT))
    assert scan(gate, store, "undecided").blocked == 1  # which nobody let go


def test_a_storage_that_cannot_be_asked_or_is_the_wrong_one_forgets_nothing(
    gate: Gate, store: Store, server: Server, swept: Swept, settings: Any
) -> None:
    row = found(gate, store, server, "elsewhere")
    port = free_port()
    settings.REPIT_OUTBOUND_ALLOW |= {f"127.0.0.1:{port}"}
    with Store(f"http://127.0.0.1:{port}", "us-east-1", *GATE) as nobody:
        assert swept(WEEK, at=nobody) == 0
    with Store(server.url, "us-east-1", GATE[0], "not our secret") as refusing:
        assert swept(WEEK, at=refusing) == 0
    row.refresh_from_db()
    assert row.gone_at is None
    server.client.delete_object(Bucket="elsewhere", Key="cat.jpg")  # as if another storage were asked …
    assert swept(WEEK, WEEK) == 0
    assert swept(WEEK, WEEK, YEAR) == 0
    row.refresh_from_db()
    assert row.gone_at is not None and row.forget_at is not None
    with Store(f"http://127.0.0.1:{port}", "us-east-1", *GATE) as nobody:
        assert swept(WEEK, WEEK, YEAR, GRACE * 3, at=nobody) == 0  # not looked for within a day
    server.put("elsewhere", "cat.jpg", CAT)  # … and now the right one is
    assert swept(WEEK, WEEK, YEAR, GRACE * 4) == 0
    row.refresh_from_db()
    assert (row.gone_at, row.forget_at) == (None, None)


def test_a_clock_that_ran_ahead_forgets_nothing_and_delays_nothing(
    gate: Gate, store: Store, server: Server, swept: Swept
) -> None:
    row = found(gate, store, server, "ahead")
    server.client.delete_object(Bucket="ahead", Key="cat.jpg")
    assert swept(YEAR * 50) == swept(WEEK) == 0  # first seen to be gone in fifty years
    assert swept(YEAR * 9) == swept(YEAR * 9, GRACE / 2) == 0
    row.refresh_from_db()
    assert row.forget_at is not None
    assert swept(WEEK * 2) == 0
    row.refresh_from_db()
    assert row.forget_at is None
    assert swept(WEEK * 2, YEAR) == 0
    assert swept(WEEK * 2, YEAR, GRACE, HOUR) == 1


def test_what_a_scan_only_wrote_down_goes_with_it_and_stays_while_it_runs(
    gate: Gate, store: Store, server: Server, swept: Swept
) -> None:
    server.put(server.bucket("walked"), "cat.jpg", CAT)
    done = scan(gate, store, "walked", dry_run=True)
    stopped = scan(gate, store, "walked", dry_run=True, versions=True)
    Scan.objects.filter(pk=stopped.pk).update(state="running", ended_at=None)
    assert [row.state for row in Finding.objects.all()] == ["listed", "listed"]
    assert swept(timedelta(days=364)) == swept(timedelta(days=364), GRACE / 2) == 0
    assert swept(YEAR) == 0
    assert swept(YEAR, GRACE, HOUR) == 1
    assert swept(YEAR, GRACE * 2, HOUR) == 0
    assert not Scan.objects.filter(pk=done.pk).exists()
    assert stopped.findings.count() == 1
    scans.stop(stopped)
    assert swept(YEAR * 2) == 0
    assert swept(YEAR * 2, GRACE, HOUR) == 1
    assert Scan.objects.filter(pk=stopped.pk).exists()  # it may go on


def test_a_finding_whose_seal_is_broken_does_not_keep_the_others(
    gate: Gate, store: Store, server: Server, swept: Swept
) -> None:
    broken = found(gate, store, server, "broken")
    Finding.objects.filter(pk=broken.pk).update(location=b"nothing that we sealed")
    other = found(gate, store, server, "whole")
    server.client.delete_object(Bucket="whole", Key="cat.jpg")
    assert swept(WEEK) == 0
    other.refresh_from_db()
    broken.refresh_from_db()
    assert other.gone_at is not None
    assert broken.gone_at is None and broken.looked_for_at > broken.at
