"""Tells the hotline how often its items matched here, so that it finds a famous picture among them.

In: the gate's tallies. Out: reports over the feed's connection. Next: `repit.hotline.bank.floods` at the
hotline, which suspends an item that matches like a famous picture; the gate hears of that through the feed.

A report goes out a moment after a match, not later than `GATHER_SECONDS`; nothing runs while nothing matches.
What cannot be sent is kept and tried again, ever more slowly up to a minute.
"""

import threading
from typing import Final

from repit.exchanges.repit.client import FeedClient
from repit.exchanges.repit.matches_wire import MatchCounts
from repit.foundation.jobs.backoff import Backoff
from repit.foundation.jobs.loop import Loop
from repit.platform.gate import tallies
from repit.platform.gate.runtime import Gate

GATHER_SECONDS: Final = 0.3
_IDLE_SECONDS: Final = 60.0
_BACKOFF: Final = Backoff(1.0, 60.0)


class MatchReporter:
    """One thread that reports one gate's matches to one hotline."""

    def __init__(self, gate: Gate, base_url: str, key: str) -> None:
        self._address = base_url
        self._key = key
        self._client: FeedClient | None = None
        self._loop = Loop("match-reporter", self._turn, wake=gate.recorder.matched, backoff=_BACKOFF)

    def start(self) -> "MatchReporter":
        """Begin to report."""
        self._loop.start()
        return self

    def close(self) -> None:
        """Ask the thread to stop; what is not sent is sent after the next start."""
        if self._loop.stop():
            self._hang_up()

    def _turn(self, stop: threading.Event) -> float:
        if stop.wait(GATHER_SECONDS):
            return 0.0
        try:
            if self._client is None:
                self._client = FeedClient(self._address, self._key)
            _report(self._client)
        except Exception:
            self._hang_up()
            raise
        return _IDLE_SECONDS

    def _hang_up(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None


def _report(client: FeedClient) -> None:
    tallies.forget_old()
    while (window := tallies.next_window()) is not None:
        client.report_matches(MatchCounts(window.begins, window.ends, window.counts))
        tallies.sent(window)
