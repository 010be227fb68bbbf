"""What `open_picture` promises about colour, transparency and the way up: every file against its plain RGB
twin.
"""

import io
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from picture_files import (
    DISPLAY_P3,
    SWAPPED,
    alpha_over_white,
    icc_profile,
    made,
    photograph,
    saved,
    turned_for,
    with_orientation,
)
from PIL import Image, ImageCms

from repit_engine.picture import Picture, open_picture

CAT = photograph("chelsea")


def luma(image: Image.Image) -> NDArray[np.float64]:
    red, green, blue = np.moveaxis(np.asarray(image.convert("RGB")).astype(np.float64), 2, 0)
    return 0.299 * red + 0.587 * green + 0.114 * blue


def mean_difference(picture: Picture, image: Image.Image) -> float:
    expected = luma(image)
    assert picture.luma.shape == expected.shape
    assert picture.luma.flags.c_contiguous
    return float(np.abs(picture.luma - expected).mean())


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("PNG", {}),
        ("BMP", {}),
        ("TIFF", {"compression": "raw"}),
        ("TIFF", {"compression": "tiff_lzw"}),
        ("TIFF", {"compression": "tiff_adobe_deflate"}),
        ("WEBP", {"lossless": True}),
    ],
)
def test_a_lossless_file_gives_the_exact_luma(kind: str, options: dict[str, object]) -> None:
    assert mean_difference(open_picture(saved(CAT, kind, **options)), CAT) < 1e-4


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "AVIF", "HEIF"])
def test_a_lossy_file_gives_nearly_the_same_luma(kind: str, full: bool) -> None:
    assert mean_difference(open_picture(saved(CAT, kind, quality=95), full=full), CAT) < 2.5


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "AVIF"])
def test_every_orientation_comes_out_upright(kind: str, orientation: int) -> None:
    stored = turned_for(CAT, orientation)
    exif = with_orientation(stored, orientation)
    options: dict[str, object] = {} if kind == "TIFF" else {"quality": 95}
    picture = open_picture(saved(stored, kind, exif=exif, **options))
    assert (picture.width, picture.height) == CAT.size
    assert mean_difference(picture, CAT) < 2.5


@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_a_turned_heic_comes_out_upright(orientation: int) -> None:
    stored = turned_for(CAT, orientation)
    data = saved(stored, "HEIF", exif=with_orientation(stored, orientation).tobytes(), quality=90)
    assert mean_difference(open_picture(data), CAT) < 2.5


def test_an_orientation_out_of_range_is_ignored() -> None:
    picture = open_picture(saved(CAT, "PNG", exif=with_orientation(CAT, 77)))
    assert mean_difference(picture, CAT) < 1e-4


def test_broken_exif_does_not_cost_the_picture_its_luma() -> None:
    picture = open_picture(
        saved(CAT, "JPEG", quality=95, exif=b"Exif\0\0MM\0*\xff\xff\xff\xff" + b"\xee" * 40)
    )
    assert mean_difference(picture, CAT) < 2.5


def test_a_palette_is_looked_up() -> None:
    palette = CAT.quantize(256)
    for kind in ("PNG", "GIF", "BMP", "TIFF"):
        assert mean_difference(open_picture(saved(palette, kind)), palette.convert("RGB")) < 1e-4


def test_transparency_is_composited_on_white() -> None:
    alpha = np.tile(np.linspace(0, 255, CAT.width).round().astype(np.uint8), (CAT.height, 1))
    twin = alpha_over_white(CAT, alpha)
    clear = CAT.copy()
    clear.putalpha(Image.fromarray(alpha))
    for kind, options in (("PNG", {}), ("WEBP", {"lossless": True, "exact": True}), ("TIFF", {})):
        assert mean_difference(open_picture(saved(clear, kind, **options)), twin) < 0.6


def test_grey_with_alpha_is_composited_on_white() -> None:
    alpha = np.tile(np.linspace(255, 0, CAT.width).round().astype(np.uint8), (CAT.height, 1))
    grey = CAT.convert("L")
    twin = alpha_over_white(grey.convert("RGB"), alpha)
    grey.putalpha(Image.fromarray(alpha))
    assert mean_difference(open_picture(saved(grey, "PNG")), twin) < 0.6


def test_a_transparent_palette_entry_is_white() -> None:
    palette = CAT.quantize(32)
    key = int(np.bincount(np.asarray(palette).ravel()).argmax())
    twin = np.asarray(palette.convert("RGB")).copy()
    twin[np.asarray(palette) == key] = 255
    for kind in ("PNG", "GIF"):
        picture = open_picture(saved(palette, kind, transparency=key))
        assert mean_difference(picture, Image.fromarray(twin)) < 1e-4


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_a_colour_that_stands_for_transparency_is_white(mode: str) -> None:
    image = CAT.convert(mode)
    key = image.getpixel((40, 40))
    pixels = np.asarray(image)
    same = pixels == np.asarray(key) if mode == "L" else (pixels == np.asarray(key)).all(axis=2)
    twin = np.asarray(image.convert("RGB")).copy()
    twin[same] = 255
    picture = open_picture(saved(image, "PNG", transparency=key))
    assert mean_difference(picture, Image.fromarray(twin)) < 1e-4


