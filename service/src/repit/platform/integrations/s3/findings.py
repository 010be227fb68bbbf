"""What was found in the storage, and each thing that was done with it.

In: what `inspect_object` saw and `quarantine` did. Out: rows; a row for every step. Next: reports of scans,
the commands, people's decisions (`apply_decisions`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from repit.foundation.clock import now
from repit.platform.gate.models import Decision
from repit.platform.gate.verdict import Verdict
from repit.platform.integrations.s3 import sealed_locations
from repit.platform.integrations.s3.models import Finding, Scan, Step
from repit.platform.integrations.s3.states import State, step
from repit.platform.integrations.s3.store import Held
from repit.platform.integrations.s3.stored import Stored

GATE = "gate"
_LIVE = ("review", "tagged", "released")


@dataclass(frozen=True, slots=True)
class Where:
    """The object of a finding, which bytes it had, and where they were moved."""

    thing: Stored
    etag: str
    size: int
    moved: Stored | None

    def __repr__(self) -> str:
        return "Where(…)"


def record(
    held: Held,
    size: int,
    verdict: Verdict | None,
    state: State,
    *,
    scan: Scan | None = None,
    moved: Stored | None = None,
    reason: str = "",
) -> Finding:
    """A new finding with its first step."""
    name = sealed_locations.name()
    best = verdict.evidence[0] if verdict and verdict.evidence else None
    with transaction.atomic():
        made = Finding.objects.create(
            name=name,
            digest=_digest(held.thing),
            location=sealed_locations.sealed(_location(held.thing, held.etag, size, moved), "finding", name),
            state=state,
            decision=(verdict.decision or "") if verdict else "",
            outcome=(verdict.would_be or verdict.outcome) if verdict else "",
            rule=verdict.rule if verdict else "",
            tier=best.tier if best else "",
            reason=(reason or (verdict.undecided if verdict else "") or "")[:60],
            item=best.item if best else "",
            at=now(),
            scan=scan,
        )
        Step.objects.create(finding=made, at=made.at, after=state, actor=GATE, why=step("", state))
    return made


def change(
    finding: Finding,
    after: State,
    actor: str,
    *,
    moved: Stored | None = None,
    etag: str = "",
    why: str = "",
    followed: str = "",
) -> None:
    """One step further; `followed`: the decision of a person that it carries out; `etag`: what the bytes are
    called now. Raises `TransitionRefused`."""
    meaning = step(finding.state, after)
    with transaction.atomic():
        at = where(finding)
        fresh = {
            "state": after,
            "location": sealed_locations.sealed(
                _location(at.thing, etag or at.etag, at.size, moved), "finding", finding.name
            ),
            "followed": followed or finding.followed,
            "looked_for_at": now(),
            "gone_at": None,
        }
        if Finding.objects.filter(pk=finding.pk, state=finding.state).update(**fresh):
            Step.objects.create(
                finding=finding,
                at=now(),
                before=finding.state,
                after=after,
                actor=actor,
                why=(why or meaning)[:200],
            )
    finding.refresh_from_db()


def where(finding: Finding) -> Where:
    """Which object it is about. Raises `SealBroken`."""
    location = sealed_locations.opened(finding.location, "finding", finding.name)
    moved = Stored(*location["moved"]) if location["moved"] else None
    return Where(Stored(*location["thing"]), location["etag"], location["size"], moved)


def known(thing: Stored) -> bool:
    """Whether anything was found at this place before."""
    return Finding.objects.filter(digest=_digest(thing), state__in=_LIVE).exists()


def of(thing: Stored, etag: str, *, tagged: bool) -> Finding | None:
    """What was found of these very bytes at this very place before, if it still holds.

    What a person let go stays so in every version. An object without our tag that should have it was written
    anew since, and is new; so is one that was let go because nothing was known of it any more.
    """
    rows = Finding.objects.filter(digest=_digest(thing), state__in=_LIVE)
    for row in rows.order_by("-at", "-pk"):
        at = where(row)
        if at.etag == etag and row.state == "released" and row.followed == "allow":
            return row
        if at.etag == etag and row.state != "released" and at.thing == thing:
            return row if tagged else None
    return None


def rests_on(before: Finding, verdict: Verdict) -> bool:
    """Whether this verdict has no other reason than that finding had; the strictest outcome aside."""
    by_a_person = bool(before.followed)
    decided = bool(before.decision) and _reason(verdict) == (before.item, before.reason)
    return decided and (by_a_person or verdict.outcome == before.outcome)


def repeats(decision: str, verdict: Verdict) -> bool:
    """Whether this verdict is that decision once more."""
    decided = Decision.objects.filter(name=decision, outcome=verdict.outcome)
    reason = _reason(verdict)
    return reason is not None and decided.values_list("item", "undecided").first() == reason


def _reason(verdict: Verdict) -> tuple[str, str] | None:
    """The best match's item and why it could not be decided; None where it is let pass."""
    if verdict.outcome == "allow":
        return None
    return verdict.evidence[0].item if verdict.evidence else "", verdict.undecided or ""


def in_scan(scan: Scan, thing: Stored) -> bool:
    """Whether this scan has written of this object already."""
    rows = Finding.objects.filter(scan=scan, digest=_digest(thing))
    return any(where(row).thing == thing for row in rows)


def of_scan(scan: Scan) -> Iterator[dict[str, Any]]:
    """The lines of its report."""
    for row in scan.findings.order_by("pk").iterator(chunk_size=500):
        yield line(row)


def line(row: Finding) -> dict[str, Any]:
    """One finding as plain data, with the object's name."""
    at = where(row)
    return {
        "finding": row.name,
        "bucket": at.thing.bucket,
        "key": at.thing.key,
        "version": at.thing.version or None,
        "bytes": at.size,
        "outcome": row.outcome or None,
        "action": row.state,
        "rule": row.rule or None,
        "tier": row.tier or None,
        "reason": row.reason or None,
        "decision": row.decision or None,
        "moved_to": f"{at.moved.bucket}/{at.moved.key}" if at.moved else None,
        "at": _moment(row.at),
    }


def _digest(thing: Stored) -> str:
    """Of all versions of an object together."""
    return sealed_locations.digest(Stored(thing.bucket, thing.key))


def _location(thing: Stored, etag: str, size: int, moved: Stored | None) -> dict[str, Any]:
    return {
        "thing": sealed_locations.listed(thing),
        "etag": etag,
        "size": size,
        "moved": sealed_locations.listed(moved) if moved else None,
    }


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
