"""The body of an answer, unpacked piece by piece, never more of it in memory than a piece.

In: bytes as they came, the coding that the answer names. Out: bytes, or lines, within limits on what came and
on what it unpacks to. Next: `outbound`.

A kilobyte of gzip may hold a megabyte, sixty of Zstandard a gigabyte. So little is unpacked at once, and
counted before the next is asked for. A window of Zstandard is at most 8 MiB (RFC 9659); a
second coding within the first is refused, nobody asked for one.
"""

import zlib
from collections.abc import Iterator
from typing import Final

import zstandard

from repit.foundation.errors import AnswerTooLarge, PeerFailed

ACCEPTED: Final = "zstd, gzip"
PIECE: Final = 256 * 1024
MAX_LINE: Final = 1024 * 1024
_WINDOW: Final = 8 * 1024 * 1024
_FRAMING: Final = 64 * 1024
"""What a packed body may be longer than what it holds."""
_SIP: Final = 512
"""Bytes of Zstandard taken at once. Four of them may be a block of 128 KiB, so this is 16 MiB at the most.
The library's reader, which could stop midway, does not tell a frame that was cut from one that is whole."""
_GZIP: Final = 31


def unpacked(raw: Iterator[bytes], coding: str, most: int) -> Iterator[bytes]:
    """The body. Raises `AnswerTooLarge` beyond `most` bytes, `PeerFailed` for what cannot be unpacked."""
    named = coding.strip().lower()
    came = _counted(raw, most + _FRAMING)
    if named in ("", "identity"):
        pieces = came
    elif named in ("gzip", "x-gzip"):
        pieces = _gunzipped(came)
    elif named == "zstd":
        pieces = _unzstd(came)
    else:
        raise PeerFailed(detail="a coding that was not asked for")
    yield from _counted(pieces, most)


def lines(pieces: Iterator[bytes], most: int = MAX_LINE) -> Iterator[str]:
    """Lines without their ends. Raises `AnswerTooLarge` for one longer than `most` bytes."""
    begun: list[bytes] = []
    length = 0
    for piece in pieces:
        *whole, rest = piece.split(b"\n")
        for line in whole:
            if length + len(line) > most:
                raise AnswerTooLarge(detail="a line without an end")
            begun.append(line)
            yield b"".join(begun).decode("utf-8", "replace")
            begun, length = [], 0
        length += len(rest)
        if length > most:
            raise AnswerTooLarge(detail="a line without an end")
        if rest:
            begun.append(rest)
    if begun:
        yield b"".join(begun).decode("utf-8", "replace")


def _counted(pieces: Iterator[bytes], most: int) -> Iterator[bytes]:
    taken = 0
    for piece in pieces:
        taken += len(piece)
        if taken > most:
            raise AnswerTooLarge
        yield piece


def _gunzipped(raw: Iterator[bytes]) -> Iterator[bytes]:
    """RFC 1952: one member after another."""
    member, some = zlib.decompressobj(_GZIP), False
    try:
        for piece in raw:
            rest, some = piece, True
            while rest:
                if member.eof:
                    member = zlib.decompressobj(_GZIP)
                yield member.decompress(rest, PIECE)
                rest = member.unconsumed_tail or member.unused_data
    except zlib.error:
        raise PeerFailed(detail="an answer that cannot be unpacked") from None
    if some and not member.eof:
        raise PeerFailed(detail="an answer that ends too early")


def _unzstd(raw: Iterator[bytes]) -> Iterator[bytes]:
    """RFC 8878: one frame after another."""
    opener = zstandard.ZstdDecompressor(max_window_size=_WINDOW)
    frame, some = opener.decompressobj(), False
    try:
        for piece in raw:
            some = True
            for at in range(0, len(piece), _SIP):
                rest = piece[at : at + _SIP]
                while rest:
                    if frame.eof:
                        frame = opener.decompressobj()
                    yield frame.decompress(rest)
                    rest = frame.unused_data if frame.eof else b""
    except zstandard.ZstdError:
        raise PeerFailed(detail="an answer that cannot be unpacked") from None
    if some and not frame.eof:
        raise PeerFailed(detail="an answer that ends too early")
