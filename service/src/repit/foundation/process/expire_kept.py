"""Deletes what was kept for a browser, and what was counted, as soon as its time is over.

In: due rows of `foundation.kept` and `foundation.limits`. Out: rows deleted. Next: `hotline.process` starts
it beside the hotline; a gate's `review_upkeep` does the same. Several processes may run it at once.
"""

import threading
from typing import Final

from repit.foundation.jobs.loop import Loop
from repit.foundation.kept import store
from repit.foundation.limits import retention

EVERY_SECONDS: Final = 15.0


def start() -> Loop:
    """Look again and again in a thread of this process."""
    return Loop("repit-expire-kept", _turn).start()


def _turn(_stop: threading.Event) -> float:
    store.delete_expired()
    retention.sweep()
    return EVERY_SECONDS
