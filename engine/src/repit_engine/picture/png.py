"""PNG and APNG: what counts of a file, laid out anew, then decoded by Pillow.

In: the bytes of a PNG. Out: its views. Next: `reading`.

Readers differ on what is damaged: text that is too long, a wrong checksum, colours stated twice. So a file's
chunks are walked here, and only those that make pixels go on, with their sums put right; every statement
about colours is tried, whether browsers believe it or not. PNG (third edition), sections 5, 11 and 12.
"""

import io
import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from PIL import Image, PngImagePlugin

from repit_engine.errors import DamagedPicture, PictureRefused
from repit_engine.picture.adam7 import size_of, spread
from repit_engine.picture.canvas import After, Piece, rgba, standing
from repit_engine.picture.describing import from_code_points, from_gamma
from repit_engine.picture.exif import exif_orientation
from repit_engine.picture.layers import Layer, shown_of
from repit_engine.picture.limits import Deadline, Limits
from repit_engine.picture.modes import plain_of
from repit_engine.picture.partial import both, loaded
from repit_engine.picture.png_deep import brought_out
from repit_engine.picture.profiles import LARGEST_PROFILE
from repit_engine.picture.refusals import damaged
from repit_engine.picture.shown import STANDS, Of, Shown, Unseen

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_CHANNELS: Final = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_MOST_STATEMENTS: Final = 4
_MOST_CHUNKS: Final = 200_000
_PIECE: Final = 1024
_HELD_BACK: Final = 1 << 15
"""Bytes of rows that Chromium's unpacker keeps until more come (measured: 32.4 to 33.1 kB)."""
_CONTROL: Final = struct.Struct(">IIIIIHHBB")
_AFTER: Final = {1: After.CLEARED, 2: After.PUT_BACK}
_OVER: Final = 1
_GREY: Final = (0, 4)
_WITHOUT_ALPHA: Final = (0, 2, 3)
_STATEMENTS: Final = (b"cICP", b"iCCP", b"sRGB", b"gAMA", b"cHRM")
"""About colours, the highest rank first; cHRM counts with gAMA alone."""


_Chunk = tuple[bytes, bytes]
_Still = tuple[Image.Image, Image.Image | None, Image.Image | None]
"""Opaque, how far it covers the ground, which pixels came."""


@dataclass(slots=True)
class _Chunks:
    """What a file says. `believed`: the statement about colours that browsers go by, as profiles; `others`:
    those that they pass over. `moves`: control and data of its frames, in order.
    """

    header: bytes = b""
    palette: bytes | None = None
    key: bytes | None = None
    exif: bytes = b""
    data: list[bytes] = field(default_factory=list)
    sound: int | None = None
    """How many of `data` Chromium takes: up to the first with a wrong sum, or what stands between them."""
    last: bytes = b""
    cut: bool = False
    """The file ends inside of a chunk, or without an end."""
    moves: list[_Chunk] = field(default_factory=list)
    control: bytes = b""
    animated: bool = False
    first_is_frame: bool = False
    stated: dict[bytes, list[tuple[bytes, bool]]] = field(default_factory=dict)

    @property
    def size(self) -> tuple[int, int]:
        width, height = struct.unpack(">II", self.header[:8])
        return width, height


def read_png(content: bytes, limits: Limits, deadline: Deadline, *, colour: bool) -> Iterator[Shown | Unseen]:
    """The views of a PNG. Raises `PictureRefused`, and whatever Pillow raises (`refusals.decoding`)."""
    chunks = _walked(content)
    limits.check_pixels(*chunks.size)
    deadline.check()
    chunks, other = _by_key(chunks)
    believed, others = _profiles(chunks)
    pattern = Layer(
        Image.new("L", (1, 1)),
        profiles=(*believed, *others),
        ignored=not believed,
        orientation=exif_orientation(chunks.exif),
    )
    seen = 0.0
    if chunks.moves and chunks.control:
        moving = standing(
            _pieces(chunks, limits),
            chunks.size,
            pattern,
            limits,
            deadline,
            colour=colour,
            grey=chunks.header[9] in _GREY,
            once=int.from_bytes(chunks.control[4:8]) > 0,
        )
        try:
            for frame in moving:
                if isinstance(frame, Shown):
                    seen += frame.seconds
                yield frame
        except Exception:  # noqa: BLE001 - frames that cannot be read; the still picture may be sound
            yield Unseen("damaged-frame")
        broken = chunks.cut or chunks.sound is not None
        if seen and chunks.first_is_frame and chunks.animated and not broken:
            return
    shown = not seen or not chunks.animated
    still = replace(pattern, of=Of.SHOWN if shown else Of.STILL, seconds=STANDS if shown else 0.0)
    try:
        for view in _at_rest(chunks, still, deadline, colour=colour):
            seen = STANDS
            yield view
    except PictureRefused:
        raise
    except Exception:
        if not seen:
            raise
    if other is not None:
        yield from _at_rest(other, replace(still, seconds=0.0), deadline, colour=False)


