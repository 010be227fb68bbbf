"""Who fetched what is written down, and forgotten when its time has come.

In: notes that gathered in this process. Out: rows of the access log, none older than the settings say. Next:
`repit.cli` starts it beside the hotline.
"""

import logging
import threading
from typing import Final

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection

from repit.hotline.feeds import access

EVERY_SECONDS: Final = 1.0
_FORGET_EVERY: Final = 3600
_log: Final = logging.getLogger(__name__)


def start() -> threading.Event:
    """Write again and again in a thread of this process; setting the event ends it."""
    stop = threading.Event()
    threading.Thread(target=_run, args=(stop,), name="repit-access-log", daemon=True).start()
    return stop


def write() -> None:
    """Write what has gathered; a hotline that ends calls it last."""
    try:
        access.flush()
    except DatabaseError as error:
        _log.warning("the access log could not be written: %s", type(error).__name__)
    finally:
        connection.close()


def _run(stop: threading.Event) -> None:
    rounds = 0
    while not stop.is_set():
        if rounds % _FORGET_EVERY == 0:
            _forget()
        rounds += 1
        write()
        stop.wait(EVERY_SECONDS)


def _forget() -> None:
    try:
        access.forget_older_than(settings.REPIT_ACCESS_LOG_DAYS)
    except DatabaseError as error:
        _log.warning("old rows of the access log stay: %s", type(error).__name__)
    finally:
        connection.close()
