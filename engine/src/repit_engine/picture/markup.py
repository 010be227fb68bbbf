"""Drawings and pages in markup: a browser shows them, and here they are not drawn.

In: the bytes of a file, or its head. Out: whether it is markup, and whether it may be an SVG. Next:
`formats`, `kinds`.

Browsers take an SVG after a byte order mark, spaces, comments, instructions and a document type, in UTF-8 or
UTF-16, with any prefix before its name, and packed where the server says so.
"""

import re
import zlib
from typing import Final

_DROPPED: Final = re.compile(rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff|\0)*")
"""Byte order marks and noughts: any number of them may come first."""
_SPACE: Final = b" \t\r\n\f\v"
_GZIP: Final = b"\x1f\x8b"
_HEAD: Final = 64 * 1024
_SPACES: Final = re.compile(rb"\s*")
_NAME: Final = re.compile(rb"[^\s/<>]{1,100}")
_BEFORE: Final = ((b"<?", b"?>"), (b"<!--", b"-->"))
"""What may stand before the first element, and how it ends."""


def is_markup(data: bytes) -> bool:
    """Whether it begins as markup. A head that is nothing but spaces may go on as one."""
    text = _text(data)
    begins = text.lstrip(_SPACE)[:1]
    return begins == b"<" or (not begins and bool(text))


def may_be_drawing(data: bytes) -> bool:
    """Whether markup may be an SVG: it is one, or its first element is beyond what was looked at."""
    name = _first_element(_text(data))
    return name is None or name.rpartition(b":")[2].lower() == b"svg"


def _first_element(text: bytes) -> bytes | None:
    """Its name; None where it is out of reach. In one pass, whatever the text."""
    at = 0
    while True:
        spaces = _SPACES.match(text, at)
        at = spaces.end() if spaces else at
        end = next((end for begin, end in _BEFORE if text.startswith(begin, at)), None)
        if end is not None:
            found = text.find(end, at)
        elif text.startswith(b"<!", at):
            end, found = b">", text.find(b">", at)
            if b"[" in text[at:found]:
                return None  # declarations inside may hold anything
        else:
            name = _NAME.match(text, at + 1)
            return name[0] if name else None
        if found < 0:
            return None
        at = found + len(end)


def _text(data: bytes) -> bytes:
    """The head in one byte a character."""
    head = data[:_HEAD]
    if head.startswith(_GZIP):
        try:
            head = zlib.decompressobj(31).decompress(head, _HEAD)
        except zlib.error:
            return b"?"
    leading = _DROPPED.match(head)
    head = head[leading.end() if leading else 0 :]
    # In UTF-16, of either order.
    return head.replace(b"\0", b"") if head[1:2] == b"\0" else head
