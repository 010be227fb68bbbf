"""What was withdrawn is destroyed: at once what nobody needs, the rest as soon as it was told or its day
comes.

In: withdrawn items, keys by which items are found. Out: keys wiped, rows deleted. Next: `hotline.process`
starts it beside the hotline. Several processes may run this at once.
"""

import threading
from typing import Final

from repit.foundation.clock import elapsed
from repit.foundation.jobs.loop import Loop
from repit.hotline.bank import erasing, turning
from repit.hotline.feeds import erasure

LOOK_EVERY: Final = 1.0
_GO_ON_EVERY: Final = 10.0
_GO_ON_ANYWAY: Final = 3_600.0
_TURN_EVERY: Final = 3_600.0


def start() -> tuple[Loop, Loop]:
    """Look again and again in threads of this process."""
    return Loop("repit-erasing", _Erasing().work).start(), Loop("repit-turning", _turn).start()


class _Erasing:
    """Remembers when it last did what is not done each time."""

    def __init__(self) -> None:
        self._looked = False
        self._look_again = self._go_on_by = 0.0
        self._how_far: object = None

    def work(self, stop: threading.Event) -> float:
        """See `loop.Work`."""
        if not self._looked:
            # A database that was put back from a backup may show what was destroyed since.
            erasing.lost()
            self._looked = True
        while erasure.begin() and not stop.is_set():
            pass
        if elapsed() > self._look_again:
            self._look_again = elapsed() + _GO_ON_EVERY
            how_far = erasure.how_far()
            if how_far != self._how_far or elapsed() > self._go_on_by:
                # Those who are away too long are no longer waited for, whether anybody comes or not.
                erasure.go_on()
                self._how_far, self._go_on_by = how_far, elapsed() + _GO_ON_ANYWAY
        return LOOK_EVERY


def _turn(_stop: threading.Event) -> float:
    """A few items, then a rest, so that people who submit meanwhile wait little."""
    turning.begin_if_due()
    return 0.5 if turning.carry_over() else _TURN_EVERY
