"""BMP files with every header, depth, run-length coding and set of masks; icons and cursors made of them.

In: dice. Out: a file. Next: the mutations below, which change its fields.

Microsoft, "Bitmap Storage" (BITMAPCOREHEADER to BITMAPV5HEADER); IBM OS/2 2.x for the header of 64 bytes.
"""

import random
import struct
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from drills.viewers import scenes
from drills.viewers.files import Made, Mutation, chance, saved
from drills.viewers.formats.png import ALPHAS, with_alpha
from drills.viewers.profiles import profile

TYPE: Final = "image/bmp"
HEADERS: Final = (12, 16, 40, 40, 52, 56, 64, 108, 124)
_MASKS: Final = {
    "565": (16, (0xF800, 0x07E0, 0x001F, 0)),
    "555": (16, (0x7C00, 0x03E0, 0x001F, 0)),
    "1555": (16, (0x7C00, 0x03E0, 0x001F, 0x8000)),
    "4444": (16, (0x0F00, 0x00F0, 0x000F, 0xF000)),
    "332": (16, (0xE0, 0x1C, 0x03, 0)),
    "8888": (32, (0xFF0000, 0xFF00, 0xFF, 0xFF000000)),
    "888x": (32, (0xFF0000, 0xFF00, 0xFF, 0)),
    "rgba": (32, (0xFF, 0xFF00, 0xFF0000, 0xFF000000)),
    "8888-low": (32, (0xFF000000, 0xFF0000, 0xFF00, 0xFF)),
    "101010": (32, (0x3FF00000, 0xFFC00, 0x3FF, 0)),
    "2101010": (32, (0x3FF00000, 0xFFC00, 0x3FF, 0xC0000000)),
    "odd": (32, (0x0FF00000, 0x0003FC00, 0x1FF, 0)),
    "none": (32, (0, 0, 0, 0)),
    "overlap": (32, (0xFFFF00, 0xFFFF, 0xFF, 0)),
}


def make(dice: random.Random) -> Made:
    """One file."""
    data, name = bitmap(dice, scenes.picture(dice))
    at = 14 + int.from_bytes(data[:4], "little")
    return Made(_with_header(data, dice), f"{name}-at{at}", TYPE)


def _with_header(data: bytes, dice: random.Random) -> bytes:
    before = _pixels_at(data)
    gap = dice.choice((0, 0, 0, 4, 100))
    size = 14 + len(data) + gap
    if dice.random() < 0.1:
        size = dice.choice((0, 1, size * 2))
    head = b"BM" + struct.pack("<IHHI", size, 0, 0, 14 + before + gap)
    return head + data[:before] + bytes(gap) + data[before:]


def _pixels_at(data: bytes) -> int:
    """How many bytes of header, masks and palette stand before the pixels."""
    size = int.from_bytes(data[:4], "little")
    if size == 12:
        depth = int.from_bytes(data[10:12], "little")
        return 12 + (3 << depth if depth <= 8 else 0)
    depth = int.from_bytes(data[14:16], "little")
    coded = int.from_bytes(data[16:20], "little") if size >= 20 else 0
    colours = int.from_bytes(data[32:36], "little") if size >= 36 else 0
    masks = {3: 12, 6: 16}.get(coded, 0) if size == 40 else 0
    return size + masks + 4 * (colours or (1 << depth if depth <= 8 else 0))