def _at_rest(chunks: _Chunks, pattern: Layer, deadline: Deadline, *, colour: bool) -> Iterator[Shown]:
    """The views of the still picture, the first as browsers show it."""
    cover = None
    for place, (image, own, came) in enumerate(_stills(chunks)):
        deadline.check()
        cover = both(own, came)
        layer = replace(pattern, image=image, cover=cover, seconds=0.0 if place else pattern.seconds)
        yield from shown_of(layer, colour=colour and not place)
    for body, _ in chunks.stated.get(b"gAMA", []):
        deep = brought_out(chunks.header, chunks.data, int.from_bytes(body) / 100_000)
        if deep is not None:
            plain = Layer(deep, cover, orientation=pattern.orientation, of=Of.PROFILE, seconds=0.0)
            yield from shown_of(plain)


def _by_key(chunks: _Chunks) -> tuple[_Chunks, _Chunks | None]:
    """As Chromium 156 has it, where a key beyond the depth is none, and as Firefox 153, where it is there."""
    depth, kind = chunks.header[8:10]
    if chunks.key is None or len(chunks.key) != {0: 2, 2: 6}.get(kind):
        return chunks, None
    key = _within(chunks.key, depth)
    return (chunks, None) if key == chunks.key else (replace(chunks, key=None), replace(chunks, key=key))


def _walked(content: bytes) -> _Chunks:
    """Every chunk that matters. A file that ends inside of a chunk ends there."""
    chunks, at = _Chunks(), len(SIGNATURE)
    for _ in range(_MOST_CHUNKS):
        chunks.cut = at + 8 > len(content)
        if chunks.cut:
            break
        size, name = int.from_bytes(content[at : at + 4]), content[at + 4 : at + 8]
        body, after = content[at + 8 : at + 8 + size], at + 12 + size
        if name == b"IEND":
            break
        _noted(chunks, name, body, content[at + 8 + size : after])
        chunks.last = name
        at = after
    if len(chunks.header) != 13:
        raise damaged()
    return chunks


def _noted(chunks: _Chunks, name: bytes, body: bytes, checksum: bytes) -> None:
    if name == b"IHDR" and not chunks.header:
        chunks.header = body
    elif name == b"IDAT":
        if chunks.sound is None and chunks.data and chunks.last != name:
            chunks.sound = len(chunks.data)
        chunks.data.append(body)
        wrong = len(checksum) == 4 and checksum != zlib.crc32(name + body).to_bytes(4)
        if chunks.sound is None and wrong:
            chunks.sound = len(chunks.data)
    elif name == b"PLTE" and chunks.palette is None:
        chunks.palette = body
    elif name in (b"fcTL", b"fdAT"):
        chunks.first_is_frame |= name == b"fcTL" and not chunks.data
        chunks.moves.append((name, body))
    elif name in (b"tRNS", b"acTL", b"eXIf", *_STATEMENTS):
        sound = checksum == zlib.crc32(name + body).to_bytes(4)
        early = not chunks.data
        if name == b"acTL" and len(body) == 8 and not chunks.control:
            chunks.control, chunks.animated = body, sound and early
        elif name == b"tRNS" and sound and chunks.key is None:
            chunks.key = body
        elif name == b"eXIf" and sound and early:
            chunks.exif = chunks.exif or body
        elif name in _STATEMENTS and len(chunks.stated.setdefault(name, [])) < _MOST_STATEMENTS:
            chunks.stated[name].append((body, sound and early))


