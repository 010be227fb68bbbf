"""Who fetched what is written down, and forgotten when its time has come.

In: notes that gathered in this process. Out: rows of the access log, none older than the settings say. Next:
`hotline.process` starts it beside the hotline.
"""

import logging
import threading
from typing import Final

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection

from repit.foundation.jobs.backoff import Backoff
from repit.foundation.jobs.loop import Loop
from repit.hotline.feeds import access

EVERY_SECONDS: Final = 1.0
DELETE_EVERY_SECONDS: Final = 3600.0
_BACKOFF: Final = Backoff(1.0, 5.0)
_log: Final = logging.getLogger(__name__)


def start() -> tuple[Loop, Loop]:
    """Write again and again in threads of this process."""
    writes = Loop("repit-access-log", _write, backoff=_BACKOFF)
    return writes.start(), Loop("repit-access-log-retention", _delete).start()


def write() -> None:
    """Write what has gathered; a hotline that ends calls it last."""
    try:
        access.flush()
    except DatabaseError as error:
        _log.warning("the access log could not be written: %s", type(error).__name__)
    finally:
        connection.close()


def _write(_stop: threading.Event) -> float:
    access.flush()
    return EVERY_SECONDS


def _delete(_stop: threading.Event) -> float:
    access.delete_older_than(settings.REPIT_ACCESS_LOG_DAYS)
    return DELETE_EVERY_SECONDS