def bitmap(dice: random.Random, image: Image.Image, *, plain: bool = False) -> tuple[bytes, str]:
    """Header, masks, palette and pixels without the file header; and how it was made."""
    header = 40 if plain else dice.choice(HEADERS)
    top_down = not plain and header > 12 and chance(dice, 0.25)
    kind = dice.choice(("palette", "palette", "24", "24", "32", "16", "masks", "masks", "rle", "alpha"))
    if header < 40 and kind in ("masks", "rle", "alpha", "32", "16"):
        kind = "24"
    if header == 64 and kind in ("masks", "alpha"):
        kind = "24"
    coded, masks, depth, palette = 0, (0, 0, 0, 0), 24, b""
    width, height = image.size
    if kind in ("palette", "rle"):
        depth = dice.choice((1, 2, 4, 8)) if kind == "palette" else dice.choice((4, 8))
        drawn = image.quantize(1 << depth, Image.Quantize.FASTOCTREE)
        colours = bytes(drawn.getpalette() or [])[: 3 << depth].ljust(3 << depth, b"\0")
        palette = b"".join(
            colours[at : at + 3][::-1] + (b"" if header == 12 else b"\0") for at in range(0, len(colours), 3)
        )
        indices = np.asarray(drawn)
        if kind == "rle":
            coded = 1 if depth == 8 else 2
            pixels = _run_lengths(indices[::-1], depth, dice)
            top_down = False
        else:
            pixels = _packed(indices if top_down else indices[::-1], depth)
        label = f"{kind}{depth}"
    elif kind in ("24", "32", "16"):
        depth = int(kind)
        pixels = _plain(image, depth, top_down)
        label = kind
    else:
        name = (
            dice.choice(sorted(_MASKS))
            if kind == "masks"
            else dice.choice(("8888", "rgba", "4444", "8888-low"))
        )
        depth, masks = _MASKS[name]
        coded = 6 if masks[3] and header == 40 and chance(dice, 0.5) else 3
        alpha = dice.choice(ALPHAS) if masks[3] else "opaque"
        pixels = _masked(with_alpha(image, alpha), depth, masks, top_down)
        label = f"masks-{name}-{alpha}"
    head = _header(dice, header, (width, -height if top_down else height), depth, coded, masks, len(pixels))
    return head + palette + pixels, f"header{header}-{label}" + ("-top-down" if top_down else "")


def _header(
    dice: random.Random,
    header: int,
    size: tuple[int, int],
    depth: int,
    coded: int,
    masks: tuple[int, int, int, int],
    length: int,
) -> bytes:
    if header == 12:
        return struct.pack("<IHHHH", 12, *size, 1, depth)
    head = struct.pack("<IiiHH", header, *size, 1, depth)
    if header == 16:
        return head
    colours = 1 << depth if depth <= 8 and chance(dice, 0.5) else 0
    head += struct.pack("<IIiiII", coded, dice.choice((length, 0)), 2835, 2835, colours, 0)
    if header == 40:
        return head + {3: struct.pack("<III", *masks[:3]), 6: struct.pack("<IIII", *masks)}.get(coded, b"")
    if header == 64:
        return head.ljust(64, b"\0")
    head += struct.pack("<IIII", *masks)[: header - 40]
    if header >= 108:
        space = dice.choice((b"BGRs", b" niW", bytes(4), b"DEBM"))
        points = dice.choice(
            (
                bytes(36),
                struct.pack(
                    "<9i",
                    *(round(value * 2**30) for value in (0.15, 0.06, 0.79, 0.3, 0.6, 0.1, 0.64, 0.33, 0.03)),
                ),
            )
        )
        head += space + points + struct.pack("<III", *(dice.choice((0, 65536, 144179)),) * 3)
    if header == 124:
        # A profile's place counts from here; what stands there is pixels.
        head += struct.pack("<IIII", dice.choice((4, 2, 8)), 124, 300, 0)
    return head


