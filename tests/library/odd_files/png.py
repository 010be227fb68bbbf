"""PNG by chunks. PNG (third edition), sections 5 and 11."""

import struct
import zlib

import numpy as np
from PIL import Image

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunk(name: bytes, body: bytes, *, sound: bool = True) -> bytes:
    return (
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body) ^ (not sound))
    )


def chunks(content: bytes):
    at = len(SIGNATURE)
    while at + 8 <= len(content):
        (size,) = struct.unpack(">I", content[at : at + 4])
        yield content[at + 4 : at + 8], content[at + 8 : at + 8 + size]
        at += 12 + size


def data_of(content: bytes) -> bytes:
    return b"".join(body for name, body in chunks(content) if name == b"IDAT")


def png(image: Image.Image, *before: bytes, data: bytes | None = None, after: bytes = b"", end=True) -> bytes:
    """`image` (8 bits), with chunks before its data, and its data as given."""
    colour = {"L": 0, "RGB": 2, "LA": 4, "RGBA": 6}[image.mode]
    header = struct.pack(">IIBBBBB", *image.size, 8, colour, 0, 0, 0)
    body = b"".join(before) + (chunk(b"IDAT", packed(image)) if data is None else data) + after
    return SIGNATURE + chunk(b"IHDR", header) + body + (chunk(b"IEND", b"") if end else b"")


def packed(image: Image.Image) -> bytes:
    return zlib.compress(b"".join(b"\0" + row.tobytes() for row in np.asarray(image)))


def interlaced(image: Image.Image) -> bytes:
    """Adam7."""
    pixels, rows = np.asarray(image), []
    passes = (
        (0, 0, 8, 8),
        (4, 0, 8, 8),
        (0, 4, 4, 8),
        (2, 0, 4, 4),
        (0, 2, 2, 4),
        (1, 0, 2, 2),
        (0, 1, 1, 2),
    )
    for left, top, across, down in passes:
        rows += [b"\0" + row.tobytes() for row in pixels[top::down, left::across]]
    header = struct.pack(">IIBBBBB", *image.size, 8, 2, 0, 0, 1)
    body = chunk(b"IDAT", zlib.compress(b"".join(rows)))
    return SIGNATURE + chunk(b"IHDR", header) + body + chunk(b"IEND", b"")


def profile(body: bytes, *, sound: bool = True, cut: int = 0) -> bytes:
    packed_profile = zlib.compress(body)
    if cut:
        packed_profile = packed_profile[:-cut] + b"\xaa" * cut
    return chunk(b"iCCP", b"made\0\0" + packed_profile, sound=sound)


def gamma(value: float, *, sound: bool = True) -> bytes:
    return chunk(b"gAMA", struct.pack(">I", round(value * 100_000)), sound=sound)


def code_points(primaries: int, transfer: int) -> bytes:
    return chunk(b"cICP", bytes([primaries, transfer, 0, 1]))


def primaries(*places: float) -> bytes:
    return chunk(b"cHRM", struct.pack(">8I", *(round(place * 100_000) for place in places)))


def animated(frames, *, still: Image.Image | None = None, plays: int = 0) -> bytes:
    """An APNG of (image, seconds in 1/1000); `still`: a picture that is no frame."""
    number = iter(range(1000))
    first = frames[0][0]
    width, height = first.size
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    out = chunk(b"IHDR", header) + chunk(b"acTL", struct.pack(">II", len(frames), plays))
    if still is not None:
        out += chunk(b"IDAT", packed(still))
    for place, (image, milliseconds) in enumerate(frames):
        control = struct.pack(">IIIIIHHBB", next(number), width, height, 0, 0, milliseconds, 1000, 0, 0)
        out += chunk(b"fcTL", control)
        if place == 0 and still is None:
            out += chunk(b"IDAT", packed(image))
        else:
            out += chunk(b"fdAT", struct.pack(">I", next(number)) + packed(image))
    return SIGNATURE + out + chunk(b"IEND", b"")


def deep(samples: np.ndarray, *before: bytes, filtered: int = 0) -> bytes:
    """A PNG of sixteen bits a sample; `filtered`: 0 for no filter, 1 for the difference to the left."""
    height, width, channels = samples.shape
    header = struct.pack(">IIBBBBB", width, height, 16, {1: 0, 3: 2}[channels], 0, 0, 0)
    rows = samples.astype(">u2").reshape(height, -1).view(np.uint8)
    if filtered:
        step = 2 * channels
        rows = np.concatenate([rows[:, :step], rows[:, step:] - rows[:, :-step]], axis=1)
    body = b"".join(bytes([filtered]) + row.tobytes() for row in rows)
    data = chunk(b"IDAT", zlib.compress(body))
    return SIGNATURE + chunk(b"IHDR", header) + b"".join(before) + data + chunk(b"IEND", b"")


def grey(rows: np.ndarray, width: int, depth: int, *before: bytes) -> bytes:
    """Grey samples of few bits, packed in `rows`."""
    header = struct.pack(">IIBBBBB", width, len(rows), depth, 0, 0, 0, 0)
    packed = zlib.compress(b"".join(b"\0" + row.tobytes() for row in rows))
    return (
        SIGNATURE + chunk(b"IHDR", header) + b"".join(before) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")
    )
