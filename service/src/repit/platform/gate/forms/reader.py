"""A form, part by part, while it arrives; and whether everybody would read it alike.

In: a boundary, pieces of a body. Out: `FormReader`: its parts, each in room of its own, and `odd`, the reason
why others may see something else in it. Next: `files`.

Written as browsers write it: the body begins with the first delimiter, or an empty line; each part has a
head of plain lines and ends with CRLF; the boundary with its dashes stands nowhere else; after the last
delimiter comes nothing. What departs from that is kept as it came and makes the form odd, since one parser
skips it and another reads it: a text before or after, line ends of one character, folded or over-long heads,
codings, parts within parts, lengths that are not true, a missing end, too many parts.
"""

import re
from collections.abc import Callable
from contextlib import ExitStack
from typing import Final

from repit.foundation.errors import TooLarge
from repit.platform.gate.upload_buffer import UploadBuffer

MOST_PARTS: Final = 1000
"""Django and PHP stop at as many, each in its own way."""
MOST_HEAD: Final = 1024
"""Bytes of a part's head; Django stops there."""
DAMAGED: Final = "damaged-form"
TOO_MANY: Final = "too-many-parts"
_LINE: Final = re.compile(rb"([0-9A-Za-z\-]{1,64}): ?([^\x00-\x08\x0a-\x1f\x7f]*)")
_PLAIN_CODINGS: Final = (b"", b"binary", b"7bit", b"8bit")
_FIELD: Final = re.compile(rb'Content-Disposition: form-data; name="[^"\\;=\r\n]*"')
"""Some parsers look for `filename=` anywhere in the line, so a name with such signs counts as a file's."""


class Part:
    """One part: its head, without the empty line that ends it, and its content.

    Where the head does not end as it should, `head` is empty and everything is content.
    """

    def __init__(self, content: UploadBuffer) -> None:
        self.content = content
        self.head = b""
        self.odd = ""
        self._waiting: bytearray | None = bytearray()

    @property
    def is_field(self) -> bool:
        """Whether the head is that of a plain field, which nobody takes for a file."""
        return _FIELD.fullmatch(self.head) is not None

    @property
    def is_named(self) -> bool:
        """Whether the head may give a file's name."""
        return b"filename" in self.head.lower()

    def take(self, data: bytes) -> None:
        """The next bytes. Raises `Overloaded`, `TooLarge`."""
        if self._waiting is None:
            self.content.write(data)
            return
        self._waiting += data
        end = self._waiting.find(b"\r\n\r\n", 0, MOST_HEAD + 4)
        if end >= 0:
            self.head = bytes(self._waiting[:end])
            self.odd = self.odd or _oddness(self.head)
            self._go_on(end + 4)
        elif len(self._waiting) > MOST_HEAD:
            self.odd = DAMAGED
            self._go_on(0)

    def end(self) -> None:
        """Nothing follows. Raises `Overloaded`, `TooLarge`."""
        if self._waiting is not None:
            self.odd = DAMAGED
            self._go_on(0)
        length = _values(self.head).get(b"content-length")
        if length is not None and length != b"%d" % self.content.size:
            self.odd = DAMAGED  # there are parsers that go by it

    def _go_on(self, at: int) -> None:
        rest, self._waiting = bytes((self._waiting or b"")[at:]), None
        if rest:
            self.content.write(rest)


class FormReader:
    """Feed it, then `close` it; `parts` and `odd` are complete then. `begun`: the boundary was met.

    `held` gives the parts' room back.
    """

    def __init__(self, boundary: bytes, room: Callable[[], UploadBuffer], held: ExitStack, most: int) -> None:
        """`most`: bytes of the whole form."""
        self._mark = b"--" + boundary
        self._room, self._held, self._left = room, held, most
        self._buffer = bytearray()
        self._part: Part | None = None
        self._behind = b""
        self.begun = self._ended = False
        self.parts: list[Part] = []
        self.odd = ""

    def feed(self, data: bytes) -> None:
        """The next bytes of the body. Raises `Overloaded`, `TooLarge`."""
        self._left -= len(data)
        if self._left < 0:
            raise TooLarge
        self._buffer += data
        if not self._mark:
            self._content(len(self._buffer))
            return
        keep = len(self._mark) + 4  # the line end before, two bytes after
        while self._mark and len(self._buffer) > keep:
            at = self._buffer.find(self._mark)
            if at < 0:
                self._content(len(self._buffer) - keep)
                return
            if at + len(self._mark) + 2 > len(self._buffer):
                self._content(max(0, at - 2))
                return
            self._delimiter(at)

    def close(self) -> None:
        """The body is whole. Raises `Overloaded`, `TooLarge`."""
        while self._mark and (at := self._buffer.find(self._mark)) >= 0:
            self._delimiter(at)
        if self._buffer and not self._ended:
            self._strange(DAMAGED)
        self._content(len(self._buffer))
        self._end_part()
        if not self._ended or self._behind == b"\r":
            self._strange(DAMAGED)

    def _delimiter(self, at: int) -> None:
        """At `at` stands the boundary with its dashes."""
        before, after = bytes(self._buffer[max(0, at - 2) : at]), at + len(self._mark)
        tail = bytes(self._buffer[after : after + 2])
        fits = before == b"\r\n" or (not self.begun and at == 0)
        if not fits or self._ended or tail not in (b"\r\n", b"--"):
            self._strange(DAMAGED)
        end = 2 if before == b"\r\n" else 0
        self._content(at - end)
        self._behind = b""
        del self._buffer[: end + len(self._mark) + (2 if tail in (b"\r\n", b"--") else 0)]
        self._end_part()
        self.begun = True
        self._ended = tail == b"--"
        if not self._ended:
            self._begin_part()

    def _content(self, size: int) -> None:
        """Give as many bytes to the part under way; outside of parts there should be none."""
        if size <= 0:
            return
        data = bytes(self._buffer[:size])
        del self._buffer[:size]
        if self._part is None:
            data, self._behind = self._behind + data, b""
            if self._ended and b"\r\n".startswith(data):
                self._behind = data  # an empty line may stand behind the last delimiter, however it comes
                return
            self._strange(DAMAGED)
            self._begin_part()
        if self._part is not None:
            self._part.take(data)

    def _begin_part(self) -> None:
        if len(self.parts) == MOST_PARTS:
            self._strange(TOO_MANY)
            self._mark = b""  # what follows is one last part
        self._part = Part(self._held.enter_context(self._room()))
        self.parts.append(self._part)

    def _end_part(self) -> None:
        if self._part is not None:
            self._part.end()
            if self._part.odd:
                self._strange(self._part.odd)
        self._part = None

    def _strange(self, reason: str) -> None:
        self.odd = self.odd or reason


def _values(head: bytes) -> dict[bytes, bytes]:
    lines = [line.partition(b":") for line in head.split(b"\r\n")]
    return {name.strip().lower(): value.strip() for name, _, value in lines}


def _oddness(head: bytes) -> str:
    """Why others may read this head, or the content for its sake, in another way; or nothing."""
    lines = head.split(b"\r\n")
    found = [_LINE.fullmatch(line) for line in lines]
    names = [match[1].lower() for match in found if match is not None]
    if len(names) != len(lines) or len(set(names)) != len(names):
        return DAMAGED
    values = _values(head)
    if values.get(b"content-transfer-encoding", b"").lower() not in _PLAIN_CODINGS:
        return "content-coding"
    if b"content-encoding" in values:
        return "content-coding"
    if values.get(b"content-type", b"").lower().startswith((b"multipart/", b"message/")):
        return "unknown-form"
    return ""
