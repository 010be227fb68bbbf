"""ICAP requests, from bytes to events; pure (RFC 3507).

In: bytes of a connection as they come. Out: `Request`, then for a body `Piece` after `Piece` and `BodyEnd`;
or `Broken`, after which nothing more is read. Next: `session`.

After the preview of a body that goes on, `BodyEnd.more` is true, and the session either answers at once
(`leave`) or asks for the rest (`go_on`).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

MOST_HEAD: Final = 32 * 1024
MOST_ENCAPSULATED: Final = 128 * 1024
_MOST_LINE: Final = 1024
_MOST_TRAILERS: Final = 8 * 1024
_START: Final = re.compile(rb"([A-Z]{1,16}) (\S{1,4096}) ICAP/(\d)\.(\d)")
_HEADER: Final = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]{1,128}):[ \t]*([^\r\n\0]*?)[ \t]*")
_PART: Final = re.compile(r"\s*([a-z]{3}-(?:hdr|body)|null-body)\s*=\s*(\d{1,7})\s*")
_SIZE: Final = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*((?:;[^\r\n]*)?)")
_HEADS: Final = {"REQMOD": ("req-hdr",), "RESPMOD": ("req-hdr", "res-hdr"), "OPTIONS": ()}
_BODY: Final = {"REQMOD": "req-body", "RESPMOD": "res-body", "OPTIONS": "opt-body"}


@dataclass(frozen=True, slots=True)
class Request:
    """The head of a request: ICAP headers by lower-case name, the HTTP heads it carries, as sent.

    `preview`: bytes that come before the client waits for an answer, None if it does not wait.
    """

    method: str
    uri: str
    headers: Mapping[str, str]
    request_head: bytes
    response_head: bytes
    has_body: bool
    preview: int | None

    @property
    def may_204(self) -> bool:
        """Whether "unchanged" may be said after the preview, or without one."""
        return "204" in [part.strip() for part in self.headers.get("allow", "").split(",")]

    @property
    def closes(self) -> bool:
        """Whether the client wants the connection to end after the answer."""
        return "close" in self.headers.get("connection", "").lower()


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes of the body, as many as have come."""

    data: bytes


@dataclass(frozen=True, slots=True)
class BodyEnd:
    """The body is whole, or, with `more`, its preview."""

    more: bool = False


@dataclass(frozen=True, slots=True)
class Broken:
    """What cannot be understood; `status` is ICAP's answer to it."""

    status: int


Event = Request | Piece | BodyEnd | Broken


class _Wrong(Exception):
    def __init__(self, status: int) -> None:
        self.status = status


