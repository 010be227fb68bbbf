"""A hotline and a gate in one process: what would go over the network goes through the views instead.

`InProcess` stands in for the transport below `foundation.outbound`: addresses, keys, codings, limits and both
ends of each wire are the real ones.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
from django.test import Client
from gate_assembly import AtOnce, assembled

from repit.exchanges.repit.client import FeedClient
from repit.exchanges.repit.wire import Page
from repit.platform.gate.index_store import IndexStore
from repit.platform.loops.follow_feed import Follower

HOTLINE = "http://testserver"


class _Body(httpx2.SyncByteStream):
    def __init__(self, body: bytes) -> None:
        self._body = body

    def __iter__(self) -> Iterator[bytes]:
        yield self._body


class InProcess(httpx2.BaseTransport):
    """Answers requests by the views of this process."""

    def __init__(self, *_: Any) -> None:
        self._client = Client()

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        answer = self._client.generic(
            request.method,
            request.url.raw_path.decode(),
            request.read(),
            request.headers.get("content-type", "application/octet-stream"),
            headers={
                name: request.headers[name]
                for name in ("authorization", "accept-encoding")
                if name in request.headers
            },
        )
        return httpx2.Response(
            answer.status_code, headers=dict(answer.items()), stream=_Body(answer.getvalue())
        )


class _NoDecoders:
    """Nothing is decoded where only hashes are judged."""

    def start(self) -> None: ...
    def close(self) -> None: ...


class OneRound(FeedClient):
    """Ends its follower's round once the feed has nothing new."""

    done: threading.Event

    def changes(self, after: int, wait_seconds: float = 0.0) -> Page:
        page = super().changes(after, 0.0)
        if page.begins is None and page.head <= after:
            self.done.set()
        return page


class Platform:
    """A gate with its index store on disk, which follows a hotline when told to."""

    def __init__(self, folder: Path, key: str) -> None:
        self._folder, self._key = folder, key
        self._begin()

    def _begin(self) -> None:
        gate = assembled(_NoDecoders(), desk=True)  # type: ignore[arg-type]
        gate = replace(gate, store=IndexStore(self._folder, sealed=True))
        assert isinstance(gate.recorder, AtOnce)
        gate.recorder.start = lambda: gate.recorder  # type: ignore[method-assign]
        self.gate = gate.start()
        self.follower = Follower(gate, HOTLINE, self._key)

    def follow(self) -> None:
        """Until there is nothing new."""
        with OneRound(HOTLINE, self._key, feed_id=self.follower._feed) as client:
            client.done = threading.Event()
            while not client.done.is_set():
                self.follower._page(client)

    def restart(self) -> None:
        """The process ends and begins anew with its index store."""
        self.close()
        self._begin()

    def close(self) -> None:
        self.gate.store.close()
        self.gate.index.close()
