"""Keeps the gate abreast of a hotline's feed.

In: the feed, through `FeedClient`. Out: `KnownEntry` objects into the gate; acknowledgements back. Next:
`repit.platform.gate.runtime`.

A snapshot first, unless the gate's index store says how far it was; then changes by long poll, each page
served, written down and only then acknowledged. Whatever fails is tried again, ever more slowly up to five
seconds; meanwhile the gate goes on with what it has. A gap or another feed begins anew with a snapshot; so
does a change that cannot be read, for it may be a withdrawal, and of a snapshot what is missing is forgotten.
"""

import logging
import os
import threading
from collections.abc import Collection
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import Error as DatabaseError

from repit.exchanges.repit.client import FeedClient
from repit.exchanges.repit.wire import Entry, Page, RejectedEntry
from repit.foundation.errors import FeedForeign, FeedGap, RepitError
from repit.foundation.jobs.backoff import Backoff
from repit.foundation.jobs.loop import Loop
from repit.foundation.mapping import named
from repit.platform.gate.entries import FEED, KnownEntry
from repit.platform.gate.runtime import Gate
from repit.platform.review import questions

WAIT_SECONDS: Final = 20.0
_BACKOFF: Final = Backoff(0.25, 4.0, spread=0.25)
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
        moments=entry.moments,
    )


def _room() -> int:
    """How large a snapshot may be: an eighth of the machine's memory, in which it is kept, or as told."""
    most: int = settings.REPIT_GATE_FEED_BYTES
    return most or os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 8


class Follower:
    """One thread that follows one feed into one gate, a page at each turn."""

    def __init__(self, gate: Gate, base_url: str, key: str) -> None:
        self._gate = gate
        self._address = base_url
        self._key = key
        position = gate.store.position()
        self._feed: str | None = position.feed if position else None
        self._sequence: int | None = position.sequence if position else None
        self._client: FeedClient | None = None
        self._wait = 0.0
        self._loop = Loop("feed-follower", self.turn, backoff=_BACKOFF)

    def start(self) -> "Follower":
        """Begin to follow."""
        self._gate.board.started(followed=True)
        self._loop.start()
        return self

    def close(self, seconds: float = 0.0) -> None:
        """Ask the thread to stop; a poll under way is not waited for beyond `seconds`."""
        if self._loop.stop(seconds):
            self._hang_up()

    def turn(self, _stop: threading.Event) -> float:
        """Take in one page, or a snapshot; see `loop.Work`. Raises whatever keeps it from that."""
        try:
            self._page(self._connected())
        except Exception as error:
            self._gate.board.troubled(named(error).code)
            self._hang_up()
            raise
        return 0.0

    def _connected(self) -> FeedClient:
        if self._client is None:
            self._client = FeedClient(self._address, self._key, feed_id=self._feed, snapshot_bytes=_room())
            # The first answer after a silence comes at once, so that the lag is known at once.
            self._wait = 0.0
        return self._client

    def _hang_up(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None

    def _page(self, client: FeedClient) -> None:
        if self._sequence is None:
            self._from_snapshot(client)
        try:
            page = client.changes(self._sequence or 0, self._wait)
        except (FeedForeign, FeedGap) as error:
            _log.warning("starting again from a snapshot: %s", error.code)
            self._sequence = None
            return
        self._wait = WAIT_SECONDS
        self._gate.heard(page.head)
        if page.lacks_changes:
            _log.warning("a change cannot be read: starting again from a snapshot")
            self._sequence = None
        elif page.through is not None:
            self._take(client, page, page.through)

    def _take(self, client: FeedClient, page: Page, sequence: int) -> None:
        # Of several states of one item only the last counts.
        last = {change.entry.item: known(change.entry) for change in page.changes}
        newest_at = page.changes[-1].at if page.changes else None
        self._gate.take_changes(page.feed_id, sequence, list(last.values()), newest_at)
        self._note_unread(page.rejected)
        self._feed, self._sequence = page.feed_id, sequence
        withdrawn = [entry.item for entry in last.values() if entry.state == "withdrawn"]
        client.acknowledge(sequence, withdrawn)

    def _from_snapshot(self, client: FeedClient) -> None:
        client.feed_id = None
        sequence, entries = client.snapshot()
        held = [known(entry) for entry in entries]
        newest = self._newest(client, sequence)
        self._gate.take_snapshot(client.feed_id or "", sequence, held, newest)
        self._note_unread(client.rejected)
        self._tell_the_desk_what_is_left()
        self._feed, self._sequence = client.feed_id, sequence
        client.acknowledge(sequence)

    def _note_unread(self, unread: Collection[RejectedEntry]) -> None:
        parts = sum(each.part for each in unread)
        self._gate.index.note_unread(len(unread) - parts, parts)

    def _tell_the_desk_what_is_left(self) -> None:
        """A snapshot does not say what was withdrawn before it, as the changes would have."""
        sources = (FEED, *self._gate.store.exchanges())
        held = {item for source in sources for item in self._gate.index.names(source)}
        try:
            questions.only(held)
        except DatabaseError as error:
            _log.warning("the desk does not hear what was withdrawn: %s", type(error).__name__)

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
