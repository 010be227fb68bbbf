"""One pull from one partner, from its checkpoint to as far as the partner goes.

In: a claimed partner and where to write. Out: what came of it, noted on the partner's row. Next:
`workers.pull_exchanges`, `repit exchange pull`. Whatever goes wrong is named and tried again later.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Protocol

from django.db import Error as DatabaseError
from django.db import connection

from repit.exchange import partners
from repit.exchange.models import Partner
from repit.exchange.records import Batch
from repit.foundation.errors import PeerBusy, RepitError
from repit.foundation.mapping import named

RENEW_SECONDS: Final = 5.0
_log: Final = logging.getLogger(__name__)


class Target(Protocol):
    """Where records go: a bank or a gate."""

    def checkpoint(self) -> str:
        """How far it has come."""

    def take(self, batch: Batch) -> int:
        """Write a batch and its checkpoint down, all or nothing; how many records changed anything."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """`changed` records, `asides` set aside; `error` if the pull ended before its end."""

    changed: int
    asides: int
    error: RepitError | None = None


def pull(partner: Partner, target: Target) -> Outcome:
    """Pull, and note on the partner's row how it went."""
    changed = asides = 0
    try:
        puller = partners.client(partner)
        try:
            with _renewed(partner):
                for batch in puller.batches(target.checkpoint()):
                    changed += target.take(batch)
                    asides += len(batch.asides)
        finally:
            puller.close()
    except Exception as error:  # noqa: BLE001 - a partner must not end the loop for the others
        ours = named(error)
        _log.warning("pull from an exchange failed: %s %s", ours.code, ours.detail)
        partners.went_wrong(partner, ours.code, ours.seconds if isinstance(ours, PeerBusy) else 0.0)
        return Outcome(changed, asides, ours)
    partners.went_well(partner)
    return Outcome(changed, asides)


@contextmanager
def _renewed(partner: Partner) -> Iterator[None]:
    """Keep the claim while a partner is slow to answer; it falls soon after this process ends."""
    done = threading.Event()

    def renew() -> None:
        while not done.wait(RENEW_SECONDS):
            try:
                partners.renew(partner)
            except DatabaseError as error:
                _log.warning("a claim could not be renewed: %s", type(error).__name__)
            finally:
                connection.close()

    thread = threading.Thread(target=renew, name="repit-exchange-claim", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
