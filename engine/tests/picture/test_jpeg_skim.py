"""The luma of a plain JPEG without its other coefficients: libjpeg's to the bit, or left to libjpeg."""

import random
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from picture_files import made, photograph, saved
from PIL import Image

from repit_engine.errors import PictureRefused
from repit_engine.kernels.reference.jpeg import eighth
from repit_engine.picture import jpeg, open_picture
from repit_engine.picture.baseline import skimmed
from repit_engine.picture.refusals import decoding
from repit_engine.picture.result import Pixels

LARGE = photograph("coffee", 2060, 2050)


# From five pixels a side on: of smaller pictures simplejpeg may choose 1/4, which has as many samples.
def by_libjpeg(data: bytes, size: tuple[int, int]) -> Pixels | str:
    """What the module's other way gives, or the code of its refusal."""
    try:
        with decoding():
            return jpeg._decode(data, "GRAY", size, 8)[:, :, 0]
    except PictureRefused as refusal:
        return refusal.code


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 1000),
    size=st.tuples(st.integers(5, 90), st.integers(5, 70)),
    grey=st.booleans(),
    noise=st.sampled_from((0, 5, 90)),
    options=st.fixed_dictionaries(
        {
            "quality": st.sampled_from((1, 20, 75, 95, 100)),
            "subsampling": st.sampled_from(("4:4:4", "4:2:2", "4:2:0")),
            "restart_marker_blocks": st.sampled_from((0, 1, 3, 20)),
            "optimize": st.booleans(),
        }
    ),
)
def test_it_equals_its_oracle_and_libjpeg(
    seed: int, size: tuple[int, int], grey: bool, noise: int, options: dict[str, object]
) -> None:
    scene = np.asarray(made(seed, *size)) + np.random.default_rng(seed).normal(0, noise, (*size[::-1], 3))
    image = Image.fromarray(np.clip(scene, 0, 255).astype(np.uint8)).convert("L" if grey else "RGB")
    data = saved(image, "JPEG", **options)
    found = skimmed(data, size)
    assert found is not None
    assert np.array_equal(found, eighth(data))
    assert np.array_equal(found, by_libjpeg(data, size))


def test_a_large_jpeg_is_read_so() -> None:
    data = saved(LARGE, "JPEG", quality=90)
    plain = skimmed(data, LARGE.size)
    assert plain is not None
    assert np.array_equal(open_picture(data).luma, plain)


@pytest.mark.parametrize(
    "other",
    [
        saved(LARGE, "JPEG", progressive=True),
        saved(LARGE.convert("CMYK"), "JPEG"),
        saved(LARGE, "JPEG", keep_rgb=True),
        saved(LARGE, "JPEG")[:-2],
        saved(LARGE, "JPEG")[:-2000],
    ],
    ids=["progressive", "cmyk", "rgb", "without an end", "cut"],
)
def test_what_is_not_plain_is_left_to_libjpeg(other: bytes) -> None:
    assert skimmed(other, LARGE.size) is None


def test_the_size_that_was_allowed_is_the_size_that_is_read() -> None:
    assert skimmed(saved(made(1, 64, 48), "JPEG"), (48, 64)) is None


def _small() -> list[tuple[bytes, tuple[int, int]]]:
    scene = made(5, 70, 50)
    return [
        (saved(scene, "JPEG", quality=90), scene.size),
        (saved(scene, "JPEG", quality=30, subsampling="4:4:4", optimize=True), scene.size),
        (saved(scene, "JPEG", quality=99, subsampling="4:2:2", restart_marker_blocks=2), scene.size),
        (saved(scene.convert("L"), "JPEG", restart_marker_rows=1), scene.size),
    ]


def test_a_damaged_file_gives_libjpegs_picture_or_is_left_to_libjpeg() -> None:
    rng = random.Random(7)
    read = 0
    for data, size in _small() * 500:
        damaged = bytearray(data)
        for _ in range(rng.choice((1, 1, 2, 12))):
            damaged[rng.randrange(2, len(data))] ^= 1 << rng.randrange(8)
        if rng.random() < 0.2:
            at = rng.randrange(2, len(damaged))
            damaged[at : at + rng.choice((1, 2, 40))] = rng.randbytes(rng.choice((0, 1, 2, 40)))
        if rng.random() < 0.1:
            del damaged[rng.randrange(len(damaged)) :]
        found = skimmed(bytes(damaged), size)
        if found is not None:
            expected = by_libjpeg(bytes(damaged), size)
            assert not isinstance(expected, str), expected
            assert np.array_equal(found, expected)
            read += 1
    assert read > 200


def test_tables_and_scans_of_noise_end_soon_and_give_libjpegs_picture_or_none() -> None:
    """Random code tables, sometimes degenerate, over random bits, in a header that is sound."""
    rng = random.Random(11)
    read = 0
    for _ in range(1500):
        tables = b"".join(
            _segment(0xC4, bytes((place,)) + _codes(rng, 15 if place < 16 else 255)) for place in (0, 16)
        )
        size = (rng.randrange(5, 40), rng.randrange(5, 40))
        sampling = rng.choice((0x11, 0x22, 0x14, 0x41, 0x33))
        frame = struct.pack(">BHHB", 8, size[1], size[0], 1) + bytes((1, sampling, 0))
        step = bytes((0, rng.choice((1, 2, 40, 255)), *bytes([1] * 63)))
        noise = rng.randbytes(rng.choice((5, 80, 900, 9000))).replace(b"\xff", b"\xff\x00")
        data = b"\xff\xd8" + _segment(0xDB, step) + _segment(0xC0, frame) + tables
        data += _segment(0xDA, bytes((1, 1, 0, 0, 63, 0))) + noise + b"\xff\xd9"
        found = skimmed(data, size)
        if found is not None:
            expected = by_libjpeg(data, size)
            assert not isinstance(expected, str), expected
            assert np.array_equal(found, expected)
            read += 1
    assert read > 50


def _segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


def _codes(rng: random.Random, most: int) -> bytes:
    """A prefix code of random lengths: never more codes of a length than are left, seldom all."""
    counts, left = [], 1
    for _ in range(16):
        left *= 2
        take = rng.randrange(0, min(left, 30)) if left > 1 else 0
        counts.append(take)
        left -= take
    return bytes(counts) + bytes(rng.randrange(most + 1) for _ in range(sum(counts)))
