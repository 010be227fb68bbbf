"""What is wanted of a C2PA manifest store (JUMBF, ISO/IEC 19566-5): digital source types of its actions.

In: the bytes of a store, hostile. Out: words of the IPTC vocabulary. Next: `facts`.

Boxes are walked by their lengths, to a fixed depth and count. Inside an actions assertion the CBOR (RFC 8949)
is not decoded: the key `digitalSourceType` is looked for as it must be encoded, and the text after it read.
"""

from collections.abc import Iterator
from typing import Final

from repit_engine.provenance.names import known_source

MOST_BOXES: Final = 2000
_DEPTH: Final = 6
_HEAD: Final = 8
_KEY: Final = b"\x71digitalSourceType"  # a text of 17 bytes, RFC 8949, 3.1
_LABEL_AT: Final = _HEAD + 17  # after jumd's own head come a type of 16 bytes and one byte of toggles


def source_types(store: bytes) -> set[str]:
    """Digital source types of every action in every manifest of the store."""
    words: set[str] = set()
    for label, content in _assertions(store):
        if label.startswith(b"c2pa.actions"):
            words |= _stated(content)
    return words


def _stated(cbor: bytes) -> set[str]:
    words, at = set(), cbor.find(_KEY)
    while at >= 0:
        word = known_source(_text(cbor, at + len(_KEY)))
        if word:
            words.add(word)
        at = cbor.find(_KEY, at + len(_KEY))
    return words


def _text(cbor: bytes, at: int) -> bytes:
    """The text string that begins there, of up to 65,535 bytes; empty if something else does."""
    head = cbor[at] if at < len(cbor) else 0
    if 0x60 <= head <= 0x77:
        return cbor[at + 1 : at + 1 + head - 0x60]
    if head == 0x78:
        return cbor[at + 2 : at + 2 + cbor[at + 1]] if at + 1 < len(cbor) else b""
    if head == 0x79:
        return cbor[at + 3 : at + 3 + int.from_bytes(cbor[at + 1 : at + 3], "big")]
    return b""


def _assertions(store: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(label, content) of the innermost superboxes."""
    waiting: list[tuple[int, int, int, bytes]] = [(0, len(store), 0, b"")]
    seen = 0
    while waiting:
        begin, end, depth, label = waiting.pop()
        for kind, start, stop in _boxes(store, begin, end):
            seen += 1
            if seen > MOST_BOXES:
                return
            if kind == b"jumd":
                label = store[start + _LABEL_AT - _HEAD : min(stop, start + 300)].partition(b"\0")[0]
            elif kind == b"jumb" and depth < _DEPTH:
                waiting.append((start, stop, depth + 1, b""))
            elif kind == b"cbor":
                yield label, store[start:stop]


def _boxes(store: bytes, begin: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """(type, start of content, end) of the boxes that stand side by side there."""
    at = begin
    while at + _HEAD <= end:
        size, kind, head = int.from_bytes(store[at : at + 4], "big"), store[at + 4 : at + 8], _HEAD
        if size == 1:
            size, head = int.from_bytes(store[at + 8 : at + 16], "big"), 16
        elif size == 0:
            size = end - at
        if size < head or at + size > end:
            return
        yield kind, at + head, at + size
        at += size
