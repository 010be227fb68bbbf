"""BMP and icons by their headers."""

import struct

import numpy as np
from PIL import Image


def bmp(
    image: Image.Image, bits: int, masks: tuple[tuple[int, int], ...], *, alpha=None, profile=b""
) -> bytes:
    """`masks`: where red, green, blue (and alpha) begin, and how many bits each has."""
    width, height = image.size
    body = rows(image, bits, masks, alpha)
    fields = b"".join(struct.pack("<I", ((1 << count) - 1) << at) for at, count in masks)
    size = 124 if profile else 108 if len(masks) == 4 else 40
    head = struct.pack("<IiiHHIIiiII", size, width, height, 1, bits, 3, len(body), 2835, 2835, 0, 0)
    head += fields
    if size > 40:
        space = b"DEBM" if profile else b"BGRs"
        head = (head.ljust(40 + 16, b"\0") + space).ljust(size, b"\0")
    if profile:
        head = head[:112] + struct.pack("<II", size + len(body), len(profile)) + head[120:]
    at = 14 + len(head)
    return b"BM" + struct.pack("<IHHI", at + len(body), 0, 0, at) + head + body + profile


def rows(image: Image.Image, bits: int, masks, alpha=None) -> bytes:
    pixels = np.asarray(image)[::-1].astype(np.uint32)
    values = np.zeros(pixels.shape[:2], np.uint32)
    for channel, (at, count) in enumerate(masks[:3]):
        values |= (pixels[..., channel] * ((1 << count) - 1) // 255) << at
    if alpha is not None:
        at, count = masks[3]
        values |= (np.asarray(alpha)[::-1].astype(np.uint32) * ((1 << count) - 1) // 255) << at
    lines = [row.astype(f"<u{bits // 8}").tobytes() for row in values]
    return b"".join(line + bytes(-len(line) % 4) for line in lines)


def icon(*entries: tuple[int, int, int, bytes], kind: int = 1) -> bytes:
    """(stated width, height, bits, a PNG or a headless BMP)."""
    out, body = struct.pack("<HHH", 0, kind, len(entries)), b""
    for width, height, bits, picture in entries:
        at = 6 + 16 * len(entries) + len(body)
        out += struct.pack("<BBBBHHII", width & 255, height & 255, 0, 0, 1, bits, len(picture), at)
        body += picture
    return out + body


def headless(image: Image.Image, *, alpha: int | None = None, masked: bool = False) -> bytes:
    """24 bits, or 32 with this alpha, and a mask that hides nothing, or all."""
    width, height = image.size
    bits = 24 if alpha is None else 32
    pixels = np.asarray(image)[::-1, :, ::-1]
    if alpha is not None:
        pixels = np.dstack([pixels, np.full(pixels.shape[:2], alpha, np.uint8)])
    lines = [row.tobytes() for row in pixels]
    body = b"".join(line + bytes(-len(line) % 4) for line in lines)
    head = struct.pack("<IiiHHIIiiII", 40, width, 2 * height, 1, bits, 0, 0, 0, 0, 0, 0)
    return head + body + mask(np.full((height, width), masked))


def mask(hidden: np.ndarray) -> bytes:
    """One bit a pixel, upwards."""
    rows = np.packbits(hidden[::-1], axis=1)
    return np.pad(rows, ((0, 0), (0, -rows.shape[1] % 4))).tobytes()


def runs(image: Image.Image, beyond: int) -> bytes:
    """Mode P in stretches (RLE8), each row of which goes on for so many pixels beyond the width."""
    width, height = image.size
    body = b""
    for row in np.pad(np.asarray(image)[::-1], ((0, 0), (0, beyond)), mode="wrap"):
        for at in range(0, len(row), 200):
            stretch = row[at : at + 200].tobytes()
            if len(stretch) < 3:
                body += b"".join(bytes((1, index)) for index in stretch)
            else:
                body += bytes((0, len(stretch))) + stretch + bytes(len(stretch) & 1)
        body += b"\0\0"
    body += b"\0\1"
    palette = np.array(image.getpalette(), np.uint8).reshape(-1, 3)
    table = b"".join(bytes((*colour[::-1].tolist(), 0)) for colour in palette).ljust(1024, b"\0")
    at = 14 + 40 + len(table)
    head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 8, 1, len(body), 2835, 2835, 256, 0)
    return b"BM" + struct.pack("<IHHI", at + len(body), 0, 0, at) + head + table + body
