"""One pull from one partner, from its checkpoint to as far as the partner goes.

In: a claimed partner and where to write. Out: what came of it, noted on the partner's row. Next:
`exchanges.pull_loop`, `repit exchange pull`. Whatever goes wrong is named and tried again later.
"""

import logging
import threading
from dataclasses import dataclass
from typing import Final, Protocol

from repit.exchanges import partners
from repit.exchanges.models import Partner
from repit.exchanges.records import Batch
from repit.foundation.clock import elapsed
from repit.foundation.errors import PeerBusy, PeerFailed, RepitError
from repit.foundation.jobs.backoff import Backoff
from repit.foundation.jobs.loop import Loop
from repit.foundation.mapping import named

RENEW_SECONDS: Final = 5.0
_RENEW_AGAIN: Final = Backoff(1.0, RENEW_SECONDS)
READING_SECONDS: Final = 3_600.0
"""A reading ends then, and goes on from its checkpoint when others have had their turn."""
WHOLE_SECONDS: Final = 12 * 3_600.0
"""For one that sees everything there is, and so begins anew when it is cut off."""
MOST_RECORDS: Final = 5_000_000
"""In one reading."""
_log: Final = logging.getLogger(__name__)


class Target(Protocol):
    """Where records go: a bank or a gate."""

    def checkpoint(self) -> str:
        """How far it has come."""

    def take(self, batch: Batch) -> int:
        """Write a batch and its checkpoint down, all or nothing; how many records changed anything."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """`changed` records, `rejected` ones that could not be read; `error` if the pull ended before its end."""

    changed: int
    rejected: int
    error: RepitError | None = None


def pull(partner: Partner, target: Target) -> Outcome:
    """Pull, and note on the partner's row how it went."""
    changed = rejected = 0
    ended = True
    try:
        puller = partners.client(partner)
        try:
            with _renewed(partner):
                bounds = _Bounds()
                for batch in puller.batches(target.checkpoint()):
                    changed += target.take(batch)
                    rejected += len(batch.rejected)
                    if not batch.last and bounds.reached(batch):
                        ended = False
                        break
        finally:
            puller.close()
    except Exception as error:  # noqa: BLE001 - a partner must not end the loop for the others
        ours = named(error)
        _log.warning("pull from an exchange failed: %s %s", ours.code, ours.detail)
        partners.went_wrong(partner, ours.code, ours.seconds if isinstance(ours, PeerBusy) else 0.0)
        return Outcome(changed, rejected, ours)
    if ended:
        partners.went_well(partner)
    else:
        partners.goes_on(partner)
    return Outcome(changed, rejected)


class _Bounds:
    """How long one reading may go on: a partner without an end must not hold it from the others."""

    def __init__(self) -> None:
        self._begun, self._records = elapsed(), 0

    def reached(self, batch: Batch) -> bool:
        """Whether this is enough. Raises `PeerFailed` where what was read so far is of no use by itself."""
        self._records += len(batch.records) + len(batch.rejected) + batch.skipped
        took = elapsed() - self._begun
        if took <= (WHOLE_SECONDS if batch.whole else READING_SECONDS) and self._records <= MOST_RECORDS:
            return False
        if batch.whole:
            raise PeerFailed(detail="a reading without an end")
        return True


def _renewed(partner: Partner) -> Loop:
    """Keep the claim while a partner is slow to answer; it falls soon after this process ends."""

    def renew(stop: threading.Event) -> float:
        if not partners.renew(partner):
            stop.set()  # someone else pulls from it by now; what is written here is refused
        return RENEW_SECONDS

    return Loop("repit-exchange-claim", renew, first=RENEW_SECONDS, backoff=_RENEW_AGAIN)
