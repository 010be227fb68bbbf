"""Something that is done again and again beside a server.

In: what, how often. Out: a thread of this process. Next: the workers. Whatever fails is tried again, ever
more slowly; a connection is not held meanwhile.
"""

import logging
import threading
from collections.abc import Callable
from typing import Final

from django.db import connection

_LONGEST: Final = 30.0
_log: Final = logging.getLogger(__name__)

Work = Callable[[threading.Event], float]
"""Does what is due; in how many seconds it wants to be asked again."""


def start(name: str, work: Work) -> threading.Event:
    """Begin; setting the event ends it."""
    stop = threading.Event()
    threading.Thread(target=_run, args=(name, work, stop), name=name, daemon=True).start()
    return stop


def _run(name: str, work: Work, stop: threading.Event) -> None:
    pause = failed = 0.0
    while not stop.wait(pause):
        try:
            pause, failed = work(stop), 0.0
        except Exception as error:  # noqa: BLE001 - a thread that ends would be missed by nobody
            pause = failed = min(_LONGEST, max(1.0, 2 * failed))
            _log.warning("%s waits: %s", name, type(error).__name__)
        finally:
            connection.close()
