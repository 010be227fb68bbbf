"""A real ClamAV daemon behind our channels, so that protection from malware is kept.

In: the pieces of an upload, while they arrive. Out: the name of what it found, or nothing. Next: `examiner`.

It is told in INSTREAM as it would be by the platform. A failure on the way is remembered and raised at the
end, so that the gate's own look at the upload never suffers from it.
"""

import asyncio
import re
from typing import Final

CONNECT_SECONDS: Final = 5.0
SEND_SECONDS: Final = 30.0
VERDICT_SECONDS: Final = 120.0
_PIECE: Final = 128 * 1024
_MOST_REPLY: Final = 4096
_FOUND: Final = re.compile(rb"^stream: ([\x21-\x7e]{1,200}) FOUND$")


class UpstreamFailed(Exception):
    """The real scanner cannot be reached, is too slow, or did not say OK or FOUND."""


class UpstreamScanner:
    """Where the real scanner listens: `host:port` or `unix:/path`."""

    def __init__(self, address: str) -> None:
        self._address = address

    async def begin(self) -> "Talk":
        """Open a connection and announce an upload."""
        talk = Talk()
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                talk.reader, talk.writer = await self._connected()
                talk.writer.write(b"zINSTREAM\0")
        except (OSError, TimeoutError):
            await talk.end()
        return talk

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._address.startswith("unix:"):
            path = self._address.removeprefix("unix:")
            return await asyncio.open_unix_connection(path)  # noqa: TID251 - the operator's own scanner
        host, _, port = self._address.rpartition(":")
        return await asyncio.open_connection(host.strip("[]"), int(port))  # noqa: TID251 - the same


class Talk:
    """One upload told to the real scanner."""

    def __init__(self) -> None:
        self.reader: asyncio.StreamReader | None = None
        self.writer: asyncio.StreamWriter | None = None

    async def tell(self, piece: bytes) -> None:
        """The next bytes of the upload; a failure is kept for the end."""
        if self.writer is None:
            return
        try:
            async with asyncio.timeout(SEND_SECONDS):
                for at in range(0, len(piece), _PIECE):
                    part = piece[at : at + _PIECE]
                    self.writer.write(len(part).to_bytes(4, "big") + part)
                await self.writer.drain()
        except (OSError, TimeoutError):
            await self.end()

    async def verdict(self) -> str | None:
        """The name of what was found, or None. Raises `ChainFailed`."""
        if self.writer is None or self.reader is None:
            raise UpstreamFailed
        try:
            async with asyncio.timeout(VERDICT_SECONDS):
                self.writer.write(bytes(4))
                await self.writer.drain()
                reply = await self.reader.readuntil(b"\0")
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            raise UpstreamFailed from None
        finally:
            await self.end()
        line = reply[:_MOST_REPLY].rstrip(b"\0\r\n ")
        if line == b"stream: OK":
            return None
        found = _FOUND.match(line)
        if found is None:
            raise UpstreamFailed
        return found[1].decode("ascii")

    async def end(self) -> None:
        """Close the connection."""
        writer, self.reader, self.writer = self.writer, None, None
        if writer is not None:
            writer.close()
