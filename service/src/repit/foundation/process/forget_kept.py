"""Deletes what was kept for a browser as soon as its hour is over.

In: due rows of `foundation.kept`. Out: rows deleted. Next: `repit.cli` starts it beside the hotline; a gate's
`review_upkeep` does the same. Several processes may run it at once.
"""

import logging
import threading
from typing import Final

from django.db import Error as DatabaseError
from django.db import connection

from repit.foundation.kept import store

EVERY_SECONDS: Final = 15.0
_log: Final = logging.getLogger(__name__)


def start() -> threading.Event:
    """Look again and again in a thread of this process; setting the event ends it."""
    stop = threading.Event()
    threading.Thread(target=_run, args=(stop,), name="repit-forget-kept", daemon=True).start()
    return stop


def _run(stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            store.forget_old()
        except DatabaseError as error:
            _log.warning("forgetting what was kept waits: %s", type(error).__name__)
        finally:
            connection.close()
        stop.wait(EVERY_SECONDS)