class Reader:
    """Ask `next` for events; it says None until `feed` has brought enough."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._step: Callable[[], Event | None] = self._head
        self._left = 0
        self._preview: int | None = None
        self._previewed = 0
        self._ieof = self._broken = False

    @property
    def waiting(self) -> int:
        """Bytes that were fed and are in no event yet."""
        return len(self._buffer)

    def feed(self, data: bytes) -> None:
        """More bytes of the connection."""
        if not self._broken:
            self._buffer += data

    def next(self) -> Event | None:
        """The next event, or None while more bytes, or `go_on` or `leave`, are needed."""
        if self._broken:
            return None
        try:
            return self._step()
        except _Wrong as wrong:
            self._broken = True
            self._buffer.clear()
            return Broken(wrong.status)

    def go_on(self) -> None:
        """The client has been asked for the rest of a body."""
        self._preview, self._step = None, self._size

    def leave(self) -> None:
        """The request has been answered after its preview; another may follow."""
        self._preview, self._step = None, self._head

    # --- heads --------------------------------------------------------------------------------------------

    def _head(self) -> Event | None:
        while self._buffer.startswith(b"\r\n"):  # some clients send an empty line between requests
            del self._buffer[:2]
        at = self._buffer.find(b"\r\n\r\n", 0, MOST_HEAD)
        if at < 0:
            strange = bytes(self._buffer[:2]) not in (b"", b"\r") and not self._buffer[:1].isalpha()
            if strange or len(self._buffer) >= MOST_HEAD:
                raise _Wrong(400)
            return None
        method, uri, headers = _lines(bytes(self._buffer[:at]))
        if method not in _HEADS:
            raise _Wrong(501 if method.isalpha() else 400)
        body_at, body, offsets = _encapsulated(method, headers)
        end = at + 4 + body_at
        if len(self._buffer) < end:
            return None
        carried = bytes(self._buffer[at + 4 : end])
        del self._buffer[:end]
        heads = _cut(carried, offsets)
        preview = _preview(headers) if body else None
        self._preview, self._previewed = preview, 0
        self._step = self._size if body else self._head
        return Request(
            method, uri, headers, heads.get("req-hdr", b""), heads.get("res-hdr", b""), body, preview
        )

    # --- bodies -------------------------------------------------------------------------------------------

    def _size(self) -> Event | None:
        line = self._line()
        if line is None:
            return None
        found = _SIZE.fullmatch(line)
        if found is None:
            raise _Wrong(400)
        self._left = int(found[1], 16)
        if self._left:
            self._previewed += self._left
            if self._preview is not None and self._previewed > self._preview:
                raise _Wrong(400)
            self._step = self._data
            return self._data()
        extensions = found[2].replace(b" ", b"").replace(b"\t", b"").lower().split(b";")
        self._ieof = b"ieof" in extensions
        self._step = self._trailers
        return self._trailers()

    def _data(self) -> Event | None:
        if self._left:
            if not self._buffer:
                return None
            data = bytes(self._buffer[: self._left])
            del self._buffer[: self._left]
            self._left -= len(data)
            return Piece(data)
        if len(self._buffer) < 2:
            return None
        if self._buffer[:2] != b"\r\n":
            raise _Wrong(400)
        del self._buffer[:2]
        self._step = self._size
        return self._size()

    def _trailers(self) -> Event | None:
        """Lines up to an empty one; what they say is not used."""
        taken = 0
        while True:
            line = self._line()
            if line is None:
                return None
            if not line:
                break
            taken += len(line)
            if taken > _MOST_TRAILERS or _HEADER.fullmatch(line) is None:
                raise _Wrong(400)
        if self._preview is not None and not self._ieof:
            self._step = self._paused
            return BodyEnd(more=True)
        self._preview, self._step = None, self._head
        return BodyEnd()

    def _paused(self) -> Event | None:
        return None

    def _line(self) -> bytes | None:
        at = self._buffer.find(b"\r\n", 0, _MOST_LINE + 2)
        if at < 0:
            if len(self._buffer) > _MOST_LINE + 1:
                raise _Wrong(400)
            return None
        line = bytes(self._buffer[:at])
        del self._buffer[: at + 2]
        return line


def _lines(head: bytes) -> tuple[str, str, dict[str, str]]:
    start, *lines = head.split(b"\r\n")
    found = _START.fullmatch(start)
    if found is None:
        raise _Wrong(400)
    if (found[3], found[4]) != (b"1", b"0"):
        raise _Wrong(505)
    headers: dict[str, str] = {}
    for line in lines:
        if line[:1] in (b" ", b"\t") or (header := _HEADER.fullmatch(line)) is None:
            raise _Wrong(400)  # folded lines are obsolete, and a way to hide something
        name, value = header[1].decode("ascii").lower(), header[2].decode("latin-1")
        if name in headers and name in ("encapsulated", "preview"):
            raise _Wrong(400)
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return found[1].decode("ascii"), found[2].decode("latin-1"), headers


def _encapsulated(method: str, headers: Mapping[str, str]) -> tuple[int, bool, dict[str, int]]:
    """Where the body begins, whether there is one, and where each HTTP head begins."""
    written = headers.get("encapsulated")
    if written is None:
        if method == "OPTIONS":
            return 0, False, {}
        raise _Wrong(400)
    found = [_PART.fullmatch(part) for part in written.split(",")]
    parts = [(part[1], int(part[2])) for part in found if part is not None]
    if len(parts) != len(found):
        raise _Wrong(400)
    *heads, (last, at) = parts
    offsets = [offset for _, offset in parts]
    names = [name for name, _ in heads]
    allowed = _HEADS[method]
    ordered = names == [name for name in allowed if name in names]
    rising = all(a < b for a, b in pairwise(offsets))
    if offsets[0] != 0 or not ordered or not rising or last not in (_BODY[method], "null-body"):
        raise _Wrong(400)
    if at > MOST_ENCAPSULATED:
        raise _Wrong(400)
    return at, last != "null-body", {**dict(heads), "": at}


def _cut(carried: bytes, offsets: dict[str, int]) -> dict[str, bytes]:
    names = list(offsets)
    return {name: carried[offsets[name] : offsets[after]] for name, after in pairwise(names)}


def _preview(headers: Mapping[str, str]) -> int | None:
    written = headers.get("preview")
    if written is None:
        return None
    if not written.isdecimal() or not written.isascii() or len(written) > 9:
        raise _Wrong(400)
    return int(written)
