"""A subscriber's side of our own feed.

In: the address of a hotline's feed and a key. Out: a snapshot, then pages of changes; acknowledgements go
back. Next: whoever keeps an index (the gate, through `platform.loops`), or another bank.

The follower keeps two things: the last sequence it has taken in, and `feed_id`. With them it resumes after
any interruption; if the feed turns out to be another one, or changes are missing, the client says so by
name and the follower starts again from a snapshot.
"""

import json
import re
import threading
from collections.abc import Collection, Iterable, Iterator
from contextlib import ExitStack
from typing import Final, Self
from urllib.parse import quote

from repit.exchanges.repit.matches_wire import MatchCounts, encode_matches
from repit.exchanges.repit.snapshot_wire import Progress, SnapshotHead, decode_snapshot
from repit.exchanges.repit.wire import (
    Acknowledgement,
    Entry,
    Page,
    RejectedEntry,
    decode_page,
    encode_acknowledgement,
)
from repit.foundation.clock import elapsed
from repit.foundation.errors import (
    AnswerTooLarge,
    FeedForeign,
    FeedGap,
    FeedMissing,
    KeyRefused,
    NotGranted,
    OutboundRefused,
    PeerFailed,
    SnapshotCut,
)
from repit.foundation.health import clocks
from repit.foundation.outbound import Answer, Outbound

SNAPSHOT_SECONDS: Final = 3600.0
"""For a whole snapshot, over as many connections as it takes."""
SNAPSHOT_BYTES: Final = 64 * 1024**3
PAGE_BYTES: Final = 16 * 1024**2
MAX_LINE: Final = 8 * 1024**2
"""One item, with the moments of the longest video there may be."""
MAX_WAIT_SECONDS: Final = 25.0
RESUMES: Final = 5
"""How often a snapshot is gone on with without coming further."""
_FIRST_PAUSE: Final = 0.5
_ANSWER_SECONDS: Final = 15.0
_KEY: Final = re.compile(r"[!-~]{1,200}")


