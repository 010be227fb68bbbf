"""Write the vectors that every implementation must meet: ``python conformance/make.py``.

In: the engine. Out: ``pdq.json``, ``anchors.json``, ``search.json``,
``pictures.json`` and the files under ``pictures/``.
Next: the tests of `engine/` and `browser/`. The same engine gives the same vectors; change `VERSION` when
they change on purpose.
"""

import io
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import made  # noqa: E402 (it lies beside this file)

from repit_engine import pdq  # noqa: E402
from repit_engine.anchors import Family, bank_family, tables  # noqa: E402
from repit_engine.kernels.jit.pdq_tables import QUARTER_WAVE  # noqa: E402
from repit_engine.kernels.reference import search as search_oracle  # noqa: E402
from repit_engine.picture import open_picture  # noqa: E402
from repit_engine.picture.result import luma_of  # noqa: E402
from repit_engine.stoplist import StopList  # noqa: E402

VERSION = 1
SIZES = [
    (5, 5), (5, 9), (9, 5), (31, 47), (63, 64), (64, 63), (64, 64), (65, 64),
    (65, 65), (127, 128), (128, 128), (129, 127), (255, 256), (256, 256), (257, 255), (90, 400),
    (400, 90), (300, 451), (512, 384), (641, 333),
]  # fmt: skip


def hexes(rows: NDArray[np.uint8]) -> list[str]:
    return [row.tobytes().hex() for row in rows]


def luma_vectors() -> list[dict[str, Any]]:
    vectors = []
    for index, (height, width) in enumerate(SIZES):
        for make in ("waves", "noise"):
            recipe = {"make": make, "height": height, "width": width, "seed": 1000 + 10 * index}
            rows, quality = pdq.hash_luma_orientations(made.plane(recipe))
            vectors.append({"luma": recipe, "hashes": hexes(rows), "quality": quality})
    for make, seed in (("flat", 0), ("flat", 128), ("flat", 255), ("ramp", 1), ("ramp", 7)):
        recipe = {"make": make, "height": 200, "width": 150, "seed": seed}
        rows, quality = pdq.hash_luma_orientations(made.plane(recipe))
        vectors.append({"luma": recipe, "hashes": hexes(rows), "quality": quality})
    return vectors


