"""2,000 hostile files, the same ones every time: damaged copies of valid files, bombs, absurd headers, no
pictures.
"""

import random
import struct
import zlib
from collections.abc import Iterator

import numpy as np
from picture_files import DISPLAY_P3, made, saved, with_orientation
from PIL import Image

TOTAL = 2000
SEED = 20250505


def corpus() -> Iterator[tuple[str, bytes]]:
    crafted = [*_absurd(), *_bombs(), *_no_pictures()]
    yield from crafted
    valid = _valid()
    rng = random.Random(SEED)
    for number in range(TOTAL - len(crafted)):
        name, data = valid[number % len(valid)]
        damage = _DAMAGES[number // len(valid) % len(_DAMAGES)]
        yield f"{name}-{damage.__name__.strip('_')}-{number}", damage(data, rng)


def _valid() -> list[tuple[str, bytes]]:
    scene, other = made(1, 96, 72), made(2, 96, 72)
    clear = scene.copy()
    clear.putalpha(other.convert("L"))
    wide = Image.fromarray(np.asarray(scene.convert("L")).astype(np.uint16) * 257)
    exif = with_orientation(scene, 6).tobytes()
    animated: dict[str, object] = {"save_all": True, "append_images": [other]}
    return [
        ("jpeg", saved(scene, "JPEG")),
        ("jpeg-large", saved(scene.resize((1040, 1030)), "JPEG", quality=40)),
        ("jpeg-progressive", saved(scene, "JPEG", progressive=True)),
        ("jpeg-cmyk", saved(scene.convert("CMYK"), "JPEG")),
        ("jpeg-grey-exif-profile", saved(scene.convert("L"), "JPEG", exif=exif, icc_profile=DISPLAY_P3)),
        ("jpeg-profile", saved(scene, "JPEG", exif=exif, icc_profile=DISPLAY_P3)),
        ("png", saved(scene, "PNG")),
        ("png-palette", saved(scene.quantize(64), "PNG", transparency=bytes(range(64)))),
        ("png-alpha-profile", saved(clear, "PNG", icc_profile=DISPLAY_P3, exif=exif)),
        ("png-16", saved(wide, "PNG")),
        ("png-animated", saved(scene, "PNG", **animated)),
        ("gif", saved(scene, "GIF")),
        ("gif-animated", saved(scene, "GIF", **animated)),
        ("webp", saved(scene, "WEBP", exif=exif)),
        ("webp-lossless", saved(clear, "WEBP", lossless=True)),
        ("webp-animated", saved(scene, "WEBP", **animated)),
        ("bmp", saved(scene, "BMP")),
        ("bmp-palette", saved(scene.quantize(16), "BMP")),
        ("tiff", saved(scene, "TIFF", compression="raw")),
        ("tiff-lzw-alpha", saved(clear, "TIFF", compression="tiff_lzw")),
        ("tiff-jpeg", saved(scene, "TIFF", compression="jpeg")),
        ("tiff-deflate-pages", saved(scene, "TIFF", compression="tiff_adobe_deflate", **animated)),
        ("tiff-float", saved(scene.convert("F"), "TIFF")),
        ("tiff-cmyk", saved(scene.convert("CMYK"), "TIFF", compression="packbits")),
        ("heic", saved(scene, "HEIF")),
        ("avif", saved(scene, "AVIF")),
        ("avif-alpha", saved(clear, "AVIF", exif=exif)),
    ]


def _flip(data: bytes, rng: random.Random) -> bytes:
    damaged = bytearray(data)
    for _ in range(rng.choice((1, 2, 8, 40))):
        damaged[rng.randrange(len(damaged))] ^= 1 << rng.randrange(8)
    return bytes(damaged)


def _flip_header(data: bytes, rng: random.Random) -> bytes:
    damaged = bytearray(data)
    for _ in range(rng.choice((1, 3))):
        damaged[rng.randrange(4, min(200, len(damaged)))] = rng.choice((0, 1, 0x7F, 0x80, 0xFE, 0xFF))
    return bytes(damaged)


def _cut(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data))]


def _remove(data: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(data))
    return data[:at] + data[at + rng.choice((1, 4, 64, 900)) :]


