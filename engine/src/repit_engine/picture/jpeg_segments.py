"""The segments of a JPEG that are read twice: its colour profiles, and which way up it is.

In: the bytes of a JPEG. Out: every profile that some reader would put together of them; the EXIF block that
browsers go by, the first. Next: `jpeg`.

A profile comes in numbered pieces. Readers differ where pieces are there twice, missing, or counted from 0:
Chromium 156 takes the first, Firefox 153 none. ICC.1:2010, annex B.4.
"""

from collections.abc import Iterator
from typing import Final

_MARK: Final = b"ICC_PROFILE\0"
_EXIF, _PROFILE, _SCAN, _END = 0xE1, 0xE2, 0xDA, 0xD9
_BARE: Final = frozenset({0x01, *range(0xD0, 0xD9)})
_RESTART_INTERVAL: Final = 0xDD
_RESTARTS: Final = range(0xD0, 0xD8)
_FRAMES: Final = frozenset({0xC0, 0xC1, 0xC2, 0xC3, 0xC9, 0xCA})
_KNOWN: Final = frozenset({0xC4, 0xCC, 0xDA, 0xDB, 0xDC, 0xDD, *range(0xE0, 0xF0), 0xFE})
_MOST_PIECES: Final = 255
_MOST_SEGMENTS: Final = 20_000


def profiles_of(data: bytes, end: int) -> tuple[tuple[bytes, ...], bool]:
    """(profiles, the likeliest first; whether browsers show the picture without any); `end`: where its first
    scan begins.
    """
    if data.find(_MARK, 0, end) < 0:
        return (), False
    marked = (body for marker, body in _segments(data) if marker == _PROFILE and body.startswith(_MARK))
    pieces = [(body[12], body[13], body[14:]) for body in marked if len(body) > len(_MARK) + 2][:_MOST_PIECES]
    if not pieces:
        return (), False
    first: dict[int, bytes] = {}
    last: dict[int, bytes] = {}
    for number, _, piece in pieces:
        first.setdefault(number, piece)
        last[number] = piece
    total = pieces[0][1]
    once = len(pieces) == len(first) or total == 1
    whole = once and sorted(first) == [*range(1, total + 1)] and all(count == total for _, count, _ in pieces)
    ways = (
        b"".join(first[number] for number in sorted(first)),
        b"".join(last[number] for number in sorted(last)),
        b"".join(piece for _, _, piece in pieces),
    )
    return tuple(dict.fromkeys(ways)), not whole


def exif_of(data: bytes) -> bytes:
    """The first EXIF block; nothing where there is none. The byte before it may be anything."""
    blocks = (body[6:] for marker, body in _segments(data) if marker == _EXIF and body[:5] == b"Exif\0")
    return next(blocks, b"")


def passable(data: bytes) -> bytes:
    """The file up to the first marker at which libjpeg would stop, and an end: of a progressive file browsers
    show the passes before it. Inside of a pass with restarts it looks for the next one past what it does not
    know.
    """
    at, framed, restarts, inside = 2, False, False, False
    for _ in range(_MOST_SEGMENTS):
        at = data.find(b"\xff", at)
        if at < 0 or at + 4 > len(data):
            return data
        marker = data[at + 1]
        skipped = inside and restarts and marker < min(_FRAMES)
        if marker in (0x00, 0x01, 0xFF) or marker in _RESTARTS or skipped:
            at += 1 if marker == 0xFF else 2
            continue
        frame = marker in _FRAMES
        if marker == _END or (frame and framed) or not (frame or marker in _KNOWN):
            return data[:at] + bytes((0xFF, _END))
        framed |= frame
        inside = marker == _SCAN
        if marker == _RESTART_INTERVAL:
            restarts = data[at + 4 : at + 6] != b"\0\0"
        at += 2 + max(int.from_bytes(data[at + 2 : at + 4]), 2)
    return data


def _segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(marker, body) of segments up to the first scan; stray bytes before a marker are passed over, as
    libjpeg does.
    """
    at = 2
    for _ in range(_MOST_SEGMENTS):
        at = data.find(b"\xff", at)
        if at < 0 or at + 4 > len(data):
            return
        marker = data[at + 1]
        if marker in (0x00, 0xFF) or marker in _BARE:
            at += 1 if marker == 0xFF else 2
            continue
        if marker in (_SCAN, _END):
            return
        length = int.from_bytes(data[at + 2 : at + 4])
        yield marker, data[at + 4 : at + 2 + length]
        at += 2 + max(length, 2)
