"""Looking at what was told of: each medium is fetched through the vetted way out and inspected.

In: a row that is due, in `judge` or `desk`. Out: the row, moved on. Next: `report`.

A match opens a report; what the policy wants reviewed waits on the gate's own desk first, and is reported if
someone there refuses it. What cannot be fetched after several tries is not decided, and the policy says what
follows.
"""

import logging
from datetime import timedelta
from typing import Any, Final

from django.conf import settings

from repit.foundation.clock import now
from repit.foundation.errors import (
    AddressRefused,
    AnswerTooLarge,
    DatabaseUnavailable,
    OutboundRefused,
    TooLarge,
)
from repit.platform.gate import fetching
from repit.platform.gate.inspection.question import NotLookedAt
from repit.platform.gate.runtime import Gate
from repit.platform.gate.senders import sent_by
from repit.platform.gate.verdict import Verdict
from repit.platform.integrations.mastodon import queue
from repit.platform.integrations.mastodon.models import QueuedMedia
from repit.platform.review import queue as reviews

CHANNEL: Final = "mastodon"
SECONDS: Final = 60.0
TRIES: Final = 6
_FRESH: Final = timedelta(hours=1)
_DESK_SECONDS: Final = 20.0
_DESK_SECONDS_LATER: Final = 120.0
_FOR_GOOD: Final = (AddressRefused, AnswerTooLarge)
_log: Final = logging.getLogger(__name__)


def inspect(row: QueuedMedia, gate: Gate) -> None:
    """Inspect what is not inspected yet, then move the row on. Raises `Overloaded`, `DatabaseUnavailable`."""
    known = {decision["media"] for decision in row.decisions}
    for medium in row.media:
        if medium["name"] in known:
            continue
        try:
            found = _judged(medium["address"], row, gate)
        except OutboundRefused as refused:
            queue.later(row, refused.code)
            return
        row.decisions.append({"media": medium["name"], **found})
        queue.note(row)
    outcomes = {decision["outcome"] for decision in row.decisions}
    if settings.REPIT_MASTODON_ACT == "none":
        queue.move(row, "clear")
    elif "block" in outcomes:
        queue.move(row, "report")
    elif "review" in outcomes:
        queue.move(row, "desk")
    else:
        queue.move(row, "gone" if outcomes == {"gone"} else "clear")


def ask_the_desk(row: QueuedMedia) -> None:
    """Move on what people have decided."""
    names = [
        decision["decision"]
        for decision in row.decisions
        if decision["outcome"] == "review" and decision["decision"]
    ]
    decided = list(reviews.outcomes(names).values())
    decision = next((outcome for outcome in ("refuse", "refer") if outcome in decided), "")
    if decision:
        queue.move(row, "report", desk=decision)
    elif len(decided) == len(names):
        queue.move(row, "clear")
    else:
        fresh = now() - row.changed_at < _FRESH
        queue.later(row, "", _DESK_SECONDS if fresh else _DESK_SECONDS_LATER)


def _judged(address: str, row: QueuedMedia, gate: Gate) -> dict[str, Any]:
    try:
        with sent_by(row.account):
            verdict = fetching.inspect_there(gate, address, CHANNEL, SECONDS)
    except fetching.NotThere:
        return {"outcome": "gone", "decision": "", "seen": False}
    except TooLarge:
        verdict = gate.inspector.inspect(NotLookedAt("too-large", CHANNEL))
    except OutboundRefused as refused:
        if row.attempts < TRIES and not isinstance(refused, _FOR_GOOD):
            raise
        if isinstance(refused, AddressRefused):
            _log.error("media of the Mastodon server are not reached: list its host in REPIT_OUTBOUND_ALLOW")
        verdict = gate.inspector.inspect(NotLookedAt(refused.code, CHANNEL))
    return _found(verdict)


def _found(verdict: Verdict) -> dict[str, Any]:
    if verdict.decision and not verdict.recorded:
        raise DatabaseUnavailable(detail="a decision is not recorded")
    seen = verdict.undecided is None
    return {"outcome": verdict.outcome, "decision": verdict.decision or "", "seen": seen}
