"""Tells the hotline how often its items matched here, so that it finds a famous picture among them.

In: the gate's tallies. Out: reports over the feed's connection. Next: `repit.hotline.bank.floods` at the
hotline, which suspends an item that matches like a famous picture; the gate hears of that through the feed.

A report goes out a moment after a match, not later than `GATHER_SECONDS`; nothing runs while nothing matches.
What cannot be sent is kept and tried again, ever more slowly up to a minute.
"""

import logging
import threading
from typing import Final

from django.db import connection

from repit.exchanges.repit.client import FeedClient
from repit.exchanges.repit.matches_wire import MatchCounts
from repit.foundation.mapping import named
from repit.platform.gate import tallies
from repit.platform.gate.runtime import Gate

GATHER_SECONDS: Final = 0.3
_FIRST_PAUSE: Final = 1.0
_LONGEST_PAUSE: Final = 60.0
_IDLE_SECONDS: Final = 60.0
_log = logging.getLogger(__name__)


class MatchReporter:
    """One thread that reports one gate's matches to one hotline."""

    def __init__(self, gate: Gate, base_url: str, key: str) -> None:
        self._gate = gate
        self._address = base_url
        self._key = key
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="match-reporter", daemon=True)

    def start(self) -> "MatchReporter":
        """Begin to report."""
        self._thread.start()
        return self

    def close(self) -> None:
        """Ask the thread to stop; what is not sent is sent after the next start."""
        self._stop.set()
        self._gate.recorder.matched.set()

    def _run(self) -> None:
        pause = _FIRST_PAUSE
        while not self._stop.is_set():
            try:
                with FeedClient(self._address, self._key) as client:
                    while not self._stop.is_set():
                        self._report(client)
                        pause = _FIRST_PAUSE
                        self._gate.recorder.matched.wait(_IDLE_SECONDS)
                        self._gate.recorder.matched.clear()
                        self._stop.wait(GATHER_SECONDS)
            except Exception as error:  # noqa: BLE001 - a reporter that ends would let floods pass unseen
                ours = named(error)
                _log.warning("matches cannot be reported: %s %s", ours.code, ours.detail)
                self._stop.wait(pause)
                pause = min(_LONGEST_PAUSE, pause * 2)
            finally:
                connection.close()

    def _report(self, client: FeedClient) -> None:
        tallies.forget_old()
        while (window := tallies.next_window()) is not None:
            client.report_matches(MatchCounts(window.begins, window.ends, window.counts))
            tallies.sent(window)
