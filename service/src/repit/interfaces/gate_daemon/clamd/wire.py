"""The clamd protocol, from bytes to events; pure (clamd(8), section COMMANDS).

In: bytes of a connection as they come. Out: `Command`, then for INSTREAM `Piece` after `Piece` and
`StreamEnd`; or `Broken`, after which nothing more is read. Next: `session`.

A command is prefixed with `n` and ends with a newline, or with `z` and ends with a zero byte; the old form
has no prefix and ends with a newline. A stream is chunks of four bytes of big-endian length and the data, and
ends with a length of zero.
"""

from dataclasses import dataclass
from typing import Final

MOST_COMMAND: Final = 4096 + 64
"""Bytes of a command with its argument, a path (PATH_MAX)."""


@dataclass(frozen=True, slots=True)
class Command:
    """`name` in capitals, `argument` as sent; replies to it end with `end`. `prefixed`: not the old form."""

    name: str
    argument: bytes
    end: bytes
    prefixed: bool


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes of a stream, as many as have come."""

    data: bytes


@dataclass(frozen=True, slots=True)
class StreamEnd:
    """A stream is whole."""


@dataclass(frozen=True, slots=True)
class Broken:
    """What cannot be understood; `reply` is what clamd says to it."""

    reply: str
    end: bytes = b"\n"


Event = Command | Piece | StreamEnd | Broken


class Reader:
    """Ask `next` for events; it says None until `feed` has brought enough."""

    def __init__(self, most_stream: int) -> None:
        """`most_stream`: bytes of a stream at most (StreamMaxLength)."""
        self._most = most_stream
        self._buffer = bytearray()
        self._streaming = self._broken = False
        self._left = self._total = 0
        self._end = b"\n"

    @property
    def streaming(self) -> bool:
        """Whether a stream is under way."""
        return self._streaming

    @property
    def waiting(self) -> int:
        """Bytes that were fed and are in no event yet."""
        return len(self._buffer)

    def feed(self, data: bytes) -> None:
        """More bytes of the connection."""
        if not self._broken:
            self._buffer += data

    def next(self) -> Event | None:
        """The next event, or None while more bytes are needed."""
        if self._broken:
            return None
        return self._stream() if self._streaming else self._command()

    # --- commands -----------------------------------------------------------------------------------------

    def _command(self) -> Event | None:
        if not self._buffer:
            return None
        prefix = bytes(self._buffer[:1])
        self._end = b"\0" if prefix == b"z" else b"\n"
        at = self._buffer.find(self._end, 0, MOST_COMMAND + 1)
        if at < 0:
            if len(self._buffer) > MOST_COMMAND:
                return self._break("UNKNOWN COMMAND")
            return None
        line = bytes(self._buffer[:at])
        del self._buffer[: at + 1]
        prefixed = prefix in (b"n", b"z")
        name, _, argument = (line[1:] if prefixed else line.rstrip(b"\r")).partition(b" ")
        if not name.isalpha() or not name.isupper():
            return self._break("UNKNOWN COMMAND")
        if name == b"INSTREAM":
            self._streaming, self._left, self._total = True, 0, 0
        return Command(name.decode("ascii"), argument, self._end, prefixed)

    # --- streams ------------------------------------------------------------------------------------------

    def _stream(self) -> Event | None:
        if self._left:
            return self._piece()
        if len(self._buffer) < 4:
            return None
        self._left = int.from_bytes(self._buffer[:4], "big")
        del self._buffer[:4]
        if not self._left:
            self._streaming = False
            return StreamEnd()
        self._total += self._left
        if self._total > self._most:
            return self._break("INSTREAM size limit exceeded. ERROR")
        return self._piece()

    def _piece(self) -> Piece | None:
        if not self._buffer:
            return None
        data = bytes(self._buffer[: self._left])
        del self._buffer[: self._left]
        self._left -= len(data)
        return Piece(data)

    def _break(self, reply: str) -> Broken:
        self._broken, self._streaming = True, False
        self._buffer.clear()
        return Broken(reply, self._end)
