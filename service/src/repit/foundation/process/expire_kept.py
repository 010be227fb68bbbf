"""Deletes what was kept for a browser as soon as its hour is over.

In: due rows of `foundation.kept`. Out: rows deleted. Next: `hotline.process` starts it beside the hotline; a
gate's `review_upkeep` does the same. Several processes may run it at once.
"""

import threading
from typing import Final

from repit.foundation.jobs.loop import Loop
from repit.foundation.kept import store

EVERY_SECONDS: Final = 15.0


def start() -> Loop:
    """Look again and again in a thread of this process."""
    return Loop("repit-expire-kept", _turn).start()


def _turn(_stop: threading.Event) -> float:
    store.delete_expired()
    return EVERY_SECONDS
