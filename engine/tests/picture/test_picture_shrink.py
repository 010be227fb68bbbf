"""Shrink-on-load: what each sample stands for, before and after a turn."""

import numpy as np
import pytest
from picture_files import photograph, saved, turned_for, with_orientation

from repit_engine.picture import open_picture

BIG = photograph("coffee", 1101, 1030)
SMALL = photograph("coffee", 640, 480)


def test_a_large_jpeg_is_decoded_small_and_says_so() -> None:
    picture = open_picture(saved(BIG, "JPEG", quality=90))
    assert (picture.width, picture.height, picture.shrink) == (1101, 1030, 4)
    assert picture.luma.shape == (258, 276)
    assert picture.luma.dtype == np.uint8
    assert not picture.partial_first_column
    assert not picture.partial_first_row


def test_the_shorter_side_keeps_256_samples() -> None:
    assert open_picture(saved(SMALL, "JPEG")).shrink == 1
    assert open_picture(saved(SMALL.resize((2000, 512)), "JPEG")).shrink == 2
    assert open_picture(saved(SMALL.resize((2100, 2048)), "JPEG")).shrink == 8


def test_full_decodes_every_pixel_in_colour() -> None:
    picture = open_picture(saved(BIG, "JPEG", quality=90), full=True)
    assert (picture.shrink, picture.luma.shape, picture.luma.dtype) == (1, (1030, 1101), np.float32)


def test_colour_comes_at_the_size_of_the_luma() -> None:
    picture = open_picture(saved(BIG, "JPEG", quality=90), colour=True)
    assert picture.rgb is not None
    assert picture.rgb.shape == (*picture.luma.shape, 3)
    assert picture.shrink == 4


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_sample_is_the_mean_of_the_pixels_it_stands_for(orientation: int) -> None:
    stored = turned_for(BIG, orientation)
    data = saved(stored, "JPEG", quality=95, exif=with_orientation(stored, orientation))
    picture = open_picture(data)
    whole = open_picture(data, full=True).luma

    def edges(count: int, samples: int, partial_first: bool) -> list[int]:
        first = count - (samples - 1) * picture.shrink if partial_first else picture.shrink
        return [0, *range(first, count, picture.shrink)]

    rows = edges(picture.height, picture.luma.shape[0], picture.partial_first_row)
    columns = edges(picture.width, picture.luma.shape[1], picture.partial_first_column)
    assert (len(rows), len(columns)) == picture.luma.shape
    sums = np.add.reduceat(np.add.reduceat(whole.astype(np.float64), rows, axis=0), columns, axis=1)
    areas = np.outer(np.diff([*rows, picture.height]), np.diff([*columns, picture.width]))
    assert np.abs(sums / areas - picture.luma)[1:-1, 1:-1].mean() < 1.5
