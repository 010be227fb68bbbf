"""Pulls from every partner that is due, and tells partners what is thought of their items.

In: partners' due rows. Out: records into the bank (or into this process's gate), feedback out. Next:
`hotline.process` and `platform.process` start it beside what they serve. Each partner is claimed by one
UPDATE, so that several processes may run this at once; a slow one keeps nobody, since each is pulled in a
thread.
"""

import logging
import threading
from collections.abc import Callable
from typing import Final

from django.db import Error as DatabaseError
from django.db import connection

from repit.exchanges import partners
from repit.exchanges.models import Partner
from repit.exchanges.pulling import Target, pull
from repit.foundation.jobs.backoff import Backoff
from repit.foundation.jobs.loop import Loop

LOOK_SECONDS: Final = 0.5
AT_ONCE: Final = 4
_BACKOFF: Final = Backoff(1.0, 5.0)
_log: Final = logging.getLogger(__name__)

Aim = Callable[[Partner], Target]
GiveFeedback = Callable[[Partner], object]


class Puller:
    """One loop of this process."""

    def __init__(
        self, aim: Aim, give_feedback: GiveFeedback | None = None, tidy: Callable[[], None] | None = None
    ) -> None:
        self._aim, self._give_feedback, self._tidy = aim, give_feedback, tidy
        self._room = threading.Semaphore(AT_ONCE)
        self._loop = Loop("repit-exchanges", self._turn, backoff=_BACKOFF)

    def start(self) -> "Puller":
        """Begin to look for partners that are due."""
        self._loop.start()
        return self

    def close(self) -> None:
        """Claim no more; pulls under way are cut off with the process, and gone on with after it."""
        self._loop.stop()

    def _turn(self, _stop: threading.Event) -> float:
        if self._tidy is not None:
            self._tidy()
        return 0.0 if self._begin_pull() else LOOK_SECONDS

    def _begin_pull(self) -> bool:
        """Claim a partner that is due and pull from it in a thread; whether there was one."""
        if not self._room.acquire(blocking=False):
            return False
        partner = None
        try:
            partner = partners.claim()
        finally:
            if partner is None:
                self._room.release()
        if partner is None:
            return False
        threading.Thread(target=self._pull, args=(partner,), name="repit-exchange", daemon=True).start()
        return True

    def _pull(self, partner: Partner) -> None:
        try:
            pull(partner, self._aim(partner))
            if self._give_feedback is not None and partner.gives_feedback:
                self._give_feedback(partner)
        except DatabaseError as error:
            _log.warning("an exchange waits for the database: %s", type(error).__name__)
        finally:
            connection.close()
            self._room.release()
