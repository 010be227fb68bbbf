"""Scans as rows: begun, stopped, gone on with, reported.

In: what an operator asks for. Out: a row that the running gate works through (`scan_worker`), and its report.
Next: `commands`.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from repit.foundation.clock import now
from repit.foundation.errors import InputRefused, NotFound, Text
from repit.foundation.jobs.backoff import Backoff
from repit.foundation.jobs.claims import Claims
from repit.platform.integrations.s3 import findings, sealed_locations
from repit.platform.integrations.s3.models import Scan
from repit.platform.integrations.s3.stored import MOST_KEY, stored

MOST_FAILURES: Final = 20
claims: Final = Claims(
    Scan.objects.filter(state="running"),
    timedelta(seconds=60),
    Backoff(1.0, 30.0),
    most=MOST_FAILURES,
    given_up=lambda: {"state": "failed", "ended_at": now()},
)
"""A page at a time."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a scan walks through."""

    bucket: str
    prefix: str

    def __repr__(self) -> str:
        return "Target(…)"


def begin(bucket: str, prefix: str, *, versions: bool, dry_run: bool, per_second: int) -> tuple[Scan, bool]:
    """A scan as it is asked for; whether it is new, or one that was begun before and goes on."""
    if stored(bucket, "a") is None or len(prefix.encode()) > MOST_KEY:
        raise InputRefused(Text("That is not the name of a bucket.", "Ce n’est pas un nom de compartiment."))
    wanted = {"versions": versions, "dry_run": dry_run}
    for row in Scan.objects.filter(state__in=["running", "stopped"], **wanted).order_by("-pk"):
        if target(row) == Target(bucket, prefix):
            fresh = {"state": "running", "per_second": per_second, "attempts": 0, "trouble": ""}
            if not Scan.objects.filter(pk=row.pk, state=row.state).update(**fresh, due_at=now()):
                continue  # it came to its end meanwhile
            row.refresh_from_db()
            return row, False
    name = sealed_locations.name()
    made = Scan.objects.create(
        name=name,
        location=sealed_locations.sealed([bucket, prefix], "scan", name),
        per_second=per_second,
        begun_at=now(),
        due_at=now(),
        **wanted,
    )
    return made, True


def target(scan: Scan) -> Target:
    """What it walks through. Raises `SealBroken`."""
    return Target(*sealed_locations.opened(scan.location, "scan", scan.name))


def called(name: str) -> Scan:
    """The scan of that name. Raises `NotFound`."""
    found = Scan.objects.filter(name=name).first()
    if found is None:
        raise NotFound
    return found


def stop(scan: Scan) -> bool:
    """Let it rest after the page under way; the same command lets it go on."""
    return bool(Scan.objects.filter(pk=scan.pk, state="running").update(state="stopped"))


def report(scan: Scan) -> Iterator[str]:
    """The report, line by line: one JSON object for each finding, one for the whole."""
    for line in findings.of_scan(scan):
        yield json.dumps(line, ensure_ascii=False)
    yield json.dumps(summary(scan), ensure_ascii=False)


def summary(scan: Scan) -> dict[str, object]:
    """The whole of it as plain data."""
    at = target(scan)
    return {
        "scan": scan.name,
        "bucket": at.bucket,
        "prefix": at.prefix,
        "state": scan.state,
        "dry_run": scan.dry_run,
        "versions": scan.versions,
        "begun_at": scan.begun_at.isoformat(timespec="seconds"),
        "ended_at": scan.ended_at.isoformat(timespec="seconds") if scan.ended_at else None,
        **counts(scan),
    }


def counts(scan: Scan) -> dict[str, int]:
    """How many objects, and what became of them."""
    return {name: getattr(scan, name) for name in ("seen", "bytes", "passed", "blocked", "review", "unread")}