def shrunk_vectors() -> list[dict[str, Any]]:
    vectors = []
    for index, (height, width, shrink) in enumerate(
        [(500, 375, 2), (601, 797, 2), (999, 1333, 4), (1201, 911, 8)]
    ):
        for first in ((False, False), (True, False), (False, True), (True, True)):
            recipe = {
                "make": "waves",
                "height": -(-height // shrink),
                "width": -(-width // shrink),
                "seed": 50 + index,
            }
            original = {
                "width": width,
                "height": height,
                "shrink": shrink,
                "partial_first_column": first[0],
                "partial_first_row": first[1],
            }
            rows, quality = pdq.hash_luma_orientations(made.plane(recipe), **original)
            vectors.append({"luma": recipe, "original": original, "hashes": hexes(rows), "quality": quality})
    return vectors


def on_white(rgba: NDArray[np.uint8]) -> NDArray[np.uint8]:
    colour, alpha = rgba[:, :, :3].astype(np.int64), rgba[:, :, 3:].astype(np.int64)
    return ((colour * alpha + 255 * (255 - alpha) + 127) // 255).astype(np.uint8)


def rgba_vectors() -> list[dict[str, Any]]:
    vectors = []
    for index, (height, width) in enumerate([(64, 64), (97, 130), (300, 200), (257, 513)]):
        for alpha in (False, True):
            recipe = {
                "make": "waves",
                "height": height,
                "width": width,
                "seed": 700 + 10 * index,
                "alpha": alpha,
            }
            row, quality = pdq.hash_rgb(on_white(made.rgba(recipe)))
            vectors.append({"rgba": recipe, "hash": row.tobytes().hex(), "quality": quality})
    return vectors


def rectangle_vectors() -> dict[str, Any]:
    recipe = {"make": "waves", "height": 256, "width": 320, "seed": 77}
    rectangles = [
        [0, 0, 320, 256],
        [10, 20, 74, 84],
        [100, 50, 300, 61],
        [33, 1, 222, 255],
        [315, 251, 320, 256],
    ]
    rows, quality = pdq.hash_rectangles(made.plane(recipe), np.array(rectangles), orientations=8)
    return {
        "luma": recipe,
        "rectangles": rectangles,
        "hashes": [hexes(each) for each in rows],
        "quality": [int(each) for each in quality],
    }


def search_vectors() -> dict[str, Any]:
    """A bank of noise with neighbours planted at every distance from 0 to 80."""
    bank = made.hashes(200, 9)
    queries = made.hashes(3, 10)
    for apart in range(81):
        bits = np.unpackbits(queries[apart % 3])
        bits[:apart] ^= 1
        bank[apart] = np.packbits(bits)
    ids = np.arange(200, dtype=np.uint64) * 7 + 3
    radii = [0, 1, 30, 31, 46, 70]
    return {
        "bank": {"noise": {"count": 200, "seed": 9}, "planted": 81},
        "queries": {"noise": {"count": 3, "seed": 10}},
        "ids": "7 i + 3",
        "answers": [
            {"radius": radius, "results": search_oracle.range_search(ids, bank, queries, radius)}
            for radius in radii
        ],
    }


FAMILIES = [
    ("clouds", 384, 512), ("clouds", 512, 384), ("clouds", 640, 480), ("clouds", 900, 1201),
    ("clouds", 200, 260), ("clouds", 97, 400), ("clouds", 701, 333),
    ("posters", 480, 640), ("posters", 700, 500), ("noise", 300, 300),
    ("waves", 480, 640), ("flat", 300, 200), ("ramp", 120, 300), ("clouds", 24, 30), ("clouds", 5, 700),
    ("discs", 480, 640), ("discs", 700, 500), ("plaid", 400, 520),
    ("posters", 360, 800), ("posters", 600, 600), ("discs", 300, 700),
]  # fmt: skip


def family_vectors() -> list[dict[str, Any]]:
    """Lumas with their families; where there are anchors, once more with a list that stops two of them."""
    vectors = []
    for index, (make, height, width) in enumerate(FAMILIES):
        recipe = {"make": make, "height": height, "width": width, "seed": 4000 + 10 * index}
        plain = bank_family(made.plane(recipe))
        vectors.append({"luma": recipe, **family_of(plain)})
        if len(plain.hashes) > 4:
            stop = np.stack(
                [turned(plain.hashes[1], 74), turned(plain.hashes[3], 75), turned(plain.hashes[4], 0)]
            )
            stopped = bank_family(made.plane(recipe), stoplist=StopList(stop, 74, "conformance"))
            vectors.append({"luma": recipe, "stop": hexes(stop), "radius": 74, **family_of(stopped)})
    for index, (height, width, alpha) in enumerate([(420, 560, False), (333, 501, True)]):
        recipe = {
            "make": "clouds",
            "height": height,
            "width": width,
            "seed": 4500 + 10 * index,
            "alpha": alpha,
        }
        family = bank_family(luma_of(on_white(made.rgba(recipe))))
        vectors.append({"rgba": recipe, **family_of(family)})
    return vectors


def family_of(family: Family) -> dict[str, Any]:
    return {"hashes": hexes(family.hashes), "qualities": [int(each) for each in family.qualities]}


def turned(row: NDArray[np.uint8], apart: int) -> NDArray[np.uint8]:
    """The hash with its first `apart` bits inverted."""
    bits = np.unpackbits(row)
    bits[:apart] ^= 1
    return np.packbits(bits)


def pictures() -> dict[str, bytes]:
    """Small files in the modes that decoders get wrong; all show `waves`."""
    size = {"make": "waves", "height": 72, "width": 96}
    rgb = made.rgba({**size, "seed": 300, "alpha": False})[:, :, :3]
    grey = made.plane({**size, "seed": 300})
    colour, alpha = Image.fromarray(rgb), Image.fromarray(made.plane({**size, "seed": 310}))
    palette = colour.quantize(64, dither=Image.Dither.NONE)
    with_alpha = colour.copy()
    with_alpha.putalpha(alpha)
    grey_alpha = Image.fromarray(grey)
    grey_alpha.putalpha(alpha)
    turned = Image.Exif()
    turned[0x0112] = 6
    files = {
        "rgb.png": (colour, {}),
        "rgba.png": (with_alpha, {}),
        "grey.png": (Image.fromarray(grey), {}),
        "grey-alpha.png": (grey_alpha, {}),
        "grey-16.png": (Image.fromarray(grey.astype(np.uint16) * 257), {}),
        "one-bit.png": (Image.fromarray(grey).point(lambda level: 255 * (level > 127), "1"), {}),
        "palette.png": (palette, {}),
        "palette-transparent.png": (palette, {"transparency": 3}),
        "keyed.png": (colour, {"transparency": tuple(int(level) for level in rgb[0, 0])}),
        "exif-6.png": (colour, {"exif": turned}),
        "palette.gif": (palette, {}),
        "rgb.jpg": (colour, {"quality": 90}),
        "exif-6.jpg": (colour, {"quality": 90, "exif": turned}),
        "cmyk.jpg": (colour.convert("CMYK"), {"quality": 90}),
    }
    result = {}
    for name, (image, options) in files.items():
        buffer = io.BytesIO()
        image.save(buffer, {"jpg": "JPEG"}.get(name[-3:], name[-3:].upper()), **options)
        result[name] = buffer.getvalue()
    return result


def picture_vectors(files: dict[str, bytes]) -> list[dict[str, Any]]:
    vectors = []
    for name, content in files.items():
        picture = open_picture(content, full=True)
        row, quality = pdq.hash_luma(picture.luma)
        size = {"width": picture.width, "height": picture.height}
        vectors.append({"file": name, **size, "hash": row.tobytes().hex(), "quality": quality})
    return vectors


def documents(files: dict[str, bytes]) -> dict[str, dict[str, Any]]:
    return {
        "pdq.json": {
            "version": VERSION,
            "orientations": [each.name.lower().replace("_", "-") for each in pdq.Orientation],
            "quarter_wave": [f"{pattern:08x}" for pattern in QUARTER_WAVE],
            "luma": luma_vectors(),
            "shrunk": shrunk_vectors(),
            "rgba": rgba_vectors(),
            "rectangles": rectangle_vectors(),
        },
        "anchors.json": {"version": VERSION, "family": tables.VERSION, "families": family_vectors()},
        "search.json": {"version": VERSION, **search_vectors()},
        "pictures.json": {"version": VERSION, "pictures": picture_vectors(files)},
    }


def main() -> None:
    files = pictures()
    (HERE / "pictures").mkdir(exist_ok=True)
    for name, content in files.items():
        (HERE / "pictures" / name).write_bytes(content)
    for name, document in documents(files).items():
        (HERE / name).write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
