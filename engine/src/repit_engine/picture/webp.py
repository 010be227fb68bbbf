"""WebP: chunks laid out anew where a file's own lengths are wrong, then decoded by libwebp.

In: the bytes of a WebP. Out: its views. Next: `reading`. Its EXIF orientation is passed over: no browser
turns a WebP by it (Chromium 156, Firefox 153), and whoever does shows one of the eight orientations that are
compared anyway. RFC 9649.
"""

import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from PIL import Image, WebPImagePlugin

from repit_engine.picture.frames import frames_of
from repit_engine.picture.layers import Layer, added_of, shown_of
from repit_engine.picture.limits import Deadline, Limits
from repit_engine.picture.modes import plain_of
from repit_engine.picture.shown import Shown, Unseen

_EXTENDED, _PROFILE, _MOVES, _FRAME, _ALPHA = b"VP8X", b"ICCP", b"ANIM", b"ANMF", b"ALPH"
_PIXELS: Final = (b"VP8 ", b"VP8L")
_HAS_PROFILE, _HAS_ALPHA, _HAS_MOVES = 0x20, 0x10, 0x02
_MOST_PROFILES: Final = 3
_MOST_CHUNKS: Final = 100_000


def read_webp(
    content: bytes, limits: Limits, deadline: Deadline, *, colour: bool
) -> Iterator[Shown | Unseen]:
    """The views of a WebP. Raises `PictureRefused`, and whatever Pillow raises (`refusals.decoding`)."""
    chunks = _chunks(content)
    image, content = _opened(content, chunks)
    limits.check_pixels(*image.size)
    deadline.check()
    extended = next((body for name, body in chunks if name == _EXTENDED and body), b"")
    flags = extended[0] if extended else 0
    profiles = tuple(body for name, body in chunks if name == _PROFILE)[:_MOST_PROFILES]
    pattern = Layer(Image.new("L", (1, 1)), profiles=profiles, ignored=not flags & _HAS_PROFILE)
    if getattr(image, "n_frames", 1) > 1 or flags & _HAS_MOVES:
        once = image.info.get("loop", 0) != 0
        content = _with_alpha(content, chunks)

        def opening() -> WebPImagePlugin.WebPImageFile:
            return WebPImagePlugin.WebPImageFile(io.BytesIO(content))

        yield from frames_of(opening, pattern, limits, deadline, colour=colour, once=once)
        return
    image.load()
    # What a container declares and what its codec decodes may differ.
    limits.check_pixels(*image.size)
    deadline.check()
    opaque, cover = plain_of(image)
    layer = replace(pattern, image=opaque, cover=cover)
    if cover is not None and extended and not flags & _HAS_ALPHA:
        # Chromium does not expect it, and adds such colours to the ground unweighed.
        yield from added_of(layer, colour=colour)
        layer, colour = replace(layer, seconds=0.0), False
    yield from shown_of(layer, colour=colour)


def _opened(content: bytes, chunks: list[tuple[bytes, bytes]]) -> tuple[WebPImagePlugin.WebPImageFile, bytes]:
    try:
        return WebPImagePlugin.WebPImageFile(io.BytesIO(content)), content
    except Exception:  # noqa: BLE001 - cut, or of another length than it says; some browsers read such files
        mended = _mended(chunks)
        return WebPImagePlugin.WebPImageFile(io.BytesIO(mended)), mended


def _with_alpha(content: bytes, chunks: list[tuple[bytes, bytes]]) -> bytes:
    """The same, with the flag without which libwebp drops the transparency of frames; browsers keep it."""
    at = content.find(_EXTENDED, 12, 20) + 8
    if at < 20 or chunks[0][0] != _EXTENDED or not chunks[0][1]:
        return content
    return content[:at] + bytes([content[at] | _HAS_ALPHA]) + content[at + 1 :]


def _chunks(content: bytes) -> list[tuple[bytes, bytes]]:
    """Every chunk that is there to its end."""
    found: list[tuple[bytes, bytes]] = []
    at = 12
    while at + 8 <= len(content) and len(found) < _MOST_CHUNKS:
        size = int.from_bytes(content[at + 4 : at + 8], "little")
        if at + 8 + size > len(content):
            break
        found.append((content[at : at + 4], content[at + 8 : at + 8 + size]))
        at += 8 + size + (size & 1)
    return found


def _mended(chunks: list[tuple[bytes, bytes]]) -> bytes:
    """The chunks that make pixels, in the order that libwebp wants."""
    extended = next((body for name, body in chunks if name == _EXTENDED and len(body) >= 10), None)
    frames = [(name, body) for name, body in chunks if name in (_MOVES, _FRAME)]
    if extended is not None and extended[0] & _HAS_MOVES:
        parts = [(_EXTENDED, bytes([extended[0] & (_HAS_MOVES | _HAS_ALPHA)]) + extended[1:10]), *frames]
    else:
        alpha = [(name, body) for name, body in chunks if name == _ALPHA][:1]
        parts = [(name, body) for name, body in chunks if name in _PIXELS][:1]
        if extended is not None and alpha:
            parts = [(_EXTENDED, bytes([_HAS_ALPHA]) + extended[1:10]), *alpha, *parts]
    body = b"".join(
        name + len(part).to_bytes(4, "little") + part + bytes(len(part) & 1) for name, part in parts
    )
    return b"RIFF" + (4 + len(body)).to_bytes(4, "little") + b"WEBP" + body
