"""What the pages say is read again once somebody changed it, in whichever process.

In: the revision of the pages. Out: `awareness.published`, in memory. Next: `hotline.process` starts it beside
the hotline.
"""

import threading
from typing import Final

from repit.foundation.jobs.loop import Loop
from repit.hotline.awareness import published

EVERY_SECONDS: Final = 5.0


def start() -> Loop:
    """Read now, then look again and again in a thread of this process."""
    published.refresh()
    return Loop("repit-pages", _turn, first=EVERY_SECONDS).start()


def _turn(_stop: threading.Event) -> float:
    published.refresh()
    return EVERY_SECONDS
