"""Where the formats keep what a file says of itself.

In: the bytes of an upload, hostile. Out: `Marks`: C2PA stores, XMP packets, texts with their keys. Next:
`facts`. A walk over lengths, bounded in steps and in bytes kept; what does not fit is left out.
"""

import zlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from repit_engine.provenance import exif, names

MOST_STEPS: Final = 4096
MOST_STORE: Final = 16 * 1024**2
MOST_TEXT: Final = 256 * 1024
_XMP: Final = b"http://ns.adobe.com/xap/1.0/\0"
_EXIF: Final = b"Exif\0\0"
_C2PA_UUID: Final = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
_STANDALONE: Final = frozenset({0x01, *range(0xD0, 0xD9)})


@dataclass(slots=True)
class Marks:
    """What was found, each list bounded."""

    manifests: list[bytes] = field(default_factory=list)
    xmp: list[bytes] = field(default_factory=list)
    texts: list[tuple[str, str]] = field(default_factory=list)

    def take_xmp(self, packet: bytes) -> None:
        packet = packet[:MOST_TEXT]
        self.xmp.append(packet)
        self.texts += [("creatortool", tool) for tool in names.tools(packet)]

    def take_exif(self, block: bytes) -> None:
        self.texts += exif.texts(block[:MOST_TEXT])


def marks_of(data: bytes) -> Marks:
    """The marks of a JPEG, PNG, WebP, HEIC or AVIF; none for anything else."""
    marks = Marks()
    if data.startswith(b"\xff\xd8\xff"):
        _jpeg(data, marks)
    elif data.startswith(b"\x89PNG\r\n\x1a\n"):
        _png(data, marks)
    elif data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        _webp(data, marks)
    elif data[4:8] == b"ftyp":
        _boxes(data, marks)
    return marks


def _jpeg(data: bytes, marks: Marks) -> None:
    stores: dict[bytes, list[bytes]] = defaultdict(list)
    at = 2
    for _ in range(MOST_STEPS):
        if at + 4 > len(data) or data[at] != 0xFF:
            break
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker in _STANDALONE:
            at += 2
            continue
        size = int.from_bytes(data[at + 2 : at + 4], "big")
        if marker in (0xD9, 0xDA) or size < 2:
            break
        body = data[at + 4 : at + 2 + size]
        if marker == 0xEB and body[:2] == b"JP":
            stores[body[2:4]].append(body[8:])
        elif marker == 0xE1 and body.startswith(_XMP):
            marks.take_xmp(body[len(_XMP) :])
        elif marker == 0xE1 and body.startswith(_EXIF):
            marks.take_exif(body[len(_EXIF) :])
        at += 2 + size
    for parts in stores.values():
        # Each part but the first repeats the length and type of the box (ISO/IEC 19566-5, annex D).
        whole = b"".join([parts[0], *(part[8:] for part in parts[1:])])[:MOST_STORE]
        if whole[4:8] == b"jumb":
            marks.manifests.append(whole)


def _png(data: bytes, marks: Marks) -> None:
    at = 8
    for _ in range(MOST_STEPS):
        size, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        if len(kind) < 4 or kind == b"IEND":
            return
        if kind == b"caBX":
            marks.manifests.append(data[at + 8 : at + 8 + min(size, MOST_STORE)])
        elif kind == b"eXIf":
            marks.take_exif(data[at + 8 : at + 8 + size])
        elif kind in (b"tEXt", b"zTXt", b"iTXt"):
            _png_text(kind, data[at + 8 : at + 8 + min(size, MOST_TEXT)], marks)
        at += 12 + size


def _png_text(kind: bytes, body: bytes, marks: Marks) -> None:
    key, _, rest = body.partition(b"\0")
    if kind == b"zTXt":
        rest = _unpacked(rest[1:])
    elif kind == b"iTXt":
        packed, rest = rest[:1] == b"\1", rest[2:]
        rest = rest.partition(b"\0")[2].partition(b"\0")[2]
        rest = _unpacked(rest) if packed else rest
    if key == b"XML:com.adobe.xmp":
        marks.take_xmp(rest)
    elif len(marks.texts) < 64:
        marks.texts.append((key.decode("latin-1"), rest.decode("utf-8", "replace")))


def _unpacked(packed: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(packed, MOST_TEXT)
    except zlib.error:
        return b""


def _webp(data: bytes, marks: Marks) -> None:
    at = 12
    for _ in range(MOST_STEPS):
        kind, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        if len(kind) < 4:
            return
        body = slice(at + 8, at + 8 + min(size, MOST_STORE))
        if kind == b"C2PA":
            marks.manifests.append(data[body])
        elif kind == b"XMP ":
            marks.take_xmp(data[body])
        elif kind == b"EXIF":
            marks.take_exif(data[body].removeprefix(_EXIF))
        at += 8 + size + size % 2


def _boxes(data: bytes, marks: Marks) -> None:
    for kind, start, stop in _top_level(data):
        if kind == b"uuid" and data[start : start + 16] == _C2PA_UUID:
            # version and flags, a purpose that ends in a zero, an offset of 8 bytes, then the store
            purpose, _, rest = data[start + 20 : min(stop, start + MOST_STORE)].partition(b"\0")
            if purpose == b"manifest":
                marks.manifests.append(rest[8:])


def _top_level(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    at = 0
    for _ in range(MOST_STEPS):
        size, kind, head = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8], 8
        if size == 1:
            size, head = int.from_bytes(data[at + 8 : at + 16], "big"), 16
        elif size == 0:
            size = len(data) - at
        if len(kind) < 4 or size < head:
            return
        yield kind, at + head, min(at + size, len(data))
        at += size