def test_sixteen_bit_grey_is_scaled_not_cut() -> None:
    grey = CAT.convert("L")
    wide = Image.fromarray(np.asarray(grey).astype(np.uint16) * 257)
    for kind in ("PNG", "TIFF"):
        assert mean_difference(open_picture(saved(wide, kind)), grey) < 1e-3


def test_sixteen_bit_colour_is_scaled_not_cut(sixteen_bit_png: bytes) -> None:
    assert mean_difference(open_picture(sixteen_bit_png), CAT) < 0.6


@pytest.mark.parametrize("scale", [1.0, 1 / 255])
def test_a_float_tiff_is_read_in_either_range(scale: float) -> None:
    grey = CAT.convert("L")
    image = Image.fromarray(np.asarray(grey).astype(np.float32) * np.float32(scale))
    assert mean_difference(open_picture(saved(image, "TIFF")), grey) < 0.01


def test_one_bit_is_black_and_white() -> None:
    bits = CAT.convert("1")
    for kind in ("PNG", "BMP", "TIFF", "GIF"):
        assert mean_difference(open_picture(saved(bits, kind)), bits.convert("RGB")) < 1e-4


def test_cmyk_is_read_as_adobe_stores_it() -> None:
    inks = CAT.convert("CMYK")
    assert mean_difference(open_picture(saved(inks, "JPEG", quality=95)), CAT) < 2.5
    assert mean_difference(open_picture(saved(inks, "TIFF")), CAT) < 0.6


def test_lab_becomes_srgb() -> None:
    srgb = ImageCms.createProfile("sRGB")
    lab = ImageCms.applyTransform(
        CAT, ImageCms.buildTransform(srgb, ImageCms.createProfile("LAB"), "RGB", "LAB")
    )
    assert lab is not None
    assert mean_difference(open_picture(saved(lab, "TIFF")), CAT) < 2


def test_a_webp_is_not_turned_by_its_exif_since_no_browser_does() -> None:
    stored = turned_for(CAT, 6)
    picture = open_picture(saved(stored, "WEBP", quality=95, exif=with_orientation(stored, 6)))
    assert (picture.width, picture.height) == stored.size
    assert mean_difference(picture, stored) < 2.5


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "TIFF", "AVIF"])
def test_of_frames_that_stand_equally_long_the_first_counts(kind: str) -> None:
    frames = [made(seed, 64, 48).resize((320, 240)) for seed in (1, 2)]
    options: dict[str, object] = {"quality": 95} if kind in ("WEBP", "AVIF") else {}
    if kind != "TIFF":
        options |= {"duration": 200, "loop": 0}
    data = saved(CAT, kind, save_all=True, append_images=frames, **options)
    picture = open_picture(data)
    limit = 12 if kind == "GIF" else 2.5
    assert mean_difference(picture, CAT) < limit


@pytest.mark.parametrize("profile", [DISPLAY_P3, SWAPPED])
def test_an_embedded_profile_becomes_srgb(profile: bytes) -> None:
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    twin = ImageCms.profileToProfile(CAT, source, ImageCms.createProfile("sRGB"))
    assert twin is not None
    for kind, options in (("PNG", {}), ("JPEG", {"quality": 95}), ("WEBP", {"lossless": True})):
        picture = open_picture(saved(CAT, kind, icc_profile=profile, **options))
        assert mean_difference(picture, twin) < 2.5


def test_grey_under_a_profile_for_colours_becomes_what_browsers_make_of_it() -> None:
    washed = icc_profile(((0.4361, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7141)), 0.6)
    grey = CAT.convert("L")
    twin = Image.open(io.BytesIO(saved(grey.convert("RGB"), "PNG", icc_profile=washed)))
    shown = open_picture(saved(twin.convert("RGB"), "PNG", icc_profile=washed))
    assert abs(open_picture(saved(grey, "PNG", icc_profile=washed)).luma - shown.luma).mean() < 1.5


def test_a_profile_that_is_srgb_or_nonsense_changes_nothing() -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for profile in (srgb, b"nonsense" * 40, DISPLAY_P3[:200]):
        assert mean_difference(open_picture(saved(CAT, "PNG", icc_profile=profile)), CAT) < 1e-4


def test_colour_is_given_when_asked_for_and_at_the_size_of_the_luma() -> None:
    stored = turned_for(CAT, 6)
    picture = open_picture(saved(stored, "PNG", exif=with_orientation(stored, 6)), colour=True)
    assert picture.rgb is not None
    assert np.array_equal(picture.rgb, np.asarray(CAT))
    grey = open_picture(saved(CAT.convert("L"), "PNG"), colour=True)
    assert grey.rgb is not None
    assert grey.rgb.shape == (CAT.height, CAT.width, 3)
    assert open_picture(saved(CAT, "PNG")).rgb is None


def test_the_repr_of_a_picture_shows_no_pixel() -> None:
    assert repr(open_picture(saved(CAT, "PNG"))) == "Picture(320x240, shrink=1)"


def test_pixels_come_in_the_one_kind_that_kernels_are_compiled_for(tmp_path: Path) -> None:
    for mode in ("L", "RGB", "P", "LA", "CMYK"):
        path = tmp_path / ("one.jpg" if mode == "CMYK" else "one.png")
        Image.new(mode, (64, 48), 90 if mode in ("L", "P") else None).save(path)
        picture = open_picture(path.read_bytes())
        assert picture.luma.flags.writeable and picture.luma.flags.c_contiguous, mode
