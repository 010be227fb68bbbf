"""GIF: every frame, laid out on its own, decoded by Pillow, laid over those before.

In: the bytes of a GIF. Out: its views. Next: `reading`.

Pillow lays frames over one another too, on the background colour that a file names; no browser shows that
colour (`canvas`). GIF89a; the loop is Netscape's extension.
"""

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import GifImagePlugin, Image

from repit_engine.picture.canvas import After, Piece, rgba, standing
from repit_engine.picture.layers import Layer, shown_of
from repit_engine.picture.limits import Deadline, Limits
from repit_engine.picture.partial import both, loaded
from repit_engine.picture.refusals import damaged
from repit_engine.picture.shown import Shown, Unseen

_EXTENSION, _IMAGE = 0x21, 0x2C
_CONTROL, _APPLICATION = 0xF9, 0xFF
_LOOPS: Final = (b"NETSCAPE2.0", b"ANIMEXTS1.0")
_HAS_TABLE: Final = 0x80
_INTERLACED: Final = 0x40
_AFTER: Final = {2: After.CLEARED, 3: After.PUT_BACK, 4: After.PUT_BACK}


@dataclass(frozen=True, slots=True)
class _Frame:
    """`box`: left, top, width, height. `key`: the index that lets through what lies below."""

    box: tuple[int, int, int, int]
    flags: int
    table: bytes
    coded: bytes
    seconds: float
    key: int | None
    after: After


@dataclass(slots=True)
class _File:
    """`size`: of the screen, grown as browsers let the first frame grow it. `loops`: it begins anew."""

    size: tuple[int, int]
    frames: list[_Frame]
    loops: bool = False


def read_gif(content: bytes, limits: Limits, deadline: Deadline, *, colour: bool) -> Iterator[Shown | Unseen]:
    """The views of a GIF. Raises `PictureRefused`, and whatever Pillow raises (`refusals.decoding`)."""
    file = _read(content, limits.frames + 1)
    if not file.frames:
        raise damaged()
    limits.check_pixels(*file.size)
    deadline.check()
    pattern = Layer(Image.new("L", (1, 1)))
    once = not file.loops or len(file.frames) == 1
    if len(file.frames) == 1:
        yield from shown_of(_only(file, limits), colour=colour)
        return
    alone = _alone(file)
    pieces = (
        _piece(frame, limits, first=not place, alone=alone[place]) for place, frame in enumerate(file.frames)
    )
    yield from standing(pieces, file.size, pattern, limits, deadline, colour=colour, once=once)


def _only(file: _File, limits: Limits) -> Layer:
    """A picture that does not move, without the canvas that one of several needs."""
    [frame] = file.frames
    left, top, width, height = frame.box
    limits.check_pixels(width, height)
    opaque, cover = _decoded(frame, spread=True)
    if frame.box != (0, 0, *file.size):
        canvas, covered = Image.new("RGB", file.size), Image.new("L", file.size, 0)
        canvas.paste(opaque, (left, top))
        covered.paste(255 if cover is None else cover, (left, top, left + width, top + height))
        opaque, cover = canvas, covered
    return Layer(opaque, cover)


def _read(content: bytes, most: int) -> _File:
    """The blocks, as far as they go."""
    width, height, flags = struct.unpack_from("<HHB", content.ljust(13, b"\0"), 6)
    shared, at = _table(content, 13, flags)
    file = _File((width, height), [])
    wait, key, after = 0, None, After.KEPT
    while at < len(content) and len(file.frames) < most:
        kind = content[at]
        if kind == _EXTENSION and at + 2 <= len(content):
            blocks, end = _blocks(content, at + 2)
            label, first = content[at + 1], blocks[0] if blocks else b""
            if label == _CONTROL and len(first) >= 4:
                packed, wait, index = struct.unpack_from("<BHB", first)
                key = index if packed & 1 else None
                after = _AFTER.get(packed >> 2 & 7, After.KEPT)
            elif label == _APPLICATION and first in _LOOPS and len(blocks) > 1 and blocks[1][:1] == b"\1":
                file.loops = True
            at = end
        elif kind == _IMAGE and at + 11 <= len(content):
            left, top, wide, high, flags = struct.unpack_from("<HHHHB", content, at + 1)
            own, start = _table(content, at + 10, flags)
            blocks, end = _blocks(content, start + 1)
            coded = content[start : start + 1] + b"".join(bytes([len(block)]) + block for block in blocks)
            frame = _Frame((left, top, wide, high), flags, own or shared, coded, wait / 100, key, after)
            if not file.frames:
                file.size = (max(width, left + wide), max(height, top + high))
            file.frames.append(frame)
            wait, key, after, at = 0, None, After.KEPT, end
        else:
            break
    return file