def _profiles(chunks: _Chunks) -> tuple[list[bytes], list[bytes]]:
    """(what browsers go by: the first sound statement of the highest rank; what others may)."""
    believed: list[bytes] | None = None
    others: list[bytes] = []
    primaries = next((body for body, sound in chunks.stated.get(b"cHRM", []) if sound), b"")
    for name in _STATEMENTS[:4]:
        for body, sound in chunks.stated.get(name, []):
            read, valid = _read_statement(name, body, primaries)
            if sound and valid and believed is None:
                believed = read
            else:
                others += read
    return believed or [], others


def _read_statement(name: bytes, body: bytes, primaries: bytes) -> tuple[list[bytes], bool]:
    """(the profiles that it comes to; whether it is one at all)."""
    if name == b"cICP" and len(body) >= 4:
        return from_code_points(body[0], body[1]), True
    if name == b"iCCP":
        profile, whole = _unpacked(body.partition(b"\0")[2][1:])
        return ([profile] if profile else []), whole
    if name == b"gAMA" and len(body) == 4:
        chromaticities = None
        if len(primaries) == 32:
            chromaticities = tuple(place / 100_000 for place in struct.unpack(">8I", primaries))
        gamma = int.from_bytes(body) / 100_000
        found = [from_gamma(gamma, way) for way in dict.fromkeys((chromaticities, None))]
        profiles = [made for made in found if made is not None]
        return profiles, bool(profiles)
    return [], name == b"sRGB"


def _unpacked(packed: bytes) -> tuple[bytes, bool]:
    """A profile as far as it can be unpacked, and whether its sum is right."""
    unpacking = zlib.decompressobj()
    try:
        return unpacking.decompress(packed, LARGEST_PROFILE), unpacking.eof
    except zlib.error:
        unpacking = zlib.decompressobj(-15)
        try:
            return unpacking.decompress(packed[2:], LARGEST_PROFILE), False
        except zlib.error:
            return b"", False


def _pieces(chunks: _Chunks, limits: Limits) -> Iterator[Piece]:
    """The frames, each decoded as a picture of its own. Raises what decoding one raises."""
    control, data, first = b"", list(chunks.data) if chunks.first_is_frame else [], True
    for name, body in [*chunks.moves, (b"fcTL", b"")]:
        if name == b"fdAT":
            data.append(body[4:])
            continue
        if control and data:
            yield _piece(chunks, control, data, limits, first=first)
            data, first = [], False
        control = body


def _piece(chunks: _Chunks, control: bytes, data: list[bytes], limits: Limits, *, first: bool) -> Piece:
    _, width, height, left, top, over, under, after, blend = _CONTROL.unpack(control)
    limits.check_pixels(width, height)
    # Chromium holds back some of a first frame that breaks, and nothing of a later one.
    sound = chunks.sound if data == chunks.data else None
    alone = replace(_sized(chunks, width, height), data=data, sound=sound, cut=chunks.cut or not first)
    image, own, came = next(_stills(alone))
    clear = chunks.header[9] in _WITHOUT_ALPHA and chunks.key is None
    whole = (left, top, width, height) == (0, 0, *chunks.size)
    # One that covers everything begins on an empty canvas; of others what did not come is left as it was.
    laid_over = (blend == _OVER or clear) and not (whole and clear)
    return Piece(
        rgba(image, both(own, came)),
        left,
        top,
        _AFTER.get(after, After.KEPT),
        laid_over,
        over / (under or 100),
        None if whole or came is None else np.asarray(came) > 0,
        # What lies below rows that did not come Chromium shows here, and clears there.
        unsure=came is not None and not (whole or clear or blend == _OVER),
    )


def _stills(chunks: _Chunks) -> Iterator[_Still]:
    """The still picture: as it is; or, of one that breaks, what Chromium shows of it and what others do."""
    if chunks.sound is None:
        try:
            found = _sound(chunks, chunks.data)
        except PictureRefused:
            raise
        except Exception:  # noqa: BLE001 - damaged: what can be unpacked of it is decoded instead
            found = None
        if found is not None:
            yield found
            return
    data = chunks.data if chunks.sound is None else chunks.data[: chunks.sound]
    raw, whole, broke = _unpacked_rows(chunks, data)
    ends = chunks.cut and chunks.sound is None and not broke
    if (broke or not whole) and not ends and len(raw) > _HELD_BACK:
        with suppress(DamagedPicture):
            yield _from_rows(chunks, raw[:-_HELD_BACK], whole=False)
    try:
        found = _sound(chunks, chunks.data)
    except Exception:  # noqa: BLE001 - as above
        raw, whole, _ = _unpacked_rows(chunks, chunks.data)
        found = _from_rows(chunks, raw, whole=whole)
    yield found


