"""What the review desk needs done without anyone asking.

In: rows and files whose time has come. Out: claims that ended are freed, decisions become reviews, uploads
held too long are erased, opinions reach the banks, what is too old is forgotten. Next: `repit gate` starts
it. Every step claims its row, so several processes may run this at once.
"""

import logging
import threading
from typing import Final

from django.db import Error as DatabaseError
from django.db import connection

from repit.foundation.clock import elapsed
from repit.foundation.errors import RepitError
from repit.gate.mirror import Mirror
from repit.gate.review import forgetting, media, queue
from repit.workers import tell_banks

EVERY_SECONDS: Final = 5.0
FORGET_EVERY_SECONDS: Final = 3600.0
_log: Final = logging.getLogger(__name__)


def start(mirror: Mirror) -> threading.Event:
    """Do it again and again in a thread of this process; setting the event ends it."""
    stop = threading.Event()
    threading.Thread(target=_run, args=(mirror, stop), name="desk-upkeep", daemon=True).start()
    return stop


def once(mirror: Mirror) -> None:
    """Everything that is due now, but for forgetting."""
    queue.free_overdue()
    while queue.take_in():
        pass
    media.forget_old()
    tell_banks.tell_hotline()
    tell_banks.tell_exchanges(mirror)


def _run(mirror: Mirror, stop: threading.Event) -> None:
    forget_at = elapsed()
    while not stop.wait(EVERY_SECONDS):
        try:
            once(mirror)
            if elapsed() >= forget_at:
                forgetting.sweep()
                forget_at = elapsed() + FORGET_EVERY_SECONDS
        except (DatabaseError, RepitError, OSError) as error:
            _log.warning("the desk's upkeep waits: %s", type(error).__name__)
        finally:
            connection.close()
