"""The bank is gone through once a day, a little at a time, and what did not open is written down.

In: living items, notes of readers. Out: marks, by which the operator is told. Next: `hotline.process` starts
it beside the hotline. Several processes may run this at once.
"""

import threading
from typing import Final

from repit.foundation.clock import elapsed
from repit.foundation.jobs.loop import Loop
from repit.hotline.bank import looking, unreadable

LOOK_EVERY: Final = 10.0
_REST_OF_WORK: Final = 20.0
"""Rest so many times as long as a turn took: about a twentieth of one core."""
_LEAST_REST: Final = 0.05


def start() -> Loop:
    """Look again and again in a thread of this process."""
    return Loop("repit-look-through", _turn).start()


def _turn(_stop: threading.Event) -> float:
    begun = elapsed()
    unreadable.flush()
    if looking.some():
        return max(_LEAST_REST, _REST_OF_WORK * (elapsed() - begun))
    return LOOK_EVERY