def _repeat(data: bytes, rng: random.Random) -> bytes:
    at, size = rng.randrange(len(data)), rng.choice((1, 12, 300))
    return data[: at + size] + data[at : at + size] * rng.choice((1, 3, 50)) + data[at + size :]


def _noise(data: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(data))
    noise = rng.randbytes(rng.choice((4, 40, 400)))
    return data[:at] + noise + data[at + len(noise) :]


_DAMAGES = (_flip, _flip_header, _cut, _remove, _flip, _repeat, _noise)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _png(width: int, height: int, *chunks: bytes, depth: int = 8, colour: int = 2) -> bytes:
    header = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(chunks) + _chunk(b"IEND", b"")


def _zeros(size: int) -> bytes:
    packer = zlib.compressobj(9)
    block = bytes(1 << 20)
    return b"".join([packer.compress(block) for _ in range(size >> 20)]) + packer.flush()


def _tiff(entries: list[tuple[int, int, int, int]], tail: bytes = b"", count: int | None = None) -> bytes:
    table = b"".join(struct.pack("<HHII", *entry) for entry in sorted(entries))
    return (
        b"II*\0" + struct.pack("<IH", 8, len(entries) if count is None else count) + table + bytes(4) + tail
    )


def _absurd() -> Iterator[tuple[str, bytes]]:
    """Headers that promise a gigapixel, or contradict themselves."""
    scene = made(3, 48, 40)
    jpeg = bytearray(saved(scene, "JPEG"))
    at = jpeg.index(b"\xff\xc0") + 5
    for size in ((65_500, 65_500), (0, 0), (1, 65_535), (40_000, 100)):
        jpeg[at : at + 4] = struct.pack(">HH", *size)
        yield f"jpeg-{size}", bytes(jpeg)
    bmp = bytearray(saved(scene, "BMP"))
    for width, height in ((60_000, 60_000), (-1, -1), (2**31 - 1, 2**31 - 1), (9_000, 9_000), (0, 5)):
        bmp[18:26] = struct.pack("<ii", width, height)
        yield f"bmp-{width}x{height}", bytes(bmp)
    gif = bytearray(saved(scene.quantize(8), "GIF"))
    yield "gif-canvas", bytes(gif[:6]) + b"\xff\xff\xff\xff" + bytes(gif[10:])
    at = gif.index(b",", 6)
    for box in ((0, 0, 65_535, 65_535), (65_000, 65_000, 48, 40), (0, 0, 0, 0), (0, 0, 9_000, 9_000)):
        gif[at + 1 : at + 9] = struct.pack("<HHHH", *box)
        yield f"gif-frame-{box}", bytes(gif)
    yield "png-gigapixel", _png(60_000, 60_000, _chunk(b"IDAT", _zeros(1 << 20)))
    yield "png-no-size", _png(0, 0, _chunk(b"IDAT", b""))
    yield "png-largest", _png(2**31 - 1, 2**31 - 1, _chunk(b"IDAT", b"x"))
    yield "png-odd-depth", _png(8, 8, _chunk(b"IDAT", zlib.compress(bytes(200))), depth=3)
    yield "png-odd-colour", _png(8, 8, _chunk(b"IDAT", zlib.compress(bytes(200))), colour=5)
    vp8x = b"VP8X" + struct.pack("<I", 10) + b"\x10\0\0\0" + b"\xff\xff\xff" * 2
    yield "webp-gigapixel", b"RIFF" + struct.pack("<I", 4 + len(vp8x)) + b"WEBP" + vp8x
    size = [(256, 4, 1, 60_000), (257, 4, 1, 60_000), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1)]
    yield "tiff-gigapixel", _tiff([*size, (273, 4, 1, 8), (279, 4, 1, 100)])
    small = [(256, 4, 1, 64), (257, 4, 1, 64), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1)]
    yield "tiff-offsets-beyond", _tiff([*small, (273, 4, 1, 2**32 - 1), (279, 4, 1, 4096)])
    yield "tiff-huge-count", _tiff([*small, (273, 4, 2**31, 8), (279, 4, 2**31, 8)], bytes(4096))
    yield "tiff-many-tags", _tiff(small, bytes(900_000), count=65_535)
    yield "tiff-samples", _tiff([*small, (277, 3, 1, 60_000), (273, 4, 1, 8), (279, 4, 1, 9)], bytes(9999))
    tiles = [(322, 4, 1, 1), (323, 4, 1, 1), (324, 4, 4096, 140), (325, 4, 4096, 140)]
    yield "tiff-tiny-tiles", _tiff([*small, *tiles], bytes(40_000))
    large = [(322, 4, 1, 2**31), (323, 4, 1, 2**31), (324, 4, 1, 200), (325, 4, 1, 999)]
    yield "tiff-huge-tiles", _tiff([*small, *large], bytes(4000))
    yield "tiff-loop", b"II*\0\x08\0\0\0\0\0\x08\0\0\0"
    yield "bigtiff", b"II+\0\x08\0\0\0" + struct.pack("<QQ", 16, 2**63)
    yield (
        "heic-box",
        struct.pack(">I", 24) + b"ftypheic\0\0\0\0mif1heic" + b"\xff\xff\xff\xffmeta" + bytes(50),
    )
    yield "avif-box", struct.pack(">I", 24) + b"ftypavif\0\0\0\0mif1avif" + b"\0\0\0\1meta" + b"\xff" * 50


