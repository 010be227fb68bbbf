"""What the bank side promises."""

import numpy as np
import pytest
from anchor_scenes import noise, scene

from repit_engine import pdq
from repit_engine.anchors import bank_family
from repit_engine.errors import WrongInput
from repit_engine.picture import Picture
from repit_engine.stoplist import StopList


def test_row_zero_is_the_standard_hash():
    luma = scene(1)
    family = bank_family(luma)
    whole, quality = pdq.hash_luma(luma)
    np.testing.assert_array_equal(family.hashes[0], whole)
    assert family.qualities[0] == quality


def test_a_family_has_at_most_one_and_k_hashes_of_enough_detail():
    for k in (0, 1, 4, 8):
        family = bank_family(scene(2), k=k)
        assert 1 <= len(family.hashes) <= 1 + k
        assert family.hashes.dtype == np.uint8
        assert family.hashes.flags.c_contiguous
        assert (family.qualities[1:] >= 50).all()


def test_a_smaller_family_is_the_beginning_of_a_larger_one():
    large, small = bank_family(scene(3), k=8), bank_family(scene(3), k=4)
    np.testing.assert_array_equal(large.hashes[: len(small.hashes)], small.hashes)


def test_the_same_picture_gives_the_same_family():
    np.testing.assert_array_equal(bank_family(scene(4)).hashes, bank_family(scene(4)).hashes)


def test_bytes_and_floats_of_the_same_luma_give_the_same_anchors():
    luma = scene(5)
    floats = luma.astype(np.float32)
    np.testing.assert_array_equal(bank_family(luma).hashes[1:], bank_family(floats).hashes[1:])


def test_a_crop_keeps_anchors_that_lie_within_it():
    luma = scene(6, 640, 480)
    apart = pdq.distances(bank_family(luma, 16).hashes[1:], bank_family(luma[48:, :560], 16).hashes[1:])
    assert (apart.min(axis=1) <= 31).sum() >= 3


def test_an_anchor_of_the_stop_list_gives_way_to_the_next():
    luma = scene(10)
    free = bank_family(luma).hashes
    stopped = bank_family(luma, stoplist=StopList(free[1:3], radius=20)).hashes
    np.testing.assert_array_equal(stopped[0], free[0])
    assert not {row.tobytes() for row in free[1:3]} & {row.tobytes() for row in stopped}
    assert len(stopped) >= len(free) - 1


def test_flat_pictures_have_no_anchors():
    for level in (0, 128, 255):
        assert len(bank_family(np.full((200, 300), level, np.uint8)).hashes) == 1


@pytest.mark.parametrize("shape", [(1, 1), (1, 400), (400, 1), (2, 3), (5, 2000), (63, 64)])
def test_odd_sizes_are_hashed_or_left_alone(shape):
    luma = noise(7, shape[1], shape[0])
    assert 1 <= len(bank_family(luma).hashes) <= 9


def test_wrong_input_is_refused():
    with pytest.raises(WrongInput):
        bank_family(np.zeros((4, 4), np.int16))
    with pytest.raises(WrongInput):
        bank_family(np.zeros((4, 4, 3), np.uint8))
    with pytest.raises(WrongInput):
        bank_family(scene(1), k=17)


def test_a_family_says_nothing_of_its_bits():
    family = bank_family(scene(8))
    assert repr(family) == f"Family(1 + {len(family.hashes) - 1})"


def test_a_picture_and_its_luma_give_the_same_family():
    luma = scene(9)
    picture = Picture(luma, luma.shape[1], luma.shape[0])
    np.testing.assert_array_equal(bank_family(picture).hashes, bank_family(luma).hashes)
