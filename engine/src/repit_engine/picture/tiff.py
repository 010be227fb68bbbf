"""TIFF: Pillow and libtiff, but for samples that they misread or do not know.

In: the bytes of a TIFF. Out: its views, of every page. Next: `reading`. Samples wider than a byte are read
here where they are stored plainly or deflated: Pillow 13 takes 16 bits in separate planes for 8, unsigned 32
bits for signed, and white for black in 16 bits. In other compressions they are refused by name. TIFF 6.0.
"""

import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, TiffImagePlugin

from repit_engine.errors import UnsupportedPicture
from repit_engine.picture.frames import frames_of
from repit_engine.picture.layers import Layer, shown_of
from repit_engine.picture.limits import Deadline, Limits
from repit_engine.picture.modes import plain_of, wide_to_grey
from repit_engine.picture.refusals import damaged, unsupported_variant
from repit_engine.picture.shown import Shown, Unseen

_WIDTH, _HEIGHT, _BITS, _COMPRESSION, _PHOTOMETRIC = 256, 257, 258, 259, 262
_OFFSETS, _ORIENTATION, _SAMPLES, _ROWS, _COUNTS, _PLANAR, _PREDICTOR = 273, 274, 277, 278, 279, 284, 317
_TILE_WIDTH, _TILE_HEIGHT, _TILE_OFFSETS, _TILE_COUNTS, _EXTRA, _FORMAT = 322, 323, 324, 325, 338, 339
_PROFILE: Final = 34675
_PLAIN, _DEFLATED = 1, (8, 32946)
_WHITE_IS_0, _BLACK_IS_0, _COLOUR, _INKS = 0, 1, 2, 5
_KINDS: Final = {1: "u", 2: "i", 3: "f"}
_READ: Final = ("u8", "i8", "u16", "i16", "f16", "u32", "i32", "f32", "u64", "i64", "f64")
_MOST_PIECES: Final = 200_000


def read_tiff(
    content: bytes, limits: Limits, deadline: Deadline, *, colour: bool
) -> Iterator[Shown | Unseen]:
    """The views of a TIFF. Raises `PictureRefused`, and whatever Pillow raises (`refusals.decoding`)."""

    def opening() -> TiffImagePlugin.TiffImageFile:
        return TiffImagePlugin.TiffImageFile(io.BytesIO(content))

    tags = _tags(content)
    limits.check_pixels(int(tags.get(_WIDTH, 0)), int(tags.get(_HEIGHT, 0)))
    deadline.check()
    if _is_wide(tags):
        opaque, cover = _read_wide(content, tags)
        deadline.check()
        profile, turn = tags.get(_PROFILE), tags.get(_ORIENTATION, 1)
        layer = Layer(
            opaque,
            cover,
            (bytes(profile),) if isinstance(profile, bytes) else (),
            orientation=turn if isinstance(turn, int) else 1,
        )
        yield from shown_of(layer, colour=colour)
        if tags.next:
            yield Unseen("too-many-frames")
        return
    image = opening()
    limits.check_pixels(*image.size)
    # One for CIE LAB says how its numbers are meant, which is known.
    profile = image.info.get("icc_profile") if image.mode != "LAB" else None
    pattern = Layer(Image.new("L", (1, 1)), profiles=(profile,) if profile else ())
    if _pages(image) > 1:
        yield from frames_of(opening, pattern, limits, deadline, colour=colour, pages=True)
        return
    image.load()
    # What the header declares and what the codec decodes may differ.
    limits.check_pixels(*image.size)
    deadline.check()
    yield from shown_of(Layer(*plain_of(image), pattern.profiles), colour=colour)


def _tags(content: bytes) -> TiffImagePlugin.ImageFileDirectory_v2:
    """Of the first page; Pillow opens no file whose samples it does not know."""
    head = content[:16] if content[2:3] == b"+" or content[3:4] == b"+" else content[:8]
    tags = TiffImagePlugin.ImageFileDirectory_v2(head)
    file = io.BytesIO(content)
    file.seek(tags.next)
    tags.load(file)
    return tags


def _pages(image: TiffImagePlugin.TiffImageFile) -> int:
    try:
        return int(image.n_frames)
    except Exception:  # noqa: BLE001 - what follows the first page is broken
        return 1


@dataclass(frozen=True, slots=True)
class _Form:
    """How samples lie in the file."""

    width: int
    height: int
    samples: int
    kind: np.dtype[Any]
    photometric: int
    planes: bool
    deflated: bool
    predicted: bool