def _table(content: bytes, at: int, flags: int) -> tuple[bytes, int]:
    """A table of colours, where there is one, and where it ends."""
    size = 3 << (flags & 7) + 1 if flags & _HAS_TABLE else 0
    return content[at : at + size], at + size


def _blocks(content: bytes, at: int) -> tuple[list[bytes], int]:
    """The sub-blocks, the last perhaps cut, and where the next block begins."""
    found = []
    while at < len(content) and content[at]:
        found.append(content[at + 1 : at + 1 + content[at]])
        at += 1 + content[at]
    return found, at + 1


def _alone(file: _File) -> list[bool]:
    """Which frames begin on an empty canvas, as Chromium has it (Skia's SkFrameHolder): those without a key
    that cover all that came before. It is seen where their codes end too soon.
    """
    before: list[int | None] = []
    for place, frame in enumerate(file.frames):
        over: int | None = place - 1 if place else None
        whole = _on_screen(frame, file.size) == (0, 0, *file.size)
        if frame.key is None and whole:
            over = None
        while over is not None and file.frames[over].after is After.PUT_BACK:
            over = over - 1 if over else None
        if over is not None:
            below = file.frames[over]
            cleared = below.after is After.CLEARED
            if cleared and (_on_screen(below, file.size) == (0, 0, *file.size) or before[over] is None):
                over = None
        while (
            over is not None
            and frame.key is None
            and _holds(_on_screen(frame, file.size), _on_screen(file.frames[over], file.size))
        ):
            over = before[over]
        before.append(over)
    return [over is None for over in before]


def _on_screen(frame: _Frame, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Left, top, right, bottom."""
    left, top, width, height = frame.box
    return left, top, min(left + width, size[0]), min(top + height, size[1])


def _holds(outer: tuple[int, int, int, int], inner: tuple[int, int, int, int]) -> bool:
    return outer[0] <= inner[0] and outer[1] <= inner[1] and outer[2] >= inner[2] and outer[3] >= inner[3]


def _piece(frame: _Frame, limits: Limits, *, first: bool, alone: bool) -> Piece:
    left, top, width, height = frame.box
    limits.check_pixels(width, height)
    return Piece(rgba(*_decoded(frame, spread=first)), left, top, frame.after, not alone, frame.seconds)


def _decoded(frame: _Frame, *, spread: bool) -> tuple[Image.Image, Image.Image | None]:
    """The frame decoded as a file of its own: its colours, and where they count: not where its key stands or
    no code came.

    `spread`: an interlaced one's rows stand for those of later passes that never came, as in Chromium, in a
    first frame without a key.
    """
    _, _, width, height = frame.box
    bits = max(1, (len(frame.table) // 3 - 1).bit_length())
    table = frame.table.ljust(3 << bits, b"\0")
    head = b"GIF89a" + struct.pack("<HHBBB", width, height, _HAS_TABLE | bits - 1, 0, 0) + table
    image = b"," + struct.pack("<HHHHB", 0, 0, width, height, frame.flags & _INTERLACED)
    content = head + image + frame.coded + b"\0;"
    decoded, came = loaded(lambda: GifImagePlugin.GifImageFile(io.BytesIO(content)))
    found = Image.fromarray(np.asarray(decoded))
    if came is not None and spread and frame.flags & _INTERLACED and frame.key is None:
        indices, came = _spread(np.asarray(decoded), came)
        found = Image.fromarray(indices)
    if frame.key is not None:
        keyed = found.point([0 if index == frame.key else 255 for index in range(256)])
        came = both(keyed, came)
    found.putpalette(table)
    return found.convert("RGB"), came


def _spread(indices: NDArray[np.uint8], decoded: Image.Image) -> tuple[NDArray[np.uint8], Image.Image]:
    """Of an interlaced frame, each whole row once more where a later pass would have brought others."""
    came = np.asarray(decoded) > 0
    whole: NDArray[np.bool_] = np.all(came, axis=1)
    rows = np.arange(len(indices))
    source = rows.copy()
    for step in (8, 4, 2, 1):
        first = rows // step * step
        source = np.where(whole[first], first, source)
    filled, reached = indices[source], np.repeat(whole[source][:, np.newaxis], indices.shape[1], axis=1)
    filled = np.where(came, indices, filled)
    return filled, Image.fromarray((reached | came).astype(np.uint8) * 255)
