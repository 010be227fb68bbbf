"""The body of a request: received by the event loop, read by a thread once it is there.

In: pieces from the connection. Out: a file that a view reads, whose bytes are let go of as it does. Next:
`gateway`.

The body must keep a pace: so long at first, and longer by a second with each kilobyte. A body too long to be
kept is handed on while it comes; then a thread waits for it, of which there are few, and a window of it is
held.
"""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import CancelledError
from typing import Any, Final

from repit.foundation.admission.errors import Busy
from repit.foundation.admission.room import Held, Room
from repit.foundation.errors import RepitError, TooLarge, TooSlow, Unavailable

GRACE_SECONDS: Final = 20.0
PACE: Final = 1000.0
"""Bytes a second, on the average, after the grace; Apache's own default is half of it (mod_reqtimeout)."""
LONGEST_SECONDS: Final = 600.0
LONGEST_STREAM_SECONDS: Final = 3600.0

Receive = Callable[[], Awaitable[Any]]


class Cut(OSError):
    """The client left before the end; views know an `OSError` here (WSGI's own way)."""


class Body:
    """What has come of one body. The loop fills it, one thread reads it."""

    def __init__(self, receive: Receive, room: Room, most: int) -> None:
        """`most`: bytes that may come at all."""
        self._receive, self._most = receive, most
        self._loop = asyncio.get_running_loop()
        self._begun = self._loop.time()
        self._held = Held(room, lambda: self._loop.call_soon_threadsafe(self._stop))
        self._task: asyncio.Task[Any] | None = None
        self.size = 0
        self.whole = self.refused = self.ended = False

    # --- the event loop's side ----------------------------------------------------------------------------

    async def arrive(self, enough: int) -> None:
        """Receive until it is whole, or more than `enough` came. Raises `TooSlow`, `Cut`, `TooLarge`,
        `Unavailable`.
        """
        await self._coming(enough, LONGEST_SECONDS)

    def refuse(self) -> None:
        """Take nothing of it; whoever reads it finds it empty."""
        self.whole = self.refused = True

    def forget(self) -> None:
        """Let go of what is held."""
        self._held.forget()

    def _stop(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _coming(self, enough: int, longest: float) -> None:
        self._task = asyncio.current_task()
        self._held.begin()
        try:
            async with asyncio.timeout_at(self._due(longest)) as limit:
                while not self.whole and self.size <= enough:
                    await self._piece()
                    limit.reschedule(self._due(longest))
        except TimeoutError:
            self.forget()
            raise TooSlow from None
        except asyncio.CancelledError:
            if self._held.gave_way and self._task is not None:
                self._task.uncancel()
                raise Busy from None
            raise
        finally:
            self._held.rest()
            self._task = None
        self._held.settle()

    def _due(self, longest: float) -> float:
        return self._begun + min(longest, GRACE_SECONDS + self.size / PACE)

    async def _piece(self) -> None:
        message = await self._receive()
        if message["type"] != "http.request":
            self.forget()
            raise Cut("the client left")
        self.ended = not message.get("more_body", False)
        piece: bytes = message.get("body", b"")
        if piece:
            self.size += len(piece)
            if self.size > self._most:
                self.forget()
                raise TooLarge
            self._take(piece)
        self.whole = self.ended

    def _take(self, piece: bytes) -> None:
        try:
            self._held.add(piece)
        except Unavailable:
            self.forget()
            raise

    async def _more(self) -> None:
        """The next piece, for a thread that waits for it."""
        came = self.size
        await self._coming(came, LONGEST_STREAM_SECONDS)

    # --- the thread's side: a file ------------------------------------------------------------------------

    def read(self, size: int = -1) -> bytes:
        """So many bytes, or what is left; all of them for -1. Raises `Cut`."""
        wanted = self._most if size is None or size < 0 else size
        parts: list[bytes] = []
        while wanted and (piece := self._next()):
            if len(piece) > wanted:
                self._held.pieces.appendleft(piece[wanted:])
                piece = piece[:wanted]
            wanted -= len(piece)
            self._held.give_back(len(piece))
            parts.append(piece)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def readline(self, size: int = -1) -> bytes:
        """A line; Django's parsers do not ask for one, WSGI wants it to be there."""
        line = bytearray()
        while not line.endswith(b"\n") and (size < 0 or len(line) < size) and (byte := self.read(1)):
            line += byte
        return bytes(line)

    def close(self) -> None:
        """Nothing to close; what is left is let go of by the loop."""

    def _next(self) -> bytes:
        while not self._held.pieces:
            if self.whole:
                return b""
            try:
                asyncio.run_coroutine_threadsafe(self._more(), self._loop).result()
            except (RepitError, asyncio.CancelledError, CancelledError):
                raise Cut("the body did not come in time") from None
        return self._held.pieces.popleft()