def _is_wide(tags: Any) -> bool:
    """Whether these are samples that Pillow would misread or refuse, and we need not."""
    bits, kinds = _listed(tags.get(_BITS, 1)), _listed(tags.get(_FORMAT, 1))
    if max(bits) <= 8 and set(kinds) <= {1}:
        return False
    single = len(bits) == 1
    grey = single and (bits[0], kinds[0]) in ((16, 1), (32, 3), (32, 2), (16, 2), (8, 2))
    colours = set(bits) == {16} and set(kinds) <= {1} and tags.get(_PLANAR, 1) == 1
    plain = tags.get(_PHOTOMETRIC) != _WHITE_IS_0 if single else True
    return not (plain and (grey or colours))


def _read_wide(content: bytes, tags: Any) -> tuple[Image.Image, Image.Image | None]:
    form = _form(tags, little=content[:2] == b"II")
    samples = _assembled(content, tags, form)
    if form.kind.kind == "f" and not np.isfinite(samples).all():
        raise UnsupportedPicture("The picture holds values that are not numbers.")
    channels = {_COLOUR: 3, _INKS: 4}.get(form.photometric, 1)
    if form.samples < channels:
        raise damaged()
    opaque = wide_to_grey(samples[:, :, :channels])
    if form.photometric == _WHITE_IS_0:
        opaque = 255 - opaque
    extra = _listed(tags.get(_EXTRA, ()))
    cover = None
    if form.samples > channels and extra[:1] in ((1,), (2,)):
        cover = Image.fromarray(wide_to_grey(samples[:, :, channels]))
    if channels == 1:
        return Image.fromarray(opaque[:, :, 0]), cover
    return Image.fromarray(opaque, "CMYK" if channels == 4 else "RGB"), cover


def _form(tags: Any, *, little: bool) -> _Form:
    depths, kinds = set(_listed(tags.get(_BITS, 1))), set(_listed(tags.get(_FORMAT, 1)))
    depth, kind = max(depths), max(kinds)
    compression, predictor = tags.get(_COMPRESSION, 1), tags.get(_PREDICTOR, 1)
    if (
        len(depths) > 1
        or len(kinds) > 1
        or f"{_KINDS.get(kind)}{depth}" not in _READ
        or compression not in (_PLAIN, *_DEFLATED)
        or predictor not in (1, 2)
    ):
        raise unsupported_variant()
    return _Form(
        width=int(tags[_WIDTH]),
        height=int(tags[_HEIGHT]),
        samples=int(tags.get(_SAMPLES, 1)),
        kind=np.dtype(f"{'<' if little else '>'}{_KINDS[kind]}{depth // 8}"),
        photometric=int(tags.get(_PHOTOMETRIC, _BLACK_IS_0)),
        planes=tags.get(_PLANAR, 1) == 2,
        deflated=compression in _DEFLATED,
        predicted=predictor == 2,
    )


def _assembled(content: bytes, tags: Any, form: _Form) -> NDArray[Any]:
    """``(h, w, samples)`` in native order."""
    tiled = _TILE_OFFSETS in tags
    across = int(tags[_TILE_WIDTH]) if tiled else form.width
    down = int(tags[_TILE_HEIGHT] if tiled else min(tags.get(_ROWS, form.height), form.height))
    offsets = _listed(tags[_TILE_OFFSETS if tiled else _OFFSETS])
    counts = _listed(tags[_TILE_COUNTS if tiled else _COUNTS])
    columns, rows = -(-form.width // max(across, 1)), -(-form.height // max(down, 1))
    depth = 1 if form.planes else form.samples
    pieces = columns * rows * (form.samples if form.planes else 1)
    size = across * down * depth * form.kind.itemsize
    if not 0 < pieces <= min(len(offsets), len(counts), _MOST_PIECES) or form.samples > 8 or size > 1 << 30:
        raise damaged()
    out = np.zeros((form.height, form.width, form.samples), form.kind.newbyteorder("="))
    for piece in range(pieces):
        plane, place = divmod(piece, columns * rows)
        y, x = place // columns * down, place % columns * across
        high, wide = min(down, form.height - y), min(across, form.width - x)
        lines = down if tiled else high
        packed = content[offsets[piece] : offsets[piece] + counts[piece]]
        raw = zlib.decompressobj().decompress(packed, size) if form.deflated else packed
        needed = lines * across * depth * form.kind.itemsize
        if len(raw) < needed:
            raise damaged()
        block = np.frombuffer(raw, form.kind, lines * across * depth).reshape(lines, across, depth)
        block = block.astype(out.dtype)
        if form.predicted:
            block = np.cumsum(block, axis=1, dtype=out.dtype)
        first = plane if form.planes else 0
        out[y : y + high, x : x + wide, first : first + depth] = block[:high, :wide]
    return out


def _listed(value: Any) -> tuple[int, ...]:
    return tuple(int(number) for number in value) if isinstance(value, (tuple, list)) else (int(value),)
