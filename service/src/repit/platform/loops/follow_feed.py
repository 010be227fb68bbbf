"""Keeps the gate abreast of a hotline's feed.

In: the feed, through `FeedClient`. Out: `KnownEntry` objects into the gate; acknowledgements back. Next:
`repit.platform.gate.runtime`.

A snapshot first, unless the gate's mirror says how far it was; then changes by long poll, each page served,
written down and only then acknowledged. Whatever fails is tried again, ever more slowly up to five
seconds; meanwhile the gate goes on with what it has. A gap or another feed begins anew with a snapshot; so
does a change that cannot be read, for it may be a withdrawal, and of a snapshot what is missing is forgotten.
"""

import logging
import os
import random
import threading
from datetime import datetime
from typing import Final

from django.conf import settings

from repit.exchanges.repit.client import FeedClient
from repit.exchanges.repit.wire import Entry, Page
from repit.foundation.errors import FeedForeign, FeedGap, RepitError
from repit.foundation.mapping import named
from repit.platform.gate.entries import KnownEntry
from repit.platform.gate.runtime import Gate

WAIT_SECONDS: Final = 20.0
_FIRST_PAUSE: Final = 0.25
_LONGEST_PAUSE: Final = 5.0
_log = logging.getLogger(__name__)


def known(entry: Entry) -> KnownEntry:
    """An entry of our own feed as the gate holds it."""
    return KnownEntry(
        entry.item,
        entry.state,
        entry.media,
        entry.kind,
        entry.origin,
        entry.confirmations,
        entry.hashes,
        asked=entry.asked,
    )


def _room() -> int:
    """How large a snapshot may be: an eighth of the machine's memory, in which it is kept, or as told."""
    told: int = settings.REPIT_GATE_FEED_BYTES
    return told or os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 8


class Follower:
    """One thread that follows one feed into one gate."""

    def __init__(self, gate: Gate, base_url: str, key: str) -> None:
        self._gate = gate
        self._address = base_url
        self._key = key
        self._feed: str | None = None
        self._sequence: int | None = None
        self._pause = _FIRST_PAUSE
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="feed-follower", daemon=True)

    def start(self) -> "Follower":
        """Begin to follow."""
        self._gate.board.started(followed=True)
        self._thread.start()
        return self

    def close(self, seconds: float = 0.0) -> None:
        """Ask the thread to stop; a poll under way is not waited for beyond `seconds`."""
        self._stop.set()
        self._thread.join(seconds)

    def _run(self) -> None:
        standing = self._gate.mirror.standing()
        if standing is not None:
            self._feed, self._sequence = standing.feed, standing.sequence
        while not self._stop.is_set():
            try:
                with FeedClient(
                    self._address, self._key, feed_id=self._feed, snapshot_bytes=_room()
                ) as client:
                    self._follow(client)
            except Exception as error:  # noqa: BLE001 - a follower that ends would age silently
                ours = named(error)
                self._gate.board.troubled(ours.code)
                _log.warning("the feed cannot be followed: %s %s", ours.code, ours.detail)
                self._stop.wait(self._pause * random.uniform(0.5, 1.0))  # noqa: S311 - only spreads retries
                self._pause = min(_LONGEST_PAUSE, self._pause * 2)

    def _follow(self, client: FeedClient) -> None:
        wait = 0.0
        while not self._stop.is_set():
            if self._sequence is None:
                self._from_snapshot(client)
            try:
                page = client.changes(self._sequence or 0, wait)
            except (FeedForeign, FeedGap) as error:
                _log.warning("starting again from a snapshot: %s", error.code)
                self._sequence = None
                continue
            # The first answer after a silence comes at once, so that the lag is known at once.
            wait, self._pause = WAIT_SECONDS, _FIRST_PAUSE
            self._gate.board.heard(page.head)
            if page.set_aside:
                _log.warning("a change cannot be read: starting again from a snapshot")
                self._sequence = None
            elif page.through is not None:
                self._take(client, page, page.through)

    def _take(self, client: FeedClient, page: Page, sequence: int) -> None:
        # Of several states of one item only the last counts.
        last = {change.entry.item: known(change.entry) for change in page.changes}
        newest_at = page.changes[-1].at if page.changes else None
        self._gate.take_changes(page.feed_id, sequence, list(last.values()), newest_at)
        self._feed, self._sequence = page.feed_id, sequence
        withdrawn = [entry.item for entry in last.values() if entry.state == "withdrawn"]
        client.acknowledge(sequence, withdrawn)

    def _from_snapshot(self, client: FeedClient) -> None:
        client.feed_id = None
        sequence, entries = client.snapshot()
        held = [known(entry) for entry in entries]
        newest = self._newest(client, sequence)
        self._gate.take_snapshot(client.feed_id or "", sequence, held, newest)
        self._gate.index.note_unread(len(client.set_aside))
        self._feed, self._sequence = client.feed_id, sequence
        client.acknowledge(sequence)

    @staticmethod
    def _newest(client: FeedClient, sequence: int) -> datetime | None:
        """When the newest change of a snapshot was made; a snapshot itself does not say."""
        if not sequence:
            return None
        try:
            page = client.changes(sequence - 1, 0)
        except RepitError:
            return None
        return page.changes[0].at if page.changes else None
