"""What a body that ICAP carries holds: one file, a form with several, or text that holds some.

In: the HTTP heads of a request, the body while it arrives. Out: the files to look at, and why that may not be
all. Next: `session`.

The site behind reads the same bytes with a parser of its own. Whatever it might see there that was not looked
at makes the body `odd`, and an odd body is never let through as looked at.
"""

import re
import zlib
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Final

from repit.platform.gate.forms.files import Finder, Found
from repit.platform.gate.forms.kind import UNKNOWN, Odd, boundary_of, is_message, is_text
from repit.platform.gate.forms.reader import DAMAGED, FormReader
from repit.platform.gate.upload_buffer import UploadBuffer
from repit.platform.integrations.icap import heads
from repit.platform.integrations.icap.wire import Request

CODED: Final = "content-coding"
PARTIAL: Final = "part-of-a-file"
_CHUNK: Final = re.compile(rb"[0-9A-Fa-f]{1,8}[ \t]*(?:;[^\n]{0,200})?\r?\n")
_RANGE: Final = re.compile(r"\s*bytes\s+0-(\d{1,18})/(\d{1,18})\s*")


@dataclass(frozen=True, slots=True)
class Body:
    """What the head says. `boundary`: of a form; `odd`: why others may read it differently, or nothing.

    `asks`: it is a request's.
    """

    boundary: bytes | None
    text: bool
    message: bool
    codings: tuple[str, ...]
    length: int | None
    chunked: bool
    odd: str
    asks: bool
    headless: bool

    @property
    def is_one_file(self) -> bool:
        """Whether it is simply a file, as far as the head says."""
        return self.boundary is None and not (self.text or self.codings or self.chunked or self.odd)


def body_of(request: Request) -> Body:
    """What the heads of a message say of its body."""
    asks = request.method == "REQMOD"
    head = request.request_head if asks else request.response_head
    kinds = heads.values(head, "content-type")
    names = [
        part.strip().lower() for value in heads.values(head, "content-encoding") for part in value.split(",")
    ]
    codings = tuple(coding for coding in names if coding not in ("", "identity"))
    boundary, odd = None, _odd_head(head, asks=asks)
    try:
        boundary = boundary_of(kinds)
        if boundary is not None and (not asks or codings):
            raise Odd(CODED if asks else UNKNOWN)
    except Odd as found:
        boundary, odd = None, odd or found.reason
    return Body(
        boundary=None if odd else boundary,
        text=asks and is_text(kinds),
        message=asks and is_message(kinds),
        codings=codings,
        length=heads.length(head),
        chunked=bool(heads.values(head, "transfer-encoding")),
        odd=odd,
        asks=asks,
        headless=asks and not head,
    )


def _odd_head(head: bytes, *, asks: bool) -> str:
    if asks and head and not heads.is_plain(head):
        return DAMAGED
    ranges = [_RANGE.fullmatch(value) for value in heads.values(head, "content-range")]
    whole = all(range_ is not None and int(range_[1]) + 1 == int(range_[2]) for range_ in ranges)
    if not whole or (asks and heads.values(head, "upload-offset")):
        return PARTIAL
    return ""


class Taking:
    """The body while it arrives; `held` gives back the room of what is taken out of it."""

    def __init__(
        self, body: Body, upload: UploadBuffer, room: Callable[[], UploadBuffer], held: ExitStack, most: int
    ) -> None:
        """`upload`: room for the body as it came. `most`: bytes of a whole form."""
        self._body, self._upload, self._room, self._held = body, upload, room, held
        self._form = None if body.boundary is None else FormReader(body.boundary, room, held, most)
        self._size = 0

    def take(self, data: bytes, *, keep: bool) -> None:
        """The next bytes; `keep`: those of a form beside its parts. Raises `Overloaded`, `TooLarge`."""
        self._size += len(data)
        if keep or self._form is None:
            self._upload.write(data)
        if self._form is not None:
            self._form.feed(data)

    def found(self, most: int) -> Found:
        """All there is to judge, once it is whole. `most`: bytes without a coding. Raises `Overloaded`."""
        body, finder = self._body, Finder(self._room, self._held)
        if self._form is not None:
            self._form.close()
            finder.add_form(self._form)
        elif body.odd or (body.headless and self._upload.head.startswith(b"--")):
            finder.add_odd(self._upload, body.odd or DAMAGED)
        else:
            self._add(finder, self._upload)
            self._add_other_readings(finder, most)
        if body.asks and body.length not in (None, self._size):
            finder.doubt(DAMAGED)
        return finder.found()

    def _add(self, finder: Finder, upload: UploadBuffer) -> None:
        if self._body.text:
            finder.add_text(upload, message=self._body.message)
        else:
            finder.add(upload)

    def _add_other_readings(self, finder: Finder, most: int) -> None:
        """What a reader sees who undoes a coding, or who goes by the length that is said."""
        body, data = self._body, self._upload.data
        others: list[bytes | None] = []
        if body.codings:
            others.append(None if data is None else _decoded(data, body.codings, most))
        if body.chunked and _CHUNK.match(self._upload.head):
            finder.doubt(DAMAGED)
            others.append(None if data is None else _unchunked(data))
        if data is not None and body.length is not None and 0 < body.length < len(data):
            others.append(data[: body.length])
        for other in others:
            if other is None:
                finder.doubt(CODED)
                continue
            upload = self._held.enter_context(self._room())
            upload.write(other)
            self._add(finder, upload)


def _decoded(data: bytes, codings: tuple[str, ...], most: int) -> bytes | None:
    """What one coding hides; None where it cannot be undone to its last byte."""
    if codings not in (("gzip",), ("x-gzip",), ("deflate",)):
        return None
    for bits in (47, -15):  # gzip or zlib by their heads, else bare deflate
        try:
            inflating = zlib.decompressobj(bits)
            out = inflating.decompress(data, most + 1)
        except zlib.error:
            continue
        if len(out) > most or not inflating.eof or inflating.unused_data:
            break  # some programs go on to a second file behind the first
        return out
    return None


def _unchunked(data: bytes) -> bytes | None:
    """A body that still carries HTTP's chunks; None where it does not to its end."""
    out, at = bytearray(), 0
    while (line := _CHUNK.match(data, at)) is not None:
        size = int(line[0].split(b";")[0], 16)
        if size == 0:
            return bytes(out)
        out += data[line.end() : line.end() + size]
        at = line.end() + size
        at += 2 if data[at : at + 2] == b"\r\n" else 1
    return None
