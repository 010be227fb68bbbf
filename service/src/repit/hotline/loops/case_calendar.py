"""The calendar of cases: closed ones lose their words, forgotten ones close, old visits are deleted.

In: due rows of `cases`, and of the sign-in of staff. Out: keys destroyed, rows deleted. Next: `repit.cli`
starts it beside the hotline. Each case is claimed under its own lock, so that several processes may run this
at once.
"""

import logging
import threading
from typing import Final

from django.db import Error as DatabaseError
from django.db import connection

from repit.foundation.errors import RepitError
from repit.foundation.staff import retention
from repit.hotline.cases import closing, sessions

EVERY_SECONDS: Final = 600.0
_log: Final = logging.getLogger(__name__)


def start() -> threading.Event:
    """Look again and again in a thread of this process; setting the event ends it."""
    stop = threading.Event()
    threading.Thread(target=_run, args=(stop,), name="repit-case-clock", daemon=True).start()
    return stop


def once() -> int:
    """Everything that is due now; how many cases acted."""
    done = closing.finish_erasures()
    while acted := closing.act_due():
        done += acted
    sessions.forget_old()
    retention.sweep()
    return done


def _run(stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            once()
        except (DatabaseError, RepitError, OSError) as error:
            _log.warning("the calendar of cases waits: %s", type(error).__name__)
        finally:
            connection.close()
        stop.wait(EVERY_SECONDS)
