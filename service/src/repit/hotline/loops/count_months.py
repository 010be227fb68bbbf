"""Months that are over are counted for the page "In figures".

In: columns that stand in clear. Out: rows of `reports`. Next: `hotline.process` starts it beside the hotline.
A month is counted once, whichever process comes first.
"""

import threading
from typing import Final

from repit.foundation.jobs.loop import Loop
from repit.hotline.reports import counting

EVERY_SECONDS: Final = 3600.0


def start() -> Loop:
    """Look again and again in a thread of this process."""
    return Loop("repit-figures", _turn).start()


def _turn(_stop: threading.Event) -> float:
    counting.due()
    return EVERY_SECONDS