def _sized(chunks: _Chunks, width: int, height: int) -> _Chunks:
    return replace(chunks, header=struct.pack(">II", width, height) + chunks.header[8:])


def _sound(chunks: _Chunks, data: list[bytes]) -> _Still:
    image = _opened(_laid_out(chunks, [(b"IDAT", part) for part in data]))
    image.load()
    return *_plain(chunks, image), None


def _plain(chunks: _Chunks, image: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    opaque, cover = plain_of(image)
    # Pillow has grey with alpha in three channels, where it has 16 bits.
    return (opaque.convert("L") if chunks.header[9] in _GREY else opaque), cover


def _from_rows(chunks: _Chunks, raw: bytes, *, whole: bool) -> _Still:
    """A picture from its rows, in a stream without compression: sums and headers are not asked."""
    storing = zlib.compressobj(0)
    stored = storing.compress(raw) + storing.flush(zlib.Z_FINISH if whole else zlib.Z_SYNC_FLUSH)
    laid_out = _laid_out(chunks, [(b"IDAT", stored)])
    image, cover = loaded(lambda: _opened(laid_out))
    if cover is not None and chunks.header[12]:
        image, cover = spread(image, cover)
    return *_plain(chunks, image), cover


def _unpacked_rows(chunks: _Chunks, data: list[bytes]) -> tuple[bytes, bool, bool]:
    """All rows that can be unpacked, whether those are all, and whether the packing breaks off, even behind
    them: as far as Chromium's unpacker would look.
    """
    (width, height), (depth, kind, *_, interlaced) = chunks.size, chunks.header[8:13]
    bits = depth * _CHANNELS.get(kind, 1)
    due = size_of(width, height, bits) if interlaced else (-(-width * bits // 8) + 1) * height
    left = due + _HELD_BACK
    unpacking, rows, packed = zlib.decompressobj(-15), [], memoryview(b"".join(data))[2:]
    broke = False
    for at in range(0, len(packed), _PIECE):
        # In small pieces: what comes out of the one that breaks is lost.
        try:
            rows.append(unpacking.decompress(packed[at : at + _PIECE], left))
        except zlib.error:
            broke = True
            break
        left -= len(rows[-1])
        if left <= 0 or unpacking.eof:
            break
    raw = b"".join(rows)
    return raw, len(raw) >= due, broke


def _laid_out(chunks: _Chunks, body: list[_Chunk]) -> bytes:
    parts = [(b"IHDR", chunks.header)]
    if chunks.palette is not None:
        parts.append((b"PLTE", _filled(chunks.palette, chunks.header[8])))
    if chunks.key is not None:
        parts.append((b"tRNS", _key(chunks.key, *chunks.header[8:10])))
    return SIGNATURE + b"".join(_chunk(*part) for part in [*parts, *body, (b"IEND", b"")])


def _filled(palette: bytes, depth: int) -> bytes:
    """In Chromium, indices beyond a palette are its last entry."""
    return palette + palette[-3:] * max(0, (1 << min(depth, 8)) - len(palette) // 3)


def _key(key: bytes, depth: int, kind: int) -> bytes:
    """Pillow has small greys in eight bits before it looks for the one that is transparent."""
    if kind or depth >= 8 or len(key) != 2:
        return key
    return struct.pack(">H", int.from_bytes(key) * 255 // ((1 << depth) - 1))


def _within(key: bytes, depth: int) -> bytes:
    """A key of samples as libpng has it: of what is beyond their depth only the lower bits count."""
    numbers = struct.unpack(f">{len(key) // 2}H", key)
    return struct.pack(f">{len(numbers)}H", *(number & ((1 << depth) - 1) for number in numbers))


def _chunk(name: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4) + name + body + zlib.crc32(body, zlib.crc32(name)).to_bytes(4)


def _opened(content: bytes) -> PngImagePlugin.PngImageFile:
    return PngImagePlugin.PngImageFile(io.BytesIO(content))
