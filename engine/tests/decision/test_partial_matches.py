"""A small part of an upload that meets a small part of an item goes to a person: a sticker looks the same."""

from collections.abc import Iterator

import numpy as np
import pytest
from decision_banks import found_in
from hypothesis import given, settings
from hypothesis import strategies as st

from repit_engine.anchors import Kind, QueryHashes, Stage
from repit_engine.decision import Breadth, Decision, Rule, Strength, decide, packed_id
from repit_engine.decision.rates import MEASURED
from repit_engine.stoplist import StopList
from repit_engine.types import HashArray, IdArray, RangeResult

FAMILY = np.random.default_rng(11).integers(0, 256, (9, 32), np.uint8)
IDS = np.array([packed_id(5, slot) for slot in range(9)], np.uint64)
STICKER = (0.6, 0.6, 0.75, 0.75)
BESIDE = (0.7, 0.55, 0.85, 0.7)
FAR_CORNER = (0.05, 0.1, 0.2, 0.25)
EVERYWHERE = (0.0, 0.0, 1.0, 1.0)

Place = tuple[float, float, float, float]


def away(slot: int, bits: int) -> HashArray:
    """A hash so many bits from one of the item's."""
    row = np.unpackbits(FAMILY[slot])
    row[np.random.default_rng([slot, bits]).permutation(256)[:bits]] ^= 1
    return np.packbits(row)


def stage(*votes: tuple[int, int, Place], turn: int = 0) -> QueryHashes:
    """Anchors of an upload: each so many bits from one of the item's hashes, at a place."""
    n = len(votes)
    return QueryHashes(
        np.array([away(slot, bits) for slot, bits, _ in votes], np.uint8).reshape(n, 32),
        np.array([place for _, _, place in votes], np.float64).reshape(n, 4),
        np.full(n, Kind.ANCHOR, np.uint8),
        np.full(n, turn, np.uint8),
        np.full(n, Stage.ANCHORS, np.uint8),
    )


def search(queries: HashArray, radius: int) -> RangeResult:
    return found_in(IDS, FAMILY, queries, radius)


def family_of(_: int) -> tuple[HashArray, IdArray]:
    return FAMILY, np.arange(9, dtype=np.uint64)


def decided(*stages: QueryHashes, items: int = 1_000, **options: object) -> Decision:
    return decide(stages, search, items=items, family_of=family_of, **options)


@pytest.mark.parametrize("items", [1_000, 1_000_000, 42_000_000])
@pytest.mark.parametrize("bits", [0, 4])
def test_one_hash_of_a_small_place_goes_to_a_person_however_near_it_is(items, bits):
    found = decided(stage((3, bits, STICKER)), items=items)
    assert (found.strength, found.best.item, found.best.piece) == (Strength.REVIEW, 5, True)


def test_several_hashes_within_one_small_place_do_too():
    found = decided(stage((3, 0, STICKER), (4, 10, BESIDE), (6, 20, STICKER[:2] + BESIDE[2:])))
    assert (found.strength, found.best.piece, len(found.best.votes)) == (Strength.REVIEW, True, 3)


def test_two_places_far_from_one_another_act_alone():
    found = decided(stage((3, 0, STICKER), (4, 60, FAR_CORNER)))
    assert (found.strength, found.best.piece) == (Strength.BLOCK, False)


def test_a_second_place_that_agrees_too_little_does_not_count():
    found = decided(stage((3, 0, STICKER), (4, 72, FAR_CORNER)))
    assert (found.strength, found.best.piece) == (Strength.REVIEW, True)


def test_one_hash_of_a_place_that_fills_the_upload_acts_alone():
    assert decided(stage((3, 8, (0.2, 0.2, 0.8, 0.8)))).strength is Strength.BLOCK


def test_what_reaches_beyond_the_upload_covers_no_more_of_it():
    assert decided(stage((3, 8, (-1.0, 0.4, 0.2, 1.4)))).strength is Strength.REVIEW


@pytest.mark.parametrize(("bits", "strength"), [(80, Strength.BLOCK), (82, Strength.REVIEW)])
def test_the_whole_item_seen_dimly_beside_one_of_its_hashes_is_enough(bits, strength):
    assert decided(stage((3, 6, STICKER), (0, bits, BESIDE))).strength is strength


def test_the_whole_item_must_be_turned_as_the_other_vote_is():
    found = decided(stage((3, 6, STICKER)), stage((0, 74, BESIDE), turn=1))
    assert found.strength is Strength.REVIEW


def test_most_of_an_item_shown_small_acts_alone():
    corners = [(0.60 + 0.02 * i, 0.6, 0.70 + 0.02 * i, 0.7) for i in range(6)]
    six = [(slot, 12, place) for slot, place in enumerate(corners, 1)]
    assert decided(stage(*six)).strength is Strength.BLOCK
    assert decided(stage(*six[:5])).strength is Strength.REVIEW


def test_asking_for_no_breadth_is_the_rule_without_it():
    anywhere = Rule(MEASURED, breadth=Breadth(whole=-1, slots=1, extent=0.0))
    assert decided(stage((3, 0, STICKER)), rule=anywhere).strength is Strength.BLOCK


@pytest.mark.parametrize("items", [1_000, 1_000_000])
def test_a_later_stage_may_add_the_breadth_that_an_earlier_one_lacked(items):
    asked = []

    def stages() -> Iterator[QueryHashes]:
        for hashes in (stage((3, 0, STICKER)), stage((4, 60, FAR_CORNER)), stage((7, 60, STICKER))):
            asked.append(hashes)
            yield hashes

    found = decide(stages(), search, items=items, family_of=family_of)
    assert (found.strength, found.stages, len(asked)) == (Strength.BLOCK, 2, 2)


def test_a_second_place_near_the_stop_list_adds_nothing():
    stopped = StopList(away(4, 60)[np.newaxis], 10)
    upload = stage((3, 0, STICKER), (4, 60, FAR_CORNER))
    assert decided(upload, items=1_000_000).strength is Strength.BLOCK
    assert decided(upload, items=1_000_000, stoplist=stopped).strength is Strength.REVIEW


def test_the_fields_own_match_asks_for_no_breadth():
    standard = stage((0, 30, EVERYWHERE))
    standard.stages[:] = Stage.STANDARD
    assert decided(standard).strength is Strength.BLOCK


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.lists(st.integers(1, 8), min_size=1, max_size=8))
def test_no_number_of_votes_from_one_sticker_blocks_unless_most_of_the_item_is_there(seed, slots):
    rng = np.random.default_rng(seed)
    left, top = rng.uniform(0, 0.55, 2)
    votes = []
    for slot in slots:
        a, b = np.sort(rng.uniform(0, 0.44, (2, 2)), axis=0)
        votes.append((slot, int(rng.integers(0, 20)), (left + a[0], top + a[1], left + b[0], top + b[1])))
    found = decided(stage(*votes))
    asked = Breadth()
    assert (found.strength is Strength.BLOCK) == (len(set(slots)) >= asked.slots)
