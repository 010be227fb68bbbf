"""What is not read, and by which name it is refused."""

import gzip
import os
import struct
import warnings
from pathlib import Path

import numpy as np
import pytest
from picture_files import photograph, saved
from PIL import Image

from repit_engine.errors import (
    DamagedPicture,
    EmptyFile,
    NotAPicture,
    PictureRefused,
    TookTooLong,
    TooManyBytes,
    TooManyPixels,
    UnreadableFile,
    UnsupportedPicture,
    WrongInput,
)
from repit_engine.picture import Limits, open_picture
from repit_engine.picture.formats import Format, sniff

CAT = photograph("chelsea")
KINDS = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "HEIF", "AVIF")


def test_nothing_at_all_is_an_empty_file() -> None:
    with pytest.raises(EmptyFile):
        open_picture(b"")


@pytest.mark.parametrize("data", [b"Hello, this is a text.", b"\0" * 500, b"GIF", b"\xff\xd8", b"PK\x03\x04"])
def test_other_bytes_are_not_a_picture(data: bytes) -> None:
    with pytest.raises(NotAPicture):
        open_picture(data)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "PostScript"),
        (b"%PDF-1.7\n", "PDF"),
        (b"8BPS\0\1", "Photoshop"),
        (b"icns\0\0\0\x10", "Apple"),
        (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000"),
        (b"\0\0\0\x0cJXL \r\n\x87\n", "JPEG XL"),
        (b"P6\n1 1\n255\nabc", "Netpbm"),
        (b"RIFF\0\0\0\0AVI LIST", "RIFF"),
        (b"\0\0\0\x18ftypisom\0\0\2\0isomiso2", "MPEG-4"),
        (b"<svg xmlns='x'/>", "SVG"),
        (b"<?xml version='1.0'?>\n<svg/>", "SVG"),
    ],
)
def test_a_known_format_that_is_not_read_is_named(data: bytes, name: str) -> None:
    with pytest.raises(UnsupportedPicture, match=name):
        open_picture(data + bytes(64))


