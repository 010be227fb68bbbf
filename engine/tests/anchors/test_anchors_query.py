"""What the query side promises."""

import numpy as np
import pytest
from anchor_scenes import noise, scene
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from repit_engine import pdq
from repit_engine.anchors import Budget, Kind, Stage, bank_family, query_family, query_stages, warm_up


def nearest(upload, known, kinds=None):
    query = query_family(upload)
    rows = query.hashes if kinds is None else query.hashes[np.isin(query.kinds, kinds)]
    return pdq.distances(rows, bank_family(known).hashes[:1]).min()


def test_stages_come_in_order_and_say_what_they_are():
    stages = list(query_stages(scene(1)))
    assert [int(stage.stages[0]) for stage in stages] == list(Stage)
    for stage in stages:
        n = len(stage)
        assert stage.hashes.shape == (n, 32)
        assert stage.rectangles.shape == (n, 4)
        assert (len(stage.kinds), len(stage.orientation), len(stage.stages)) == (n, n, n)
        assert (stage.rectangles[:, :2] < stage.rectangles[:, 2:]).all()


def test_the_first_hash_is_the_standard_one():
    luma = scene(2)
    np.testing.assert_array_equal(query_family(luma).hashes[0], pdq.hash_luma(luma)[0])


def test_the_same_upload_gives_the_same_hashes():
    a, b = query_family(scene(3)), query_family(scene(3))
    np.testing.assert_array_equal(a.hashes, b.hashes)
    np.testing.assert_array_equal(a.rectangles, b.rectangles)


@pytest.mark.parametrize("hashes", [0, 1, 9, 60, 10_000])
def test_a_budget_of_hashes_is_kept(hashes):
    query = query_family(scene(4), Budget(hashes=hashes))
    assert len(query) <= hashes
    whole = query_family(scene(4))
    np.testing.assert_array_equal(query.hashes, whole.hashes[: len(query)])


def test_no_stage_starts_once_the_time_is_spent():
    assert len(list(query_stages(scene(4), Budget(milliseconds=-1.0)))) == 0


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10**6), st.integers(40, 700), st.integers(40, 700))
def test_an_upload_and_its_mirror_image_give_the_same_hashes(seed, width, height):
    luma = scene(seed, width, height)
    upright, mirrored = query_family(luma), query_family(np.ascontiguousarray(luma[:, ::-1]))
    after = upright.stages > Stage.WHOLE
    np.testing.assert_array_equal(upright.hashes[after], mirrored.hashes[mirrored.stages > Stage.WHOLE])
    assert {row.tobytes() for row in upright.hashes} == {row.tobytes() for row in mirrored.hashes}
    turned = mirrored.rectangles[mirrored.stages > Stage.WHOLE]
    np.testing.assert_allclose(upright.rectangles[after][:, [0, 2]], 1 - turned[:, [2, 0]], atol=1e-12)
    np.testing.assert_array_equal(
        upright.orientation[after] ^ 1, mirrored.orientation[mirrored.stages > Stage.WHOLE]
    )


def test_a_mirror_image_a_turn_and_a_negative_are_met_by_the_whole():
    luma = scene(5)
    for turned in (luma[:, ::-1], luma[::-1], np.rot90(luma), luma.T, 255 - luma):
        assert nearest(np.ascontiguousarray(turned), luma) <= 10


def test_a_uniform_border_is_trimmed():
    luma = scene(6)
    framed = np.full((480, 640), 20, np.uint8)
    framed[60:420, 80:560] = luma
    assert nearest(framed, luma, [Kind.TRIMMED]) <= 20


def test_a_picture_in_a_picture_is_proposed():
    luma, ground = scene(7), scene(8, 960, 720)
    small = np.asarray(Image.fromarray(luma).resize((400, 300)))
    ground[200:500, 300:700] = small
    assert nearest(ground, luma, [Kind.PROPOSED]) <= 24


def test_a_quarter_of_a_sheet_is_a_cell():
    luma = scene(9)
    sheet = np.block([[scene(20), scene(21)], [luma, scene(22)]])
    assert nearest(sheet, luma, [Kind.CELL]) <= 10


@pytest.mark.parametrize("degrees", [-7, 3, 10])
def test_a_frame_turned_whole_is_turned_back(degrees):
    luma = scene(10)
    turned = np.asarray(Image.fromarray(luma).rotate(degrees, Image.Resampling.BICUBIC, expand=True))
    assert nearest(turned, luma, [Kind.TURNED_WHOLE]) <= 31


@pytest.mark.parametrize("shape", [(1, 1), (3, 500), (500, 3), (2, 2), (30, 20)])
def test_odd_sizes_give_stages_or_nothing(shape):
    query = query_family(noise(1, shape[1], shape[0]))
    assert len(query.hashes) == len(query.rectangles)


def test_flat_uploads_give_no_hash():
    assert len(query_family(np.full((300, 400), 90, np.uint8))) == 0


def test_query_hashes_say_nothing_of_their_bits():
    query = query_family(scene(11))
    assert repr(query) == f"QueryHashes({len(query)})"


def test_warming_up_changes_nothing():
    before = query_family(scene(12)).hashes
    warm_up()
    np.testing.assert_array_equal(query_family(scene(12)).hashes, before)
