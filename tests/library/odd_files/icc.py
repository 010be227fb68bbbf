"""Colour profiles as nobody should write them. ICC.1:2001-04."""

import struct

import numpy as np
from PIL import Image

SRGB = ((0.4361, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7141))
DISPLAY_P3 = ((0.51512, 0.2412, -0.00105), (0.29198, 0.69225, 0.04189), (0.1571, 0.06657, 0.78407))
_WHITE = b"XYZ \0\0\0\0" + struct.pack(">3i", 63190, 65536, 54061)


def _xyz(values) -> bytes:
    return b"XYZ \0\0\0\0" + b"".join(struct.pack(">i", round(v * 65536)) for v in values)


def profile(
    primaries=SRGB,
    curve=None,
    *,
    size=None,
    version=0x02400000,
    kind=b"mntr",
    space=b"RGB ",
    tags=(),
    white=None,
) -> bytes:
    """A display profile of matrix and curves; `size`, `version`, `kind`, `space`: what its header claims."""
    curve = gamma(2.2) if curve is None else curve
    named = [(b"desc", b"desc\0\0\0\0" + struct.pack(">I", 5) + b"made\0" + bytes(78)), (b"wtpt", _WHITE)]
    if space == b"GRAY":
        named.append((b"kTRC", curve))
    else:
        named += [
            (name + b"XYZ", _xyz(primary))
            for name, primary in zip((b"r", b"g", b"b"), primaries, strict=True)
        ]
        named += [(name + b"TRC", curve) for name in (b"r", b"g", b"b")]
    return assembled([*named, *tags], size=size, version=version, kind=kind, space=space, white=white)


def assembled(tags, *, size=None, version=0x02400000, kind=b"mntr", space=b"RGB ", white=None) -> bytes:
    table, body, at = b"", b"", 132 + 12 * len(tags)
    for name, tag in tags:
        table += name + struct.pack(">II", at + len(body), len(tag))
        body += tag + bytes(-len(tag) % 4)
    whole = at + len(body)
    head = struct.pack(">I4sI4s4s4s", whole if size is None else size, b"made", version, kind, space, b"XYZ ")
    head += bytes(12) + b"acsp" + bytes(28) + struct.pack(">3i", *(white or (63190, 65536, 54061)))
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


def gamma(value: float) -> bytes:
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(value * 256))


def zigzag() -> bytes:
    """A curve that turns every other stripe of sixteen levels upside down."""
    levels = np.linspace(0, 1, 256) ** 2.2
    return table(np.where(np.arange(256) // 16 % 2 == 0, levels, levels[::-1]))


def table(levels) -> bytes:
    return b"curv\0\0\0\0" + struct.pack(">I", len(levels)) + np.rint(levels * 65535).astype(">u2").tobytes()


def lut(of, nodes: int = 17) -> bytes:
    """An A2B table from RGB to XYZ (mft2); `of` maps linear RGB rows."""
    grid = np.stack(np.meshgrid(*[np.linspace(0, 1, nodes)] * 3, indexing="ij"), -1).reshape(-1, 3)
    cells = np.clip(np.rint(of(grid**2.2) @ np.array(SRGB) * 32768), 0, 65535).astype(">u2").tobytes()
    straight = struct.pack(">HH", 0, 65535) * 3
    head = b"mft2\0\0\0\0" + bytes([3, 3, nodes, 0])
    identity = struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 65536)
    return head + identity + struct.pack(">HH", 2, 2) + straight + cells + straight


SCRAMBLED = profile(curve=zigzag())
"""A sound profile that scrambles tones: all viewers that read profiles obey it."""
GREY_SCRAMBLED = profile(curve=zigzag(), space=b"GRAY")


def unscrambled_by(curve: bytes, image: Image.Image) -> Image.Image:
    """Samples of which `curve` (a table) makes `image`, tone by tone."""
    forward = np.frombuffer(curve[12:], ">u2").astype(np.float64) / 65535
    shown = np.where(forward <= 0.0031308, forward * 12.92, 1.055 * forward ** (1 / 2.4) - 0.055) * 255
    nearest = np.abs(shown[:, None] - np.arange(256)[None]).argmin(axis=0).astype(np.uint8)
    return Image.fromarray(nearest[np.asarray(image)])
