"""A subscriber's side of our own feed.

In: the address of a hotline's feed and a key. Out: a snapshot, then pages of changes; acknowledgements go
back. Next: whoever keeps an index (the gate, through `workers`), or another bank.

The follower keeps two things: the last sequence it has taken in, and `feed_id`. With them it resumes after
any interruption; if the feed turns out to be another one, or changes are missing, the client says so by
name and the follower starts again from a snapshot.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from contextlib import ExitStack
from typing import Final, Self

from repit.exchange.repit.wire import (
    Acknowledgement,
    Entry,
    Page,
    SetAside,
    decode_page,
    decode_snapshot,
    encode_acknowledgement,
)
from repit.foundation.errors import FeedForeign, FeedGap, KeyRefused, NotGranted, PeerFailed
from repit.foundation.outbound import Answer, Outbound

SNAPSHOT_SECONDS: Final = 3600.0
SNAPSHOT_BYTES: Final = 64 * 1024**3
PAGE_BYTES: Final = 256 * 1024**2
MAX_WAIT_SECONDS: Final = 25.0
_ANSWER_SECONDS: Final = 15.0
_KEY: Final = re.compile(r"[!-~]{1,200}")


class FeedClient:
    """Follow one feed. Not for several threads at once; give each its own."""

    def __init__(
        self, base_url: str, key: str, *, feed_id: str | None = None, allow: Collection[str] | None = None
    ) -> None:
        """`base_url` is the hotline's address, without path. `feed_id`: the feed followed before, if any.

        Raises `KeyRefused` for a key that could not be one.
        """
        if not _KEY.fullmatch(key):
            raise KeyRefused(detail="the key holds blanks or is too long")
        self.feed_id = feed_id
        self.set_aside: list[SetAside] = []
        """Records of the present snapshot that could not be read; a page carries its own."""
        self._http = Outbound(base_url, headers={"Authorization": f"Bearer {key}"}, allow=allow)
        self._reading = ExitStack()

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

        Takes on the feed's `feed_id`. The iterator raises `WireRefused` if the snapshot was cut or altered,
        `PeerFailed` if the connection was: keep nothing of it then. Raises `KeyRefused`, `PeerFailed`.
        """
        self._reading.close()
        status, lines = self._reading.enter_context(
            self._http.lines(
                "/exchange/repit/v1/snapshot", seconds=SNAPSHOT_SECONDS, max_bytes=SNAPSHOT_BYTES
            )
        )
        _accept(status)
        self.set_aside = []
        head, entries = decode_snapshot(lines, self.set_aside)
        self.feed_id = head.feed_id
        return head.sequence, self._until_read(entries())

    def _until_read(self, entries: Iterator[Entry]) -> Iterator[Entry]:
        yield from entries
        self._reading.close()

    def changes(self, after: int, wait_seconds: float = MAX_WAIT_SECONDS) -> Page:
        """The changes after a sequence, waiting up to `wait_seconds` (at most 25) for the first of them.

        An empty page means that nothing happened; a full one that more may be waiting (`head` tells).
        Raises `FeedForeign`, `FeedGap`, `WireRefused`, `KeyRefused`, `PeerFailed`.
        """
        wait = max(0.0, min(wait_seconds, MAX_WAIT_SECONDS))
        answer = self._http.get(
            "/exchange/repit/v1/changes",
            params={"after": after, "wait": wait},
            seconds=wait + _ANSWER_SECONDS,
            max_bytes=PAGE_BYTES,
        )
        _accept(answer.status)
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


def _accept(status: int) -> None:
    if status == 401:
        raise KeyRefused
    if status == 403:
        raise NotGranted
    if status not in (200, 204):
        raise PeerFailed(detail=f"status {status}")
