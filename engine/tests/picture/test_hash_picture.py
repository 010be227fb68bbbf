"""From a file to its hash: equal to the reference where the pixels are, near it where only the decoder
differs.
"""

import io
import sys
from pathlib import Path

import numpy as np
import pdqhash
import pytest
from numpy.typing import NDArray
from picture_files import (
    DISPLAY_P3,
    GREY_PHOTOGRAPHS,
    PHOTOGRAPHS,
    alpha_over_white,
    made,
    photograph,
    saved,
    turned_for,
    with_orientation,
)
from PIL import Image, ImageOps

from repit_engine import Hash, Hashed, NotHashable, hash_file, hash_of, hash_picture, open_picture

TWIN_LIMIT = 8
"""Bits that a file may lie from its plain RGB twin; the peers are 130 to 256 off."""


def reference(pixels: NDArray[np.uint8]) -> Hashed:
    """PyPI `pdqhash` on RGB pixels, in the byte order of the wire."""
    bits, quality = pdqhash.compute(np.ascontiguousarray(pixels))
    return Hashed(Hash(np.packbits(bits.astype(np.uint8)).tobytes()), int(quality))


def hashed(data: bytes, *, full: bool = False) -> Hashed:
    outcome = hash_picture(data, full=full)
    assert isinstance(outcome, Hashed), outcome
    return outcome


def distance(data: bytes, twin: Image.Image) -> int:
    return hashed(data).hash.distance(reference(np.asarray(twin.convert("RGB"))).hash)


def two_hundred_pictures() -> list[Image.Image]:
    photographs = [photograph(name) for name in (*PHOTOGRAPHS, *GREY_PHOTOGRAPHS)]
    sizes = [(256, 192), (161, 240), (512, 300), (333, 333)]
    return photographs + [made(seed, *sizes[seed % 4]) for seed in range(200 - len(photographs))]


def lossless(number: int, image: Image.Image) -> tuple[Image.Image, str, dict[str, object]]:
    """The picture in one mode and container of seven, in turn."""
    return (
        (image, "PNG", {}),
        (image.convert("P"), "PNG", {}),
        (image, "TIFF", {"compression": "tiff_lzw"}),
        (image, "WEBP", {"lossless": True, "exact": True, "method": 0}),
        (image.convert("L"), "PNG", {}),
        (image.convert("P"), "TIFF", {}),
        (image.convert("RGBA"), "PNG", {}),
    )[number % 7]


def test_200_pictures_hash_as_the_reference_on_the_same_pixels(capsys: pytest.CaptureFixture[str]) -> None:
    """Seven modes, eight orientations; a JPEG is compared on the pixels that Pillow decodes from it."""
    exact: list[int] = []
    decoded: dict[str, list[int]] = {"JPEG in full": [], "JPEG in grey": []}
    for number, image in enumerate(two_hundred_pictures()):
        orientation = number % 8 + 1
        stored = turned_for(image, orientation)
        exif = with_orientation(stored, orientation)
        moded, kind, options = lossless(number, stored)
        outcome = hashed(saved(moded, kind, exif=exif, **options))
        twin = moded.convert("RGB")
        # No browser turns a WebP by its EXIF.
        twin.getexif()[0x0112] = 1 if kind == "WEBP" else orientation
        wanted = reference(np.asarray(ImageOps.exif_transpose(twin)))
        exact.append(outcome.hash.distance(wanted.hash))
        assert outcome.quality == wanted.quality
        jpeg = saved(stored, "JPEG", quality=85, exif=exif)
        wanted = reference(np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(jpeg)))))
        decoded["JPEG in full"].append(hashed(jpeg, full=True).hash.distance(wanted.hash))
        decoded["JPEG in grey"].append(hashed(jpeg).hash.distance(wanted.hash))
    assert exact == decoded["JPEG in full"] == [0] * 200
    grey = decoded["JPEG in grey"]
    with capsys.disabled():
        sys.stdout.write(f" grey JPEG: mean {np.mean(grey):.2f}, maximum {max(grey)} bits ")
    assert max(grey) <= TWIN_LIMIT


