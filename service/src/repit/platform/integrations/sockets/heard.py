"""A client's half of a connection, and how long the channel waited for it.

In: the half of it that sends. Out: the same, counted, to be ended from outside. Next: `listener`, sessions.
"""

import asyncio
from typing import Final

from repit.foundation.clock import elapsed
from repit.platform.integrations.sockets.connection import Hears

PACE: Final = 1000.0
"""Bytes that make up for a second of waiting."""


class Heard:
    """A client's half of a connection, and how long it was waited for."""

    def __init__(self, reader: Hears) -> None:
        self.source = reader
        self._waited, self._size, self._since = 0.0, 0, 0.0
        self._ended = False
        self._task: asyncio.Task[None] | None = None

    @property
    def waits(self) -> bool:
        """Whether it is the client's turn to say something."""
        return self._task is not None

    async def read(self, size: int, /) -> bytes:
        """Bytes as they come, none at the end."""
        self._task, self._since = asyncio.current_task(), elapsed()
        try:
            data = b"" if self._ended else await self.source.read(size)
        except asyncio.CancelledError:
            if not self._ended or self._task is None:
                raise
            self._task.uncancel()
            data = b""
        finally:
            self._task = None
            self._waited += elapsed() - self._since
        self._size += len(data)
        return data

    def kept_waiting(self) -> float:
        """Seconds, less one for each kilobyte that came."""
        now_waiting = elapsed() - self._since if self.waits else 0.0
        return self._waited + now_waiting - self._size / PACE

    def end(self) -> None:
        """Whoever reads finds that the client said no more."""
        self._ended = True
        if self._task is not None:
            self._task.cancel()