def _bombs() -> Iterator[tuple[str, bytes]]:
    """A little that would become a lot."""
    zeros = _zeros(256 << 20)
    data = _chunk(b"IDAT", zlib.compress(bytes(8 * 25)))
    yield "png-idat-bomb", _png(8, 8, _chunk(b"IDAT", zeros))
    yield "png-idat-bomb-at-the-limit", _png(60_000, 2_000, _chunk(b"IDAT", zeros), colour=0)
    yield "png-ztxt-bomb", _png(8, 8, _chunk(b"zTXt", b"k\0\0" + zeros), data)
    yield "png-itxt-bomb", _png(8, 8, _chunk(b"iTXt", b"k\0\1\0\0\0" + zeros), data)
    yield "png-itxt-after", _png(8, 8, data, _chunk(b"iTXt", b"k\0\1\0\0\0" + zeros))
    yield "png-many-texts", _png(8, 8, *[_chunk(b"zTXt", b"k\0\0" + _zeros(1 << 20))] * 200, data)
    yield "png-profile-bomb", _png(8, 8, _chunk(b"iCCP", b"k\0\0" + zeros), data)
    yield (
        "tiff-deflate-bomb",
        _tiff(
            [
                (256, 4, 1, 8),
                (257, 4, 1, 8),
                (258, 3, 1, 8),
                (259, 3, 1, 8),
                (262, 3, 1, 1),
                (273, 4, 1, 200),
                (279, 4, 1, len(zeros)),
            ],
            bytes(200) + zeros,
        ),
    )
    jpeg = saved(Image.new("L", (2048, 2048)), "JPEG", progressive=True)
    at = jpeg.index(b"\xff\xda")
    yield "jpeg-passes", jpeg[:-2] + jpeg[at:-2] * 2000 + jpeg[-2:]
    yield "jpeg-passes-below-the-limit", jpeg[:-2] + jpeg[at:-2] * 8 + jpeg[-2:]
    yield "jpeg-comments", jpeg[:2] + (b"\xff\xfe\xff\xff" + bytes(65_533)) * 200 + jpeg[2:]


def _no_pictures() -> Iterator[tuple[str, bytes]]:
    rng = random.Random(SEED + 1)
    yield "empty", b""
    yield "text", b"The quick brown fox jumps over the lazy dog.\n" * 100
    yield "zip", b"PK\3\4" + rng.randbytes(500)
    yield "postscript", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(x) run\n"
    yield "pdf", b"%PDF-1.7\n1 0 obj<<>>endobj"
    for signature in (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"BM", b"II*\0", b"MM\0*"):
        yield f"only-{signature!r}", signature
        yield f"noise-after-{signature!r}", signature + rng.randbytes(2000)
    for size in (1, 2, 3, 12, 100, 5000):
        yield f"noise-{size}", rng.randbytes(size)
