"""What cases ask of the bank is carried out within seconds, each at a moment of its own.

In: letters. Out: items and withdrawals in the feed. Next: `hotline.process` starts it beside the hotline.
Several processes may run this at once.
"""

import secrets
import threading
from typing import Final

from repit.foundation.clock import elapsed
from repit.foundation.jobs.loop import Loop
from repit.hotline.bank import carrying

LOOK_EVERY: Final = 0.25
_SWEEP_EVERY: Final = 300.0


def start() -> Loop:
    """Look again and again in a thread of this process."""
    carrier, swept = carrying.Carrier(), elapsed() + _some_time()

    def work(stop: threading.Event) -> float:
        nonlocal swept
        wait = carrier.once(stop.is_set)
        if elapsed() > swept:
            # Some time after, and after how long is chance: when rows go, too, is noted on the disk.
            carrying.sweep()
            swept = elapsed() + _some_time()
        return LOOK_EVERY if wait is None else min(wait, LOOK_EVERY)

    return Loop("repit-letters", work, vital=True).start()


def _some_time() -> float:
    return _SWEEP_EVERY * (1 + secrets.randbelow(1_000) / 1_000)
