"""Does what is due: looks, asks the desk, reports.

In: rows of `queue`. Out: rows moved on, reports opened. Next: `start` starts it beside the gate's channels.
Each row is claimed by one UPDATE, so that several processes may run this at once; a slow file keeps one
thread, and one more thread keeps the claims.
"""

import logging
import threading
from typing import Final

from django.conf import settings

from repit.foundation.clock import elapsed
from repit.foundation.errors import TransitionRefused
from repit.foundation.jobs.backoff import Backoff
from repit.foundation.jobs.loop import Loop
from repit.platform.gate.errors import Overloaded
from repit.platform.gate.runtime import Gate
from repit.platform.integrations.mastodon import inspect_media, queue, report
from repit.platform.integrations.mastodon.client import Mastodon
from repit.platform.integrations.mastodon.models import QueuedMedia

AT_ONCE: Final = 2
_LOOK_SECONDS: Final = 1.0
_BUSY_SECONDS: Final = 2.0
_TIDY_SECONDS: Final = 3600.0
_KEEP_SECONDS: Final = queue.LEASE.total_seconds() / 3
_BACKOFF: Final = Backoff(1.0, 5.0)
_log: Final = logging.getLogger(__name__)

announced: Final = threading.Event()
"""Set by the webhook, so that nobody waits for the next look."""


class Follower:
    """Threads that do what is due, until they are closed."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._server = Mastodon(settings.REPIT_MASTODON_URL, settings.REPIT_MASTODON_TOKEN)
        self._tidied = elapsed()
        self._held: dict[int, QueuedMedia] = {}
        self._loops = [
            Loop("mastodon", self._work, workers=AT_ONCE, wake=announced, backoff=_BACKOFF),
            Loop("mastodon-keeper", self._keep, first=_KEEP_SECONDS, backoff=_BACKOFF),
        ]

    def __enter__(self) -> "Follower":
        for loop in self._loops:
            loop.start()
        return self

    def __exit__(self, *_: object) -> None:
        for loop in self._loops:
            loop.stop()
        self._server.close()

    def _work(self, _stop: threading.Event) -> float:
        busy = self._gate.board.read().loaded and self.once()
        return 0.0 if busy else _LOOK_SECONDS

    def _keep(self, _stop: threading.Event) -> float:
        self.keep()
        return _KEEP_SECONDS

    def keep(self) -> None:
        """Hold on to what is being done; who has lost its row hears of that at its next step."""
        for row in list(self._held.values()):
            queue.keep(row)

    def once(self) -> bool:
        """Do one thing that is due; whether there was one."""
        self._tidy()
        row = queue.claim()
        if row is None:
            return False
        self._held[row.pk] = row
        try:
            self._do(row)
        except Overloaded as busy:
            queue.later(row, busy.code, _BUSY_SECONDS)
        except TransitionRefused:
            _log.info("a row was moved by someone else")
        except Exception as error:  # noqa: BLE001 - one bad row must not end the channel
            _log.error("a row of the Mastodon channel could not be done: %s", type(error).__name__)
            queue.later(row, type(error).__name__)
        finally:
            self._held.pop(row.pk, None)
        return True

    def _do(self, row: QueuedMedia) -> None:
        if row.state == "judge":
            inspect_media.inspect(row, self._gate)
        elif row.state == "desk":
            inspect_media.ask_the_desk(row)
        elif row.state == "report":
            report.report(row, self._server)
        else:
            report.restrict(row, self._server)

    def _tidy(self) -> None:
        if elapsed() - self._tidied > _TIDY_SECONDS:
            self._tidied = elapsed()
            queue.delete_expired()
