"""Pictures made by code and by scikit-image (none of a person), and files of every kind made from them."""

import io
import struct

import numpy as np
import skimage.data
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from pillow_heif import from_pillow

PHOTOGRAPHS = ("chelsea", "coffee", "rocket", "hubble_deep_field")
GREY_PHOTOGRAPHS = ("brick", "grass", "gravel", "moon")


def photograph(name: str, width: int = 320, height: int = 240) -> Image.Image:
    picture = Image.fromarray(getattr(skimage.data, name)()).convert("RGB")
    return picture.resize((width, height), Image.Resampling.LANCZOS)


def made(seed: int, width: int = 256, height: int = 192) -> Image.Image:
    """A colourful scene of soft noise and shapes, different for every seed."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (9, 12, 3), dtype=np.uint8)
    scene = Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(scene)
    for _ in range(12):
        x, y, w, h = (int(v) for v in rng.integers(0, 160, 4))
        colour = tuple(int(v) for v in rng.integers(0, 256, 3))
        (draw.ellipse if rng.random() < 0.5 else draw.rectangle)((x, y, x + w + 8, y + h + 8), fill=colour)
    grain = rng.normal(0, 6, (height, width, 1))
    return Image.fromarray(np.clip(np.asarray(scene) + grain, 0, 255).astype(np.uint8))


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    if kind == "HEIF":
        from_pillow(image).save(file, **options)
    else:
        image.save(file, kind, **options)
    return file.getvalue()


def with_orientation(image: Image.Image, orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


def turned_for(image: Image.Image, orientation: int) -> Image.Image:
    """What a camera stores for `image` when it notes this orientation: the inverse of what a reader must
    do.
    """
    inverse = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    return image if orientation == 1 else image.transpose(inverse[orientation])


def alpha_over_white(image: Image.Image, alpha: NDArray[np.uint8]) -> Image.Image:
    """The plain RGB twin of `image` seen through `alpha` on white, computed the plain way."""
    share = alpha[:, :, np.newaxis].astype(np.float64) / 255
    return Image.fromarray(np.rint(np.asarray(image) * share + 255 * (1 - share)).astype(np.uint8))


def icc_profile(primaries: tuple[tuple[float, float, float], ...], gamma: float) -> bytes:
    """A minimal ICC v2 display profile: three colorants (D50 XYZ) and one gamma. ICC.1:2001-04, sections 6
    and 7.
    """

    def xyz(values: tuple[float, float, float]) -> bytes:
        return b"XYZ \0\0\0\0" + b"".join(struct.pack(">i", round(v * 65536)) for v in values)

    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256)) + b"\0\0"
    name = b"desc\0\0\0\0" + struct.pack(">I", 5) + b"made\0" + bytes(8) + bytes(3) + bytes(67)
    tags = {
        b"desc": name,
        b"cprt": b"text\0\0\0\0none\0",
        b"wtpt": xyz((0.9642, 1.0, 0.8249)),
        b"rXYZ": xyz(primaries[0]),
        b"gXYZ": xyz(primaries[1]),
        b"bXYZ": xyz(primaries[2]),
        b"rTRC": curve,
        b"gTRC": curve,
        b"bTRC": curve,
    }
    table, body, at = b"", b"", 128 + 4 + 12 * len(tags)
    for tag, value in tags.items():
        padded = value + bytes(-len(value) % 4)
        table += tag + struct.pack(">II", at + len(body), len(value))
        body += padded
    size = at + len(body)
    header = struct.pack(">I4sI4s4s4s", size, b"lcms", 0x02400000, b"mntr", b"RGB ", b"XYZ ")
    header += bytes(12) + b"acsp" + bytes(28) + struct.pack(">iii", 63190, 65536, 54061) + bytes(48)
    return header[:128] + struct.pack(">I", len(tags)) + table + body


DISPLAY_P3 = icc_profile(
    ((0.51512, 0.2412, -0.00105), (0.29198, 0.69225, 0.04189), (0.1571, 0.06657, 0.78407)), 2.2
)
"""Its primaries; the curve is a plain 2.2, near the sRGB one."""
SWAPPED = icc_profile(((0.1431, 0.0606, 0.7141), (0.3851, 0.7169, 0.0971), (0.4361, 0.2225, 0.0139)), 2.2)
"""Red and blue change places: a picture that nobody shows as its samples say."""
