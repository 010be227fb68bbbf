"""Unrelated pictures that wear the same sticker, caption or interface are not taken for one another."""

import io
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import skimage
from bench.robustness.shared import OVERLAYS, pairs
from PIL import Image

from repit_engine.anchors.shades import drawn
from repit_engine.stoplist import package_stoplist

BANK = ("chelsea.png", "coffee.png", "rocket.jpg", "motorcycle_left.png")
UPLOADS = ("hubble_deep_field.jpg", "ihc.png", "gravel.png", "coins.png")
DATA = Path(skimage.__file__).parent / "data"


@cache
def _pictures(names: tuple[str, ...]) -> list[Image.Image]:
    opened = [Image.open(io.BytesIO((DATA / name).read_bytes())).convert("RGB") for name in names]
    return [picture.resize((480, 480 * picture.height // picture.width)) for picture in opened]


@pytest.mark.parametrize("name", ["face, 15 %", "badge, 8 %", "desktop", "caption"])
def test_a_shared_overlay_makes_no_match(name: str) -> None:
    found = pairs(OVERLAYS[name], _pictures(BANK), _pictures(UPLOADS), package_stoplist().near)
    assert found.wrong(stopped=True) == (0, 0)


def test_flat_shades_are_drawn_and_a_ramp_of_all_greys_is_not() -> None:
    flat = np.full((64, 64), 90 << 8, np.int32)
    ramp = (np.arange(64 * 64, dtype=np.int32) % 256 << 8).reshape(64, 64)
    area = np.array([[0, 0, 64 * 64, 64 * 64]])
    assert drawn(flat, area)[0]
    assert not drawn(ramp, area)[0]


def test_a_square_that_reaches_beyond_the_plane_is_judged_by_what_lies_inside() -> None:
    ramp = (np.arange(64 * 64, dtype=np.int32) % 256 << 8).reshape(64, 64)
    assert not drawn(ramp, np.array([[-64, -64, 66 * 64, 66 * 64]]))[0]
