"""Items whose time has come are withdrawn, and reports of matches whose time is over forgotten.

In: the bank's due rows. Out: withdrawals in the feed. Next: `hotline.process` starts it beside the hotline.
Each row is claimed within the bank's own turn, so that several processes may run this at once.
"""

import threading
from typing import Final

from repit.foundation.jobs.loop import Loop
from repit.hotline.bank import items, retention

EVERY_SECONDS: Final = 30.0
DELETE_EVERY_SECONDS: Final = 3600.0


def start() -> tuple[Loop, Loop]:
    """Look again and again in threads of this process."""
    return Loop("repit-expiry", _expire).start(), Loop(
        "repit-match-report-retention", _delete_reports
    ).start()


def _expire(stop: threading.Event) -> float:
    while items.expire_due() and not stop.is_set():
        pass
    return EVERY_SECONDS


def _delete_reports(_stop: threading.Event) -> float:
    retention.sweep()
    return DELETE_EVERY_SECONDS
