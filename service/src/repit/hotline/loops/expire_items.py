"""Items whose time has come are withdrawn, and reports of matches whose time is over forgotten.

In: the bank's due rows. Out: withdrawals in the feed. Next: `repit.cli` starts it beside the hotline. Each
row is claimed within the bank's own turn, so that several processes may run this at once.
"""

import logging
import threading
from typing import Final

from django.db import Error as DatabaseError
from django.db import connection

from repit.hotline.bank import items, retention

EVERY_SECONDS: Final = 30.0
_FORGET_EVERY: Final = 120
_log: Final = logging.getLogger(__name__)


def start() -> threading.Event:
    """Look again and again in a thread of this process; setting the event ends it."""
    stop = threading.Event()
    threading.Thread(target=_run, args=(stop,), name="repit-expiry", daemon=True).start()
    return stop


def _run(stop: threading.Event) -> None:
    rounds = 0
    while not stop.is_set():
        try:
            while items.expire_due() and not stop.is_set():
                pass
            if rounds % _FORGET_EVERY == 0:
                retention.sweep()
            rounds += 1
        except DatabaseError as error:
            _log.warning("expiry waits for the database: %s", type(error).__name__)
        finally:
            connection.close()
        stop.wait(EVERY_SECONDS)
