"""The suite that figures are quoted from stays what it says, and its stop-list does what it is for."""

import io
from pathlib import Path

import numpy as np
import pytest
import skimage
from bench.background import glossy, pictures, words
from bench.robustness.pictures import REPORTED, SHIPPED, TUNING, collection
from bench.robustness.scenes import scene
from bench.robustness.suite import HELD_OUT, SUITE, SUITES, altered
from PIL import Image

from repit_engine.anchors import bank_family
from repit_engine.picture import open_picture
from repit_engine.stoplist import package_stoplist


def _fillers() -> list:
    return [lambda seed=seed: scene(100 + seed) for seed in range(12)]


def test_each_suite_has_88_rows_of_which_67_change_geometry_or_cover_something() -> None:
    for rows in SUITES.values():
        assert len(rows) == 88
        assert sum(row.geometric for row in rows) == 67


def test_the_held_out_suite_shares_few_rows_with_the_main_one() -> None:
    shared = {row.name for row in SUITE} & {row.name for row in HELD_OUT}
    assert len(shared) <= 26


@pytest.mark.parametrize("suite", sorted(SUITES))
def test_every_alteration_gives_a_readable_jpeg_and_the_same_one_again(suite: str) -> None:
    picture = scene(2).resize((320, 240))
    for row in SUITES[suite]:
        first = altered(row, 3, picture, _fillers())
        with Image.open(io.BytesIO(first.jpeg)) as opened:
            assert opened.format == "JPEG"
            assert min(opened.size) >= 48
        if row.group in ("collage", "chains", "overlays"):
            assert altered(row, 3, picture, _fillers()) == first


def test_another_picture_gets_another_seed() -> None:
    picture = scene(2).resize((320, 240))
    row = next(row for row in SUITE if row.name == "off centre 60")
    assert altered(row, 3, picture, ()).jpeg != altered(row, 4, picture, ()).jpeg


def test_a_collage_says_which_fillers_it_holds() -> None:
    row = next(row for row in SUITE if row.name == "collage 3 x 3")
    query = altered(row, 1, scene(2), _fillers())
    assert len(set(query.fillers)) == 8


def test_what_is_tuned_on_is_never_reported() -> None:
    shipped = collection(None)
    assert not set(shipped.part(TUNING)) & set(shipped.part(REPORTED))


def test_no_shipped_picture_shows_a_person() -> None:
    assert not {"astronaut.png", "camera.png", "lfw_subset.npy"} & set(SHIPPED)


def test_the_background_set_needs_no_font_for_what_it_draws_itself() -> None:
    kinds = {kind for kind, _ in zip((kind for kind, _ in pictures(None)), range(700), strict=False)}
    assert kinds == {"interfaces", "sheets", "words", "shapes"}
    assert len({next(glossy.pictures()).size, next(words.pictures()).size}) == 2


def test_the_stop_list_hardly_costs_an_anchor_of_a_photograph() -> None:
    data = Path(skimage.__file__).parent / "data"
    names = ("chelsea.png", "coffee.png", "rocket.jpg", "motorcycle_left.png", "hubble_deep_field.jpg")
    rows = [bank_family(open_picture((data / name).read_bytes())).hashes[1:] for name in names]
    assert package_stoplist().near(np.concatenate(rows)).mean() <= 0.05
