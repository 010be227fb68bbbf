"""How the gate stands towards its feed, as the follower last knew it.

In: what the follower sees. Out: a consistent picture of it. Next: `readiness`, `inspection`. Times that are
waited or measured run on the monotonic clock, so that a step of the wall clock changes no lag; only what was
heard before a restart is told by the wall clock.

A feed that is silent for long is too old to be believed in full: what it named may have been withdrawn.
"""

import math
import threading
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from repit.foundation.clock import elapsed, now

SILENT_SECONDS: Final = 300.0
"""Of a feed that may just be started anew: after so long its silence is told."""


@dataclass(frozen=True, slots=True)
class FeedStatus:
    """`sequence` is served, `head` the newest the feed is known to have. Moments are `elapsed` seconds."""

    followed: bool = False
    loaded: bool = False
    sequence: int = 0
    head: int = 0
    newest_at: datetime | None = None
    contact: float | None = None
    behind_since: float | None = None
    trouble: str | None = None
    heard_at: datetime | None = None
    """By the wall clock, in a life of this gate before this one."""

    @property
    def lag_changes(self) -> int:
        """Changes that the feed is known to have and the gate does not serve."""
        return max(0, self.head - self.sequence)

    def silent_seconds(self, moment: float) -> float | None:
        """For how long the feed has said nothing, restarts included; None if it never said anything."""
        if self.contact is not None:
            return max(0.0, moment - self.contact)
        return None if self.heard_at is None else max(0.0, (now() - self.heard_at).total_seconds())

    def lag_seconds(self, moment: float) -> float | None:
        """For how long the gate may have been serving an older state; None if it never heard of the feed.

        While changes are known to be missing, since that is known; while the feed is silent, since it spoke.
        """
        if self.contact is None:
            return None
        if self.behind_since is not None:
            return max(0.0, moment - self.behind_since)
        return max(0.0, moment - self.contact) if self.trouble else 0.0


class StatusBoard:
    """The one status, replaced whole."""

    def __init__(self, stale_after: float = math.inf) -> None:
        """`stale_after`: seconds of silence after which the feed is too old."""
        self._turn = threading.Lock()
        self._status = FeedStatus()
        self._stale_after = stale_after

    def read(self) -> FeedStatus:
        """The present status."""
        return self._status

    def is_stale(self) -> bool:
        """Whether a feed that is followed has been silent for too long."""
        status = self._status
        silent = status.silent_seconds(elapsed()) if status.followed else None
        return silent is not None and silent > self._stale_after

    def started(self, *, followed: bool) -> None:
        """A follower will (or will not) speak here."""
        self._change(followed=followed)

    def restored(self, sequence: int, newest_at: datetime | None, heard_at: datetime | None = None) -> None:
        """The index store held everything up to a sequence; `heard_at`: when the feed was last heard, now
        where nobody wrote that down."""
        self._change(
            loaded=True,
            sequence=sequence,
            head=sequence,
            newest_at=newest_at,
            heard_at=heard_at or now(),
        )

    def exchange_is_held(self) -> None:
        """An exchange is held whole; where no hotline is followed, that is all there is to load."""
        if not self._status.followed:
            self._change(loaded=True)

    def heard(self, head: int) -> None:
        """The feed answered; this is its newest sequence."""
        moment = elapsed()
        with self._turn:
            behind = head > self._status.sequence
            since = (self._status.behind_since or moment) if behind else None
            self._status = replace(self._status, head=head, contact=moment, trouble=None, behind_since=since)

    def served(self, sequence: int, newest_at: datetime | None) -> None:
        """Everything up to a sequence is being served."""
        with self._turn:
            status = self._status
            since = status.behind_since if status.head > sequence else None
            self._status = replace(
                status,
                loaded=True,
                sequence=sequence,
                head=max(status.head, sequence),
                newest_at=newest_at or status.newest_at,
                behind_since=since,
            )

    def troubled(self, code: str) -> None:
        """The feed could not be followed just now."""
        self._change(trouble=code)

    def _change(self, **changes: object) -> None:
        with self._turn:
            self._status = replace(self._status, **changes)  # type: ignore[arg-type]
