"""The clamd protocol, from bytes to events; pure (clamd(8), section COMMANDS; ClamAV's clamd/session.c).

In: bytes of a connection as they come. Out: `Command`; then for INSTREAM `Piece` after `Piece` and
`StreamEnd`, for FILDES `Handed`; or `Broken`, after which nothing more is read. Next: `session`.

A command is prefixed with `n` and ends with a newline, or with `z` and ends with a zero byte. The old form
has no prefix and ends with a newline, or with what came at once: `cut` says that it did. A stream is chunks
of four bytes of big-endian length and the data, and ends with a length of zero. A descriptor comes beside one
byte.
"""

import re
from dataclasses import dataclass
from typing import Final

MOST_COMMAND: Final = 4096 + 64
"""Bytes of a command with its argument, a path (PATH_MAX)."""
UNKNOWN: Final = "UNKNOWN COMMAND"
SCANS: Final = frozenset({"SCAN", "CONTSCAN", "MULTISCAN", "ALLMATCHSCAN"})
COMMANDS: Final = SCANS | {
    *("PING", "VERSION", "VERSIONCOMMANDS", "STATS", "FILDES", "INSTREAM", "IDSESSION", "END"),
    *("RELOAD", "SHUTDOWN", "QUIT", "DETSTATS", "DETSTATSCLEAR"),
}
_LINE: Final = re.compile(rb"([A-Z]+)(?:[ \t](.*))?", re.DOTALL)
_OLD_FILDES: Final = b"FILDES\0"
"""The zero is the byte that the descriptor comes with."""
_PREFIXED_ONLY: Final = frozenset({"VERSIONCOMMANDS", "END", "IDSESSION", "ALLMATCHSCAN"})
"""INSTREAM too, in clamd; here its old form is served, since nothing speaks against it."""
_OPTIONS: Final = frozenset({b"CONTSCAN", b"MULTISCAN", b"FILDES", b"INSTREAM"})


@dataclass(frozen=True, slots=True)
class Command:
    """`name` in capitals, `argument` as sent; replies to it end with `end`. `prefixed`: not the old form.

    `known`: clamd has such a command, in this form, with or without an argument as it is.
    """

    name: str
    argument: bytes
    end: bytes
    prefixed: bool
    known: bool


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes of a stream, as many as have come."""

    data: bytes


@dataclass(frozen=True, slots=True)
class StreamEnd:
    """A stream is whole."""


@dataclass(frozen=True, slots=True)
class Handed:
    """The byte beside which a descriptor comes."""


@dataclass(frozen=True, slots=True)
class Broken:
    """What cannot be understood; `reply` is what clamd says to it."""

    reply: str
    end: bytes = b"\n"


Event = Command | Piece | StreamEnd | Handed | Broken


class Reader:
    """Ask `next` for events; it says None until `feed` has brought enough."""

    def __init__(self, most_stream: int) -> None:
        """`most_stream`: bytes of a stream at most (StreamMaxLength)."""
        self._most = most_stream
        self._buffer = bytearray()
        self._streaming = self._broken = self._cut = self._handing = False
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

    @property
    def may_be_whole(self) -> bool:
        """Whether what waits is a command of the old form, which needs no newline."""
        plain = not (self._broken or self._streaming or self._handing)
        return plain and bool(self._buffer) and self._buffer[0] not in b"nz"

    def feed(self, data: bytes) -> None:
        """More bytes of the connection."""
        if not self._broken:
            self._buffer += data

    def cut(self) -> None:
        """Nothing more came: a command of the old form is whole."""
        self._cut = self.may_be_whole

    def next(self) -> Event | None:
        """The next event, or None while more bytes are needed."""
        if self._broken:
            return None
        if self._handing:
            return self._handed()
        return self._stream() if self._streaming else self._command()

    # --- commands -----------------------------------------------------------------------------------------

    def _command(self) -> Event | None:
        if not self._buffer:
            return None
        prefix = bytes(self._buffer[:1])
        prefixed = prefix in (b"n", b"z")
        self._end = b"\0" if prefix == b"z" else b"\n"
        if self._buffer.startswith(_OLD_FILDES):
            return self._read(len(_OLD_FILDES) - 1, len(_OLD_FILDES) - 1, prefixed=False)
        at = self._buffer.find(self._end, 0, MOST_COMMAND + 1)
        if at >= 0:
            return self._read(at, at + 1, prefixed=prefixed)
        if len(self._buffer) > MOST_COMMAND:
            return self._break(UNKNOWN)
        return self._read(len(self._buffer), len(self._buffer), prefixed=False) if self._cut else None

    def _read(self, at: int, after: int, *, prefixed: bool) -> Event:
        line = bytes(self._buffer[:at])
        del self._buffer[:after]
        self._cut = False
        if self._end == b"\n":
            line = line.rstrip(b"\r\n")
        found = _LINE.fullmatch(line, 1 if prefixed else 0)
        if found is None:
            return self._break(UNKNOWN)
        name, argument, known = _meant(found[1].decode("ascii"), found[2])
        if name == "INSTREAM":
            self._streaming, self._left, self._total = True, 0, 0
        self._handing = known and name == "FILDES"
        return Command(
            name, argument, self._end, prefixed, known and (prefixed or name not in _PREFIXED_ONLY)
        )

    def _handed(self) -> Handed | None:
        if not self._buffer:
            return None
        del self._buffer[:1]
        self._handing = False
        return Handed()

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


def _meant(name: str, argument: bytes | None) -> tuple[str, bytes, bool]:
    """The command, its argument, and whether clamd knows it so.

    `OPTSCAN ALLMATCH FILDES ` and the like mean the command at their end: all matches are always told.
    """
    if name != "OPTSCAN":
        needs = name in SCANS
        return name, argument or b"", name in COMMANDS and (argument is not None) is needs
    option, space, rest = (argument or b"").partition(b" ")
    while option == b"ALLMATCH" and space:
        option, space, rest = rest.partition(b" ")
    known = option in _OPTIONS and bool(space) and bool(rest) is option.endswith(b"SCAN")
    return option.decode("ascii") if known else name, rest, known
