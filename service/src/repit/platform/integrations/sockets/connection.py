"""What a client at an antivirus channel says, event by event.

In: a connection, the reader of a protocol's `wire`. Out: its events in turn; at the end a polite silence.
Next: the sessions of `clamd` and `icap`, which answer.
"""

import asyncio
from typing import Any, Final, Generic, Protocol, TypeVar

READ_SECONDS: Final = 120.0
"""Silence of a client in the midst of an upload."""
UPLOAD_SECONDS: Final = 600.0
LINGER_SECONDS: Final = 2.0
READ: Final = 256 * 1024
E_co = TypeVar("E_co", covariant=True)
E = TypeVar("E")


class Hears(Protocol):
    """The client's half of a connection, as asyncio's StreamReader gives it."""

    async def read(self, size: int, /) -> bytes:
        """Bytes as they come, none at the end."""


class Says(Protocol):
    """Our half of a connection, as asyncio's StreamWriter takes it."""

    def write(self, data: bytes, /) -> None:
        """Say this."""

    async def drain(self) -> None:
        """Wait until it is on its way."""

    def can_write_eof(self) -> bool:
        """Whether `write_eof` means something."""

    def write_eof(self) -> None:
        """Say no more."""

    def get_extra_info(self, name: str, default: Any = None, /) -> Any:
        """What is known of the connection."""

    def close(self) -> None:
        """End it."""


class Wire(Protocol[E_co]):
    """Takes bytes and gives events; it reads and writes nothing itself."""

    def next(self) -> E_co | None:
        """The next event, or None if more bytes are needed."""

    def feed(self, data: bytes) -> None:
        """What the client sent."""


class Conversation(Generic[E]):
    """The client's half of one connection."""

    def __init__(self, wire: Wire[E], reader: Hears, writer: Says) -> None:
        self._wire, self._reader, self._writer = wire, reader, writer

    async def event(self, seconds: float) -> E | None:
        """The next event, or None if the client is gone. Raises `TimeoutError` where it is silent."""
        while (event := self._wire.next()) is None:
            if not await self.more(seconds):
                return None
        return event

    async def more(self, seconds: float) -> bool:
        """Hear a little more; False if the client is gone. Raises `TimeoutError` where it is silent."""
        async with asyncio.timeout(seconds):
            data = await self._reader.read(READ)
        self._wire.feed(data)
        return bool(data)

    async def linger(self) -> None:
        """Say no more, and read a little, so that a client in the midst of sending still gets the answer."""
        await self._writer.drain()
        if self._writer.can_write_eof():
            self._writer.write_eof()
        try:
            async with asyncio.timeout(LINGER_SECONDS):
                while await self._reader.read(READ):
                    pass
        except TimeoutError:
            pass
