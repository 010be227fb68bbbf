"""Does what is due: looks, asks the desk, reports.

In: rows of `queue`. Out: rows moved on, reports opened. Next: `start` starts it beside the gate's doors.
Each row is claimed by one UPDATE, so that several processes may run this at once; a slow file keeps one
thread, and one more thread keeps the claims.
"""

import logging
import threading
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection

from repit.foundation.clock import elapsed
from repit.foundation.errors import RepitError, TransitionRefused
from repit.platform.gate.errors import Overloaded
from repit.platform.gate.runtime import Gate
from repit.platform.integrations.mastodon import inspect_media, queue, report
from repit.platform.integrations.mastodon.client import Mastodon
from repit.platform.integrations.mastodon.models import Told

AT_ONCE: Final = 2
_LOOK_SECONDS: Final = 1.0
_BUSY_SECONDS: Final = 2.0
_TIDY_SECONDS: Final = 3600.0
_KEEP_SECONDS: Final = queue.LEASE.total_seconds() / 3
_log: Final = logging.getLogger(__name__)

told: Final = threading.Event()
"""Set by the webhook, so that nobody waits for the next look."""


class Follower:
    """Threads that do what is due, until they are closed."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._stop = threading.Event()
        self._server = Mastodon(settings.REPIT_MASTODON_URL, settings.REPIT_MASTODON_TOKEN)
        self._tidied = elapsed()
        self._held: dict[int, datetime] = {}

    def __enter__(self) -> "Follower":
        for number in range(AT_ONCE):
            threading.Thread(target=self._run, name=f"mastodon-{number}", daemon=True).start()
        threading.Thread(target=self._keep, name="mastodon-keeper", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        told.set()
        self._server.close()

    def _run(self) -> None:
        while not self._stop.is_set():
            busy = False
            try:
                busy = self._gate.board.read().loaded and self.once()
            except (DatabaseError, RepitError) as error:
                _log.warning("the Mastodon door waits: %s", type(error).__name__)
            finally:
                connection.close()
            if not busy:
                told.wait(_LOOK_SECONDS)
                told.clear()

    def _keep(self) -> None:
        while not self._stop.wait(_KEEP_SECONDS):
            try:
                self.keep()
            except DatabaseError as error:
                _log.warning("the Mastodon door cannot keep its claims: %s", type(error).__name__)
            finally:
                connection.close()

    def keep(self) -> None:
        """Hold on to what is being done."""
        for key, held in list(self._held.items()):
            longer = queue.keep(key, held)
            if longer is not None and key in self._held:
                self._held[key] = longer

    def once(self) -> bool:
        """Do one thing that is due; whether there was one."""
        self._tidy()
        row = queue.claim()
        if row is None:
            return False
        self._held[row.pk] = row.due_at
        try:
            self._do(row)
        except Overloaded as busy:
            queue.later(row, busy.code, _BUSY_SECONDS)
        except TransitionRefused:
            _log.info("a row was moved by someone else")
        except Exception as error:  # noqa: BLE001 - one bad row must not end the door
            _log.error("a row of the Mastodon door could not be done: %s", type(error).__name__)
            queue.later(row, type(error).__name__)
        finally:
            self._held.pop(row.pk, None)
        return True

    def _do(self, row: Told) -> None:
        if row.state == "judge":
            inspect_media.look(row, self._gate)
        elif row.state == "desk":
            inspect_media.ask_the_desk(row)
        elif row.state == "report":
            report.report(row, self._server)
        else:
            report.restrict(row, self._server)

    def _tidy(self) -> None:
        if elapsed() - self._tidied > _TIDY_SECONDS:
            self._tidied = elapsed()
            queue.forget_old()
