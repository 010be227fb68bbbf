"""Unrelated pictures that wear the same sticker, caption or interface are not taken for one another."""

import io
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import skimage
from bench.robustness.ours import BLOCK, REVIEW
from bench.robustness.shared import OVERLAYS, Overlay, pairs
from bench.robustness.shared_held_out import HELD_OUT
from bench.robustness.shared_textured import TEXTURED
from bench.robustness.shared_wider import WIDER
from PIL import Image

from repit_engine.anchors.shades import drawn

BANK = ("chelsea.png", "coffee.png", "rocket.jpg", "motorcycle_left.png")
UPLOADS = ("hubble_deep_field.jpg", "ihc.png", "gravel.png", "coins.png")
DATA = Path(skimage.__file__).parent / "data"


@cache
def _pictures(names: tuple[str, ...]) -> list[Image.Image]:
    opened = [Image.open(io.BytesIO((DATA / name).read_bytes())).convert("RGB") for name in names]
    return [picture.resize((480, 480 * picture.height // picture.width)) for picture in opened]


@pytest.mark.parametrize(
    ("overlays", "name"),
    [
        (OVERLAYS, "face, 15 %"),
        (OVERLAYS, "badge, 8 %"),
        (OVERLAYS, "desktop"),
        (OVERLAYS, "caption"),
        (WIDER, "square code, 8 %"),
        (HELD_OUT, "crown, 9 %"),
        (HELD_OUT, "disguise, 14 %"),
    ],
)
def test_a_shared_overlay_makes_no_match(overlays: Mapping[str, Overlay], name: str) -> None:
    found = pairs(overlays[name], _pictures(BANK), _pictures(UPLOADS))
    assert found.wrong() == (0, 0)
    assert found.at_least(REVIEW) == [0, 0, 0]


@pytest.mark.parametrize("name", ["coin, 8 %", "crumpled paper, 12 %", "cup, photograph, 10 %"])
def test_a_sticker_that_looks_photographed_would_block_unrelated_pictures_and_does_not(name: str) -> None:
    found = pairs(TEXTURED[name], _pictures(BANK), _pictures(UPLOADS))
    assert found.blocked_by_pieces()[0] > 0
    assert found.at_least(BLOCK) == [0, 0, 0]


def test_flat_shades_and_two_sharp_ones_are_drawn_and_texture_is_not() -> None:
    rng = np.random.default_rng(3)
    flat = np.full((64, 64), 90 << 8, np.int32)
    board = np.where(np.add.outer(np.arange(64) // 8, np.arange(64) // 8) % 2, 30 << 8, 200 << 8)
    texture = (rng.normal(128, 20, (64, 64)).clip(0, 255) * 256).astype(np.int32)
    area = np.array([[0, 0, 64 * 64, 64 * 64]])
    assert drawn(flat, area)[0]
    assert drawn(board.astype(np.int32), area)[0]
    assert not drawn(texture, area)[0]


def test_a_sticker_is_drawn_even_where_half_of_its_square_is_a_photograph() -> None:
    rng = np.random.default_rng(4)
    half = (rng.normal(128, 20, (64, 64)).clip(0, 255) * 256).astype(np.int32)
    half[:, 32:] = np.where(np.arange(64)[:, None] // 8 % 2, 30 << 8, 220 << 8)
    assert drawn(half, np.array([[0, 0, 64 * 64, 64 * 64]]))[0]


def test_a_square_that_reaches_beyond_the_plane_is_judged_by_what_lies_inside() -> None:
    rng = np.random.default_rng(5)
    texture = (rng.normal(128, 20, (64, 64)).clip(0, 255) * 256).astype(np.int32)
    areas = np.array([[-64, -64, 66 * 64, 66 * 64], [70 * 64, 0, 640, 640]])
    assert drawn(texture, areas).tolist() == [False, False]