CAT = photograph("chelsea")
ALPHA = np.tile(np.linspace(60, 255, CAT.width).round().astype(np.uint8), (CAT.height, 1))


def _clear(mode: str) -> Image.Image:
    image = CAT.convert(mode)
    image.putalpha(Image.fromarray(ALPHA))
    return image


@pytest.mark.parametrize(
    ("data", "twin"),
    [
        (saved(CAT.quantize(256), "PNG"), CAT),
        (saved(CAT, "GIF"), CAT),
        (saved(CAT.convert("CMYK"), "JPEG", quality=90), CAT),
        (saved(CAT.convert("L"), "JPEG", quality=90), CAT),
        (saved(CAT, "JPEG", quality=90, progressive=True), CAT),
        (saved(CAT.convert("1"), "PNG"), CAT.convert("1")),
        (saved(Image.fromarray(np.asarray(CAT.convert("L")).astype(np.uint16) * 257), "PNG"), CAT),
        (saved(CAT.convert("F"), "TIFF"), CAT),
        (saved(CAT.convert("CMYK"), "TIFF"), CAT),
        (saved(_clear("RGB"), "PNG"), alpha_over_white(CAT, ALPHA)),
        (saved(_clear("L"), "PNG"), alpha_over_white(CAT.convert("L").convert("RGB"), ALPHA)),
        (saved(_clear("RGB"), "WEBP", quality=90), alpha_over_white(CAT, ALPHA)),
        (saved(CAT, "HEIF", quality=80), CAT),
        (saved(CAT, "AVIF", quality=80), CAT),
        (saved(CAT, "BMP"), CAT),
    ],
    ids=[
        "palette",
        "gif",
        "cmyk",
        "grey-jpeg",
        "progressive",
        "1-bit",
        "16-bit",
        "float",
        "cmyk-tiff",
        "alpha",
        "grey-alpha",
        "webp-alpha",
        "heic",
        "avif",
        "bmp",
    ],
)
def test_a_file_lies_within_8_bits_of_its_plain_rgb_twin(data: bytes, twin: Image.Image) -> None:
    assert distance(data, twin) <= TWIN_LIMIT


def test_sixteen_bit_colour_lies_within_8_bits_of_its_twin(sixteen_bit_png: bytes) -> None:
    assert distance(sixteen_bit_png, CAT) <= TWIN_LIMIT


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("size", [(320, 240), (1501, 1103)])
def test_a_turned_jpeg_lies_within_8_bits_of_its_upright_twin(
    orientation: int, size: tuple[int, int]
) -> None:
    upright = photograph("coffee", *size)
    stored = turned_for(upright, orientation)
    data = saved(stored, "JPEG", quality=90, exif=with_orientation(stored, orientation))
    assert distance(data, upright) <= TWIN_LIMIT


def test_a_wide_gamut_profile_costs_no_match() -> None:
    assert distance(saved(CAT, "JPEG", quality=90, icc_profile=DISPLAY_P3), CAT) <= TWIN_LIMIT


def test_what_cannot_be_hashed_says_why() -> None:
    for data, reason in (
        (b"", "empty-file"),
        (b"text", "not-a-picture"),
        (saved(CAT, "PNG")[:60], "damaged-picture"),
    ):
        outcome = hash_picture(data)
        assert isinstance(outcome, NotHashable)
        assert outcome.reason == reason
        assert outcome.message
        assert outcome.next_step


def test_a_picture_of_four_pixels_is_too_small_to_hash() -> None:
    outcome = hash_picture(saved(CAT.resize((4, 400)), "PNG"))
    assert isinstance(outcome, NotHashable)
    assert outcome.reason == "unsupported-picture"


def test_a_file_and_its_bytes_have_the_same_hash(tmp_path: Path) -> None:
    data = saved(CAT, "PNG")
    path = tmp_path / "cat.png"
    path.write_bytes(data)
    assert hash_file(path) == hash_file(str(path)) == hash_picture(data) == hash_of(open_picture(data))
    missing = hash_file(tmp_path / "none")
    assert isinstance(missing, NotHashable)
    assert missing.reason == "unreadable-file"