@pytest.mark.parametrize("kind", KINDS)
def test_a_cut_picture_is_refused_or_shows_nothing_but_its_own_rows_and_the_ground(kind: str) -> None:
    data = saved(CAT, kind)
    whole = open_picture(data).luma.astype(np.float32)
    refused = 0
    for cut in [*range(1, len(data), len(data) // 25), len(data) - 1]:
        try:
            luma = open_picture(data[:cut]).luma.astype(np.float32)
        except PictureRefused:
            refused += 1
            continue
        assert luma.shape == whole.shape
        # Rows that came are the picture's; what is missing is white, or what earlier passes brought.
        rows = np.abs(luma - whole).mean(axis=1) < 3
        missing = (luma > 254.5).all(axis=1)
        assert kind == "GIF" or (rows | missing)[:-16].mean() > 0.9, f"cut at {cut} of {len(data)}"
    assert refused >= (23 if kind in ("WEBP", "TIFF", "HEIF", "AVIF") else 1)


def test_a_jpeg_whose_middle_is_lost_is_read_as_libjpeg_goes_on() -> None:
    data = bytearray(saved(CAT, "JPEG"))
    middle = len(data) // 2
    del data[middle : middle + 400]
    data[middle : middle + 2] = b"\xff\xd9"
    luma = open_picture(bytes(data)).luma
    assert np.abs(luma[:80].astype(np.float32) - open_picture(saved(CAT, "JPEG")).luma[:80]).mean() < 3


def test_of_a_large_broken_file_nothing_is_guessed() -> None:
    """A few bytes may promise a wide plain of nothing, at a cost."""
    header = bytearray(saved(Image.new("RGB", (8, 8)), "BMP"))
    header[18:26] = struct.pack("<ii", 9_000, 9_000)
    with pytest.raises(DamagedPicture):
        open_picture(bytes(header))


def test_padding_before_the_end_of_a_jpeg_is_no_damage() -> None:
    data = saved(CAT, "JPEG")
    padded = data[:-2] + bytes(37) + data[-2:]
    assert np.array_equal(open_picture(padded).luma, open_picture(data).luma)
    assert np.array_equal(open_picture(data + b"appended by a phone").luma, open_picture(data).luma)


@pytest.mark.parametrize("kind", KINDS)
def test_the_limit_on_pixels_is_read_from_the_header(kind: str) -> None:
    with pytest.raises(TooManyPixels):
        open_picture(saved(CAT, kind), Limits(pixels=320 * 240 - 1))
    assert open_picture(saved(CAT, kind), Limits(pixels=320 * 240)).width == 320


def test_a_gigapixel_header_is_refused_before_decoding() -> None:
    header = bytearray(saved(Image.new("L", (8, 8)), "BMP"))
    header[18:26] = (60_000).to_bytes(4, "little") * 2
    with pytest.raises(TooManyPixels):
        open_picture(bytes(header))


def test_the_limit_on_bytes_holds_for_bytes_and_files(tmp_path: Path) -> None:
    data = saved(CAT, "PNG")
    path = tmp_path / "cat.png"
    path.write_bytes(data)
    for source in (data, path):
        with pytest.raises(TooManyBytes):
            open_picture(source, Limits(bytes=len(data) - 1))
        assert open_picture(source, Limits(bytes=len(data))).width == 320


def test_the_limit_on_time_is_kept_between_stages() -> None:
    with pytest.raises(TookTooLong):
        open_picture(saved(CAT, "PNG"), Limits(seconds=1e-9))


@pytest.mark.parametrize("options", [{"progressive": True}, {}])
def test_a_jpeg_of_a_thousand_passes_is_refused(options: dict[str, object]) -> None:
    data = saved(CAT, "JPEG", **options)
    at = data.index(b"\xff\xda")
    if not options:
        # Baseline: the first scan holds one component only, so libjpeg waits for the others.
        data = data[:at] + b"\xff\xda\0\x08\1\1\0\0\x3f\0" + data[at:]
    with pytest.raises(TookTooLong):
        open_picture(data[:-2] + data[at:-2] * 1000 + data[-2:])


def test_limits_must_be_positive() -> None:
    for name in ("bytes", "pixels", "scans", "seconds"):
        with pytest.raises(WrongInput):
            Limits(**{name: 0})


def test_a_path_that_cannot_be_opened_is_refused_by_name(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (tmp_path / "missing", tmp_path, pipe, Path("\0")):
        with pytest.raises(UnreadableFile):
            open_picture(path)


def test_values_that_are_no_numbers_are_refused() -> None:
    grey = np.asarray(CAT.convert("L")).astype(np.float32)
    grey[3, 3] = np.nan
    with pytest.raises(UnsupportedPicture):
        open_picture(saved(Image.fromarray(grey), "TIFF"))


def test_a_refusal_repeats_nothing_from_the_file() -> None:
    secret = b"name of a person"
    with pytest.raises(PictureRefused) as caught:
        open_picture(b"\x89PNG\r\n\x1a\n" + secret * 9)
    assert "person" not in str(caught.value)
    assert caught.value.__suppress_context__
    assert caught.value.next_step


def test_what_the_decoders_warn_about_stays_inside() -> None:
    data = saved(CAT.quantize(16), "PNG", transparency=bytes(range(16)))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        open_picture(data)
        filters = list(warnings.filters)
        open_picture(data)
        assert warnings.filters == filters


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf<svg/>",
        b" \n\t<svg/>",
        b"<!-- by hand --><svg/>",
        b"<!DOCTYPE svg><svg/>",
        "\ufeff<svg/>".encode("utf-16-le"),
        b"<x:svg xmlns:x='http://www.w3.org/2000/svg'/>",
        gzip.compress(b"<svg/>"),
        b"\0\0\0\x18ftypmade\0\0\0\0madesome",
        b"\0\0\0\x08ftyp",
    ],
)
def test_what_may_hold_a_picture_is_never_said_to_be_none(data: bytes) -> None:
    with pytest.raises(UnsupportedPicture):
        open_picture(data + bytes(32))


@pytest.mark.parametrize(
    ("brands", "expected"),
    [
        (b"avif\0\0\0\0avifmif1", Format.AVIF),
        (b"mif1\0\0\0\0mif1avif", Format.AVIF),
        (b"mif1\0\0\0\0mif1heic", Format.HEIC),
        (b"heix\0\0\0\0mif1heix", Format.HEIC),
    ],
)
def test_brands_tell_heic_from_avif(brands: bytes, expected: Format) -> None:
    assert sniff((8 + len(brands)).to_bytes(4, "big") + b"ftyp" + brands) is expected
