"""What is done with a stored object, by the verdict and the settings.

In: what `inspect_object` saw. Out: a tag, or a move into quarantine, or nothing; the finding that says so.
Next: `worker`, `scan_worker`, `apply_decisions`.

Each act may be repeated without harm: a tag that is there is not set again, a copy goes to a name made from
the bytes it holds, and what is gone or replaced meanwhile needs no more acting.
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import Final, Literal

from django.conf import settings

from repit.platform.gate.verdict import Outcome
from repit.platform.integrations.s3 import findings, sealed_locations, tags
from repit.platform.integrations.s3.errors import Changed, Gone, StoreRefused
from repit.platform.integrations.s3.inspect_object import Inspected
from repit.platform.integrations.s3.models import Finding, Scan
from repit.platform.integrations.s3.store import Held, Store
from repit.platform.integrations.s3.stored import Stored

Mark = Literal["block", "review"]
FOUND_BEFORE: Final = "found-before"
_NAME_DIGITS: Final = 40


def act(store: Store, inspected: Inspected, *, scan: Scan | None = None, dry_run: bool = False) -> Outcome:
    """Do what the verdict asks; what it came to. Raises `Gone`, `Changed`, `OutboundRefused`."""
    held, size, verdict, before = inspected.held, inspected.size, inspected.verdict, inspected.before
    outcome: Outcome = verdict.outcome
    if scan is not None and findings.in_scan(scan, held.thing):
        return outcome  # the page is walked again, after a kill
    if dry_run:
        if outcome != "allow" or verdict.would_be:
            findings.record(held, size, verdict, "listed", scan=scan)
        return outcome
    if outcome == "allow":
        _forget(store, held)
        return outcome
    if before is not None:
        if scan is not None:
            findings.record(held, size, verdict, "listed", scan=scan, reason=FOUND_BEFORE)
        return "allow" if before.followed == "allow" else outcome
    if outcome == "review":
        _mark(store, held, "review", verdict.decision)
        findings.record(held, size, verdict, "review", scan=scan)
        return outcome
    moved = block(store, held, verdict.decision)
    findings.record(held, size, verdict, "moved" if moved else "tagged", scan=scan, moved=moved)
    return outcome


def block(store: Store, held: Held, decision: str | None) -> Stored | None:
    """Into quarantine, as the settings want it; where to, if it was moved."""
    if settings.REPIT_GATE_S3_QUARANTINE == "tag":
        _mark(store, held, "block", decision)
        return None
    to = _quarantine(held)
    store.copy(held.thing, held.etag, to)
    with suppress(Gone, Changed):  # what replaced these bytes comes with a notification of its own
        store.remove(held.thing, held.etag)
    return to


def release(store: Store, finding: Finding, actor: str, why: str = "", followed: str = "") -> None:
    """Undo what was done. Raises `Changed` where something else stands at its place by now."""
    at, etag = findings.where(finding), ""
    if at.moved is not None:
        etag = _put_back(store, at.moved, at.thing)
    else:
        with suppress(Gone):
            if store.etag(at.thing) == at.etag:
                _unmark(store, at.thing, store.tags(at.thing))
    findings.change(finding, "released", actor, etag=etag, why=why, followed=followed)


def _put_back(store: Store, moved: Stored, home: Stored) -> str:
    """The ETag at its old place: a copy of an object that was sent in parts has another."""
    location = Stored(home.bucket, home.key)
    try:
        store.etag(location)
    except Gone:
        _unmark(store, moved, store.tags(moved))  # a copy takes its tags along
        store.copy(moved, "", location)
        store.remove(moved, "")
        return store.etag(location)
    raise Changed


def _forget(store: Store, held: Held) -> None:
    """Nothing is known of it any more: take our tag off, unless a person refused it."""
    if tags.name() not in held.tags:
        return
    row = findings.of(held.thing, held.etag, tagged=True)
    if row is not None and row.followed == "refuse":
        return
    _unmark(store, held.thing, held.tags)
    if row is not None and row.state != "released":
        findings.change(row, "released", findings.GATE, why="it agrees with nothing that is known now")


def _mark(store: Store, held: Held, value: Mark, decision: str | None) -> None:
    others = held.tags or store.tags(held.thing)
    wanted = tags.marked(others, value, decision)
    if wanted == others:
        return
    if store.etag(held.thing) != held.etag:
        raise Changed
    store.tag(held.thing, wanted)


def _unmark(store: Store, thing: Stored, now: Mapping[str, str]) -> None:
    wanted = tags.unmarked(now)
    if wanted != now:
        store.tag(thing, wanted)


def _quarantine(held: Held) -> Stored:
    """Where these bytes go; nothing of the object's own name is in it."""
    home: str = settings.REPIT_GATE_S3_QUARANTINE_TO
    bucket, _, prefix = home.partition("/")
    if not bucket:
        raise StoreRefused(detail="no quarantine is set")
    thing = held.thing
    name = sealed_locations.digest(Stored(thing.bucket, thing.key, f"{thing.version} {held.etag}"))[
        :_NAME_DIGITS
    ]
    return Stored(bucket, prefix + name)
