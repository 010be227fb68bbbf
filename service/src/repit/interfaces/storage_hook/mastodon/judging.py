"""Looking at what was told of: each medium is fetched through the vetted way out and inspected.

In: a row that is due, in `judge` or `desk`. Out: the row, moved on. Next: `acting`.

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
from repit.gate import fetching
from repit.gate.review import queue
from repit.gate.runtime import Gate
from repit.gate.senders import sent_by
from repit.gate.verdict import Verdict
from repit.interfaces.storage_hook.mastodon import book
from repit.interfaces.storage_hook.mastodon.models import Told

DOOR: Final = "mastodon"
SECONDS: Final = 60.0
TRIES: Final = 6
_FRESH: Final = timedelta(hours=1)
_DESK_SECONDS: Final = 20.0
_DESK_SECONDS_LATER: Final = 120.0
_FOR_GOOD: Final = (AddressRefused, AnswerTooLarge)
_log: Final = logging.getLogger(__name__)


def look(row: Told, gate: Gate) -> None:
    """Inspect what is not inspected yet, then move the row on. Raises `Overloaded`, `DatabaseUnavailable`."""
    known = {one["media"] for one in row.decisions}
    for medium in row.media:
        if medium["name"] in known:
            continue
        try:
            found = _judged(medium["address"], row, gate)
        except OutboundRefused as refused:
            book.later(row, refused.code)
            return
        row.decisions.append({"media": medium["name"], **found})
        book.note(row)
    outcomes = {one["outcome"] for one in row.decisions}
    if settings.REPIT_MASTODON_ACT == "none":
        book.move(row, "clear")
    elif "block" in outcomes:
        book.move(row, "report")
    elif "review" in outcomes:
        book.move(row, "desk")
    else:
        book.move(row, "gone" if outcomes == {"gone"} else "clear")


def ask_the_desk(row: Told) -> None:
    """Move on what people have decided."""
    names = [one["decision"] for one in row.decisions if one["outcome"] == "review" and one["decision"]]
    decided = list(queue.outcomes(names).values())
    said = next((outcome for outcome in ("refuse", "refer") if outcome in decided), "")
    if said:
        book.move(row, "report", desk=said)
    elif len(decided) == len(names):
        book.move(row, "clear")
    else:
        fresh = now() - row.changed_at < _FRESH
        book.later(row, "", _DESK_SECONDS if fresh else _DESK_SECONDS_LATER)


def _judged(address: str, row: Told, gate: Gate) -> dict[str, Any]:
    try:
        with sent_by(row.account):
            verdict = fetching.inspect_there(gate, address, DOOR, SECONDS)
    except fetching.NotThere:
        return {"outcome": "gone", "decision": "", "seen": False}
    except TooLarge:
        verdict = gate.inspector.cannot_look("too-large", DOOR)
    except OutboundRefused as refused:
        if row.attempts < TRIES and not isinstance(refused, _FOR_GOOD):
            raise
        if isinstance(refused, AddressRefused):
            _log.error("media of the Mastodon server are not reached: list its host in REPIT_OUTBOUND_ALLOW")
        verdict = gate.inspector.cannot_look(refused.code, DOOR)
    return _found(verdict)


def _found(verdict: Verdict) -> dict[str, Any]:
    if verdict.decision and not verdict.recorded:
        raise DatabaseUnavailable(detail="a decision is not recorded")
    seen = verdict.undecided is None
    return {"outcome": verdict.outcome, "decision": verdict.decision or "", "seen": seen}
