"""The calendar of cases: closed ones lose their words, forgotten ones close, old sessions are deleted.

In: due rows of `cases`, and of the sign-in of staff. Out: keys destroyed, rows deleted. Next:
`hotline.process` starts it beside the hotline. Each case is claimed under its own lock, so that several
processes may run this at once.
"""

import threading
from typing import Final

from repit.foundation.jobs.loop import Loop
from repit.foundation.staff import retention
from repit.hotline.cases import closing, sessions, waiting_desk

EVERY_SECONDS: Final = 600.0


def start() -> Loop:
    """Look again and again in a thread of this process."""
    return Loop("repit-case-clock", _turn).start()


def once() -> int:
    """Everything that is due now; how many cases acted."""
    done = closing.finish_erasures()
    waiting_desk.destroy_forgotten()
    while acted := closing.act_due():
        done += acted
    sessions.delete_expired()
    retention.sweep()
    return done


def _turn(_stop: threading.Event) -> float:
    once()
    return EVERY_SECONDS