class FeedClient:
    """Follow one feed. Not for several threads at once; give each its own."""

    def __init__(
        self,
        base_url: str,
        key: str,
        *,
        feed_id: str | None = None,
        allow: Collection[str] | None = None,
        snapshot_bytes: int = SNAPSHOT_BYTES,
    ) -> None:
        """`base_url` is the hotline's address, without path. `feed_id`: the feed followed before, if any.
        `snapshot_bytes`: the most that a snapshot may hold, unpacked.

        Raises `KeyRefused` for a key that could not be one.
        """
        if not _KEY.fullmatch(key):
            raise KeyRefused(detail="the key holds blanks or is too long")
        self.feed_id = feed_id
        self.rejected: list[RejectedEntry] = []
        """Records of the present snapshot that could not be read; a page carries its own."""
        self._http = Outbound(base_url, headers={"Authorization": f"Bearer {key}"}, allow=allow)
        self._reading = ExitStack()
        self._most = snapshot_bytes
        self._until, self._came = 0.0, 0
        """When the present snapshot must be there, and how much of it came."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection."""
        self._reading.close()
        self._http.close()

    def snapshot(self) -> tuple[int, Iterator[Entry]]:
        """(sequence, entries): everything as of `sequence` or later; changes after it complete the picture.

        Takes on the feed's `feed_id`. A connection that breaks is opened again from the last mark that was
        checked; no entry comes twice. The iterator raises `WireRefused` if the snapshot was altered, and
        `PeerFailed` or `SnapshotCut` once it cannot be gone on with: keep nothing of it then. Raises
        `KeyRefused`, `FeedMissing`, `PeerFailed`.
        """
        self.rejected = []
        self._until, self._came = elapsed() + SNAPSHOT_SECONDS, 0
        progress = Progress()
        head, entries = self._open_snapshot(progress)
        self.feed_id = head.feed_id
        return head.sequence, self._through(head, entries, progress)

    def _open_snapshot(self, progress: Progress) -> tuple[SnapshotHead, Iterator[Entry]]:
        self._reading.close()
        after = f"&after={quote(progress.mark)}" if progress.mark else ""
        status, lines = self._reading.enter_context(
            self._http.lines(
                f"/exchange/repit/v1/snapshot?marks=yes&moments=yes{after}",
                seconds=max(1.0, self._until - elapsed()),
                max_bytes=self._most,
                max_line=MAX_LINE,
            )
        )
        _accept_feed(status)
        head, entries = decode_snapshot(self._counted(lines), self.rejected, progress)
        return head, entries()

    def _counted(self, lines: Iterator[str]) -> Iterator[str]:
        """Lines, as long as all of the snapshot's connections together bring no more than it may hold."""
        for line in lines:
            self._came += len(line)
            if self._came > self._most:
                raise AnswerTooLarge(detail="the snapshot is larger than allowed")
            yield line

    def _through(self, first: SnapshotHead, entries: Iterator[Entry], progress: Progress) -> Iterator[Entry]:
        """Every entry, over as many connections as it takes."""
        tried, reached = 0, ""
        while True:
            try:
                yield from entries
                self._reading.close()
                return
            except AnswerTooLarge:
                raise
            except (OutboundRefused, SnapshotCut):
                if not progress.mark:
                    raise
                tried = 1 if progress.mark != reached else tried + 1
                reached = progress.mark
                if tried > RESUMES or elapsed() > self._until:
                    raise
            threading.Event().wait(_FIRST_PAUSE * 2 ** (tried - 1))
            entries = self._gone_on(first, progress)

    def _gone_on(self, first: SnapshotHead, progress: Progress) -> Iterator[Entry]:
        head, entries = self._open_snapshot(progress)
        if head.feed_id != first.feed_id:
            raise FeedForeign
        yield from entries

    def changes(self, after: int, wait_seconds: float = MAX_WAIT_SECONDS) -> Page:
        """The changes after a sequence, waiting up to `wait_seconds` (at most 25) for the first of them.

        An empty page means that nothing happened; a full one that more may be waiting (`head` tells).
        Raises `FeedForeign`, `FeedGap`, `FeedMissing`, `WireRefused`, `KeyRefused`, `PeerFailed`.
        """
        wait = max(0.0, min(wait_seconds, MAX_WAIT_SECONDS))
        answer = self._http.get(
            "/exchange/repit/v1/changes",
            params={"after": after, "wait": wait, "moments": "yes"},
            seconds=wait + _ANSWER_SECONDS,
            max_bytes=PAGE_BYTES,
        )
        clocks.heard("hotline", answer.headers.get("date"))
        _accept_feed(answer.status)
        page = decode_page(answer.body)
        if self.feed_id is not None and page.feed_id != self.feed_id:
            raise FeedForeign
        if page.head < after or page.begins not in (None, after + 1):
            raise FeedGap
        if page.head > after and page.begins is None:
            raise FeedGap
        self.feed_id = page.feed_id
        return page

    def acknowledge(self, sequence: int, withdrawn_items: Iterable[str] = ()) -> None:
        """Say what has been taken in, and which withdrawals have been carried out. May be repeated."""
        body = encode_acknowledgement(Acknowledgement(sequence, tuple(withdrawn_items)))
        answer: Answer = self._http.post("/exchange/repit/v1/acknowledgements", body)
        _accept(answer.status)

    def give_opinion(self, item: str, opinion: str) -> Answer:
        """Say what is thought of an item: blocked, not_blocked, pending. May be repeated."""
        body = json.dumps({"item": item, "opinion": opinion}).encode()
        return self._http.post("/exchange/repit/v1/opinions", body)

    def report_matches(self, counts: MatchCounts) -> None:
        """Say how often items matched in a window of time. May be repeated: a window counts once."""
        _accept(self._http.post("/exchange/repit/v1/matches", encode_matches(counts)).status)


def _accept_feed(status: int) -> None:
    # Nobody of that name (`foundation.web.surroundings`), no such path, or elsewhere: waiting mends none.
    if status in (400, 404, 405, 410) or 300 <= status < 400:
        raise FeedMissing(detail=f"status {status}")
    _accept(status)


def _accept(status: int) -> None:
    if status == 401:
        raise KeyRefused
    if status == 403:
        raise NotGranted
    if status not in (200, 204):
        raise PeerFailed(detail=f"status {status}")
