"""Pictures inside something else: in text, and where parsers of a form disagree.

In: the bytes of a text or of an odd form. Out: what begins there as a picture would. Next: `files`. Pure.

This finds what programs really send (base64 in JSON, in XML-RPC, in form fields, in `data:` addresses; bytes
in a query) and the usual tricks. It is no proof of absence: an odd form, and a text that announces a picture
that is not found, stay undecided as a whole.

It runs beside the threads that answer, and a regular expression over megabytes would stop them all; so the
text is gone through in windows, and signatures are looked for one by one, which lets others in between.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from itertools import islice
from typing import Final
from urllib.parse import unquote_to_bytes

from repit_engine.errors import PictureRefused
from repit_engine.picture.formats import sniff

MOST: Final = 32
"""Pictures that one text may hold before it is undecided."""
MOST_TEXT: Final = 32 * 1024**2
"""Bytes of a text that are gone through; a longer one is undecided."""
_LEAST: Final = 24
_WINDOW: Final = 128 * 1024
_SIGNATURES: Final = (
    (b"\xff\xd8\xff", 0),
    (b"\x89PNG\r\n", 0),
    (b"GIF8", 0),
    (b"RIFF", 0),
    (b"BM", 0),
    (b"II*\0", 0),
    (b"II+\0", 0),
    (b"MM\0*", 0),
    (b"MM\0+", 0),
    (b"ftyp", 4),
)
_LOOK: Final = 4096
_STANDARD: Final = bytes.maketrans(b"-_", b"+/")
_BEFORE: Final = frozenset(b"\r\n=,;:\"'>")
_ENCODED: Final = (
    (b"/9j/", 0),
    (b"_9j_", 0),
    (b"iVBORw0KGg", 0),
    (b"R0lGOD", 0),
    (b"UklGR", 0),
    *((b"Qk%d" % last, 0) for last in range(4)),
    (b"SUkq", 0),
    (b"SUkr", 0),
    (b"TU0A", 0),
    (b"PHN2Z", 0),
    (b"PD94b", 0),
    (b"Z0eX", 6),
)
"""The same in base64, and SVG: what stands there, and how far from the beginning."""
_ALPHABET: Final = frozenset(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz+/_-")
_RUN: Final = re.compile(rb"[0-9A-Za-z+/_\-\s]*")
_BITMAP_HEADERS: Final = frozenset({12, *range(16, 65), 108, 124})
_ANNOUNCED: Final = re.compile(rb"data:\s*image/", re.IGNORECASE)
_REFERENCE: Final = re.compile(
    rb"\\u00([0-9a-fA-F]{2})|\\([nrt/])|&#(?:[xX]0*([0-9a-fA-F]{2})|0*([0-9]{1,3}));"
)


def in_text(text: bytes) -> tuple[list[bytes], bool]:
    """Pictures in a text, and whether that may not be all."""
    if len(text) > MOST_TEXT:
        return [], True
    found: list[bytes] = []
    announced = False
    for reading in _readings(text):
        found += [picture for picture in islice(_pictures(reading), MOST + 1) if picture not in found]
        announced = announced or _ANNOUNCED.search(reading) is not None
    return found[:MOST], len(found) > MOST or (announced and not found)


def in_odd_form(body: bytes) -> list[bytes]:
    """What begins as a picture at the start of a line, and what a part's coding hides."""
    return list(islice(_pictures(body), MOST))


def _pictures(body: bytes) -> Iterator[bytes]:
    for signature, offset in _SIGNATURES:
        end = 0
        for start in _starts(body, signature, offset):
            if start >= end and (start == 0 or body[start - 1] in _BEFORE):
                mark = body.find(b"\n--", start)
                end = mark if mark >= 0 else len(body)
                picture = body[start:end].removesuffix(b"\r")
                if len(picture) < len(body) and _is_picture(picture[:_LOOK]):
                    yield picture
    for signature, offset in _ENCODED:
        end = 0
        for start in _starts(body, signature, offset):
            if start >= end and (start == 0 or body[start - 1] not in _ALPHABET):
                run = _RUN.match(body, start)
                end = run.end() if run else start
                picture = _decoded(body[start:end])
                if len(picture) >= _LEAST and _is_picture(picture[:_LOOK]):
                    yield picture


def _starts(body: bytes, signature: bytes, offset: int) -> Iterator[int]:
    at = body.find(signature)
    while at >= 0:
        if at >= offset:
            yield at - offset
        at = body.find(signature, at + 1)


def _windows(text: bytes) -> Iterator[bytes]:
    """The text in pieces that cut no reference in two."""
    at = 0
    while at < len(text):
        end = min(at + _WINDOW, len(text))
        mark = max(text.rfind(byte, max(at + 1, end - 12), end) for byte in (b"%", b"\\", b"&"))
        if end < len(text) and mark > at:
            end = mark
        yield text[at:end]
        at = end


def _readings(text: bytes) -> Iterator[bytes]:
    """The text as it stands, and without what addresses, or JSON and XML, put in place of a character."""
    yield text
    if b"%" in text:
        yield b"".join(unquote_to_bytes(window) for window in _windows(text))
    if b"\\" in text or b"&#" in text:
        yield b"".join(_REFERENCE.sub(_character, window) for window in _windows(text))


def _character(found: re.Match[bytes]) -> bytes:
    if found[2]:
        return b"/" if found[2] == b"/" else b"\n"
    code = int(found[1] or found[3], 16) if found[1] or found[3] else int(found[4])
    return bytes([code]) if code < 256 else found[0]


def _decoded(run: bytes) -> bytes:
    packed = b"".join(run.split()).translate(_STANDARD)
    packed = packed[: len(packed) - (1 if len(packed) % 4 == 1 else 0)]
    try:
        return base64.b64decode(packed + b"=" * (-len(packed) % 4))
    except binascii.Error:
        return b""


def _is_picture(data: bytes) -> bool:
    """Stricter than `sniff` where two or four letters of a text would do."""
    if data.startswith(b"BM"):
        return int.from_bytes(data[14:18], "little") in _BITMAP_HEADERS
    if data.startswith(b"RIFF"):
        return data[8:12] == b"WEBP"
    try:
        sniff(data)
    except PictureRefused as refused:
        return refused.code not in ("not-a-picture", "empty-file")
    return True