def _packed(indices: NDArray[np.uint8], depth: int) -> bytes:
    height, width = indices.shape
    each = 8 // depth
    room = -(-width * depth // 32) * 4
    padded = np.zeros((height, room * each), np.uint16)
    padded[:, :width] = indices
    shifts = np.arange(each - 1, -1, -1) * depth
    return (padded.reshape(height, room, each) << shifts).sum(axis=2).astype(np.uint8).tobytes()


def _plain(image: Image.Image, depth: int, top_down: bool) -> bytes:
    pixels = np.asarray(image)[..., ::-1]
    if not top_down:
        pixels = pixels[::-1]
    height, width = pixels.shape[:2]
    if depth == 16:
        wide = pixels.astype(np.uint16) >> 3
        return _rows(
            (wide[..., 2] << 10 | wide[..., 1] << 5 | wide[..., 0]).astype("<u2").view(np.uint8), height
        )
    if depth == 32:
        return np.dstack([pixels, np.zeros((height, width), np.uint8)]).tobytes()
    return _rows(np.ascontiguousarray(pixels).reshape(height, -1), height)


def _rows(data: NDArray[np.uint8], height: int) -> bytes:
    data = data.reshape(height, -1)
    room = np.zeros((height, -(-data.shape[1] // 4) * 4), np.uint8)
    room[:, : data.shape[1]] = data
    return room.tobytes()


def _masked(image: Image.Image, depth: int, masks: tuple[int, int, int, int], top_down: bool) -> bytes:
    pixels = np.asarray(image.convert("RGBA")).astype(np.uint64)
    if not top_down:
        pixels = pixels[::-1]
    total = np.zeros(pixels.shape[:2], np.uint64)
    for channel, mask in enumerate(masks):
        if mask:
            shift = (mask & -mask).bit_length() - 1
            top = mask >> shift
            total |= (pixels[..., channel] * np.uint64(top) // np.uint64(255)) << np.uint64(
                shift
            ) & np.uint64(mask)
    kind = "<u2" if depth == 16 else "<u4"
    return _rows(np.ascontiguousarray(total.astype(kind)).view(np.uint8), image.height)


def _run_lengths(indices: NDArray[np.uint8], depth: int, dice: random.Random) -> bytes:
    """Runs and literal stretches, with a skip where dice say so."""
    out = bytearray()
    skips = dice.random() < 0.3
    for row in indices:
        at = 0
        values = row.tolist()
        while at < len(values):
            run = 1
            while at + run < len(values) and run < 255 and values[at + run] == values[at]:
                run += 1
            if run >= 3 or len(values) - at < 3:
                out += bytes((run, values[at] * (17 if depth == 4 else 1)))
                at += run
                continue
            stretch = values[at : at + dice.choice((3, 20, 255))]
            if len(stretch) < 3:
                continue
            body = bytes(stretch)
            if depth == 4:
                pairs = [*stretch, 0] if len(stretch) % 2 else stretch
                body = bytes(pairs[place] << 4 | pairs[place + 1] for place in range(0, len(pairs), 2))
            out += bytes((0, len(stretch))) + body + bytes(len(body) % 2)
            at += len(stretch)
        out += b"\0\0"
        if skips and dice.random() < 0.02:
            out += bytes((0, 2, 0, 0))
    return bytes(out) + b"\0\1"


def _field(offsets: tuple[int, ...], size: int) -> Mutation:
    """One number of the headers, changed."""

    def mutate(data: bytes, dice: random.Random) -> bytes:
        if data[:2] != b"BM" or len(data) < 60:
            return data
        at = dice.choice(offsets)
        value = int.from_bytes(data[at : at + size], "little")
        choices = (
            0,
            1,
            value + 1,
            value - 1,
            value * 2,
            value // 2,
            2 ** (8 * size) - 1,
            -value,
            dice.choice(HEADERS),
            8,
            24,
            32,
            3,
        )
        new = dice.choice(choices) % 2 ** (8 * size)
        return data[:at] + new.to_bytes(size, "little") + data[at + size :]

    return mutate


def _inside(data: bytes, dice: random.Random) -> bytes:
    """A PNG or JPEG inside, as printers get it."""
    image = scenes.picture(dice)
    kind, coded = dice.choice((("PNG", 5), ("JPEG", 4)))
    body = saved(image, kind)
    head = struct.pack("<IiiHHIIiiII", 40, image.width, image.height, 1, 0, coded, len(body), 0, 0, 0, 0)
    return (
        b"BM" + struct.pack("<IHHI", 54 + len(body), 0, 0, 54) + head + body if dice.random() < 0.5 else data
    )


def _icc(data: bytes, dice: random.Random) -> bytes:
    """A profile in a file with the longest header."""
    if data[14:18] != b"\x7c\0\0\0":
        return data
    body, _ = profile(dice)
    at = len(data) - 14
    return data[:70] + b"DEBM" + data[74:126] + struct.pack("<II", at, len(body)) + data[134:] + body


def _cut(data: bytes, dice: random.Random) -> bytes:
    return data[: int(len(data) * dice.choice((0.999, 0.95, 0.7, 0.4)))]


def _behind(data: bytes, dice: random.Random) -> bytes:
    return data + dice.choice((saved(scenes.picture(dice), "JPEG"), dice.randbytes(40), b"\0"))


MUTATIONS: Final[dict[str, Mutation]] = {
    "file-header": _field((2, 6, 10), 4),
    "header-size": _field((14,), 4),
    "size": _field((18, 22), 4),
    "planes-or-depth": _field((26, 28), 2),
    "compression": _field((30, 34), 4),
    "colours-or-masks": _field((46, 50, 54, 58, 62, 66, 70), 4),
    "picture-inside": _inside,
    "icc": _icc,
    "tail-cut": _cut,
    "more-behind": _behind,
}
