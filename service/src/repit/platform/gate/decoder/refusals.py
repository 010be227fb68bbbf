"""Why there are no views of an upload, as it crosses the pipe.

In: an outcome and what the file is, in the child. Out: the head of an answer; the same in the parent, which
trusts none of it. Next: `answering` sends it, `dialogue` hears it.
"""

from typing import Any, Final

from repit_engine.picture.kinds import Kind
from repit_engine.types import NotHashable

_LONGEST: Final = 300


class NotSeen(Exception):
    """The upload could not be looked at, or not to the end; `outcome` says why. `kind`: as what it would be
    shown, as the one says who sniffed it; a picture, where nobody could."""

    def __init__(self, outcome: NotHashable, kind: Kind = Kind.PICTURE) -> None:
        self.outcome, self.kind = outcome, kind
        super().__init__(outcome.reason)


def refused(outcome: NotHashable, kind: Kind = Kind.PICTURE) -> dict[str, Any]:
    """The head of an answer."""
    words = {"reason": outcome.reason, "message": outcome.message, "next_step": outcome.next_step}
    return {**words, "kind": kind.value}


def refusal(head: dict[str, Any]) -> NotSeen | None:
    """What `refused` wrote, if the head says so. Raises `KeyError`, `ValueError`."""
    if "reason" not in head:
        return None
    reason, message, step = (str(head[name])[:_LONGEST] for name in ("reason", "message", "next_step"))
    return NotSeen(NotHashable(reason, message, step), Kind(head["kind"]))


def out_of_time() -> NotHashable:
    """The time granted ended before the last stage that was asked for."""
    return NotHashable("no-time", "The time for this upload ended.", "Send it again, or send a smaller file.")
