"""Ids come back as they went in, whatever they are."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from repit_engine.search.packed_ids import PackedIds

IDS = st.one_of(
    st.lists(st.integers(0, 2**64 - 1), max_size=60),
    st.lists(st.integers(2**40, 2**40 + 70), max_size=60),
    st.lists(st.tuples(st.integers(0, 2**64 - 200), st.integers(1, 80)), max_size=4).map(
        lambda runs: [first + step for first, length in runs for step in range(length)]
    ),
    st.lists(st.sampled_from([0, 1, 255, 256, 2**32 - 1, 2**32, 2**63, 2**64 - 1]), max_size=20),
)


@settings(max_examples=150, deadline=None)
@given(ids=IDS, others=IDS)
def test_packed_ids_are_the_ids_and_are_found(ids: list[int], others: list[int]) -> None:
    given_ids = np.sort(np.array(ids, np.uint64))
    packed = PackedIds.pack(given_ids)
    assert packed.of(np.arange(len(ids), dtype=np.uint64)).tolist() == given_ids.tolist()
    wanted = np.array([*ids[::2], *others], np.uint64)
    assert packed.rows_of(wanted).tolist() == np.flatnonzero(np.isin(given_ids, wanted)).tolist()
    for bound in (0, 2**64, *others[:3], *ids[:3]):
        assert packed.first_row(bound) == sum(held < bound for held in ids)
    plain = packed.without_runs()
    assert plain.of(np.arange(len(ids), dtype=np.uint64)).tolist() == given_ids.tolist()
    assert not len(plain.firsts)


def test_ids_all_over_64_bits_take_little_more_than_six_bytes() -> None:
    rng = np.random.default_rng(1)
    ids = np.sort(rng.integers(0, 2**64 - 1, 1_000_000, np.uint64))
    packed = PackedIds.pack(ids)
    assert packed.nbytes < 6.3 * len(ids)
    rows = rng.integers(0, len(ids), 1000).astype(np.uint64)
    assert packed.of(rows).tolist() == ids[rows].tolist()
    assert packed.rows_of(ids[rows]).tolist() == np.unique(rows).tolist()


def test_ids_that_follow_one_another_take_nothing() -> None:
    assert PackedIds.pack(np.arange(9, 900, dtype=np.uint64)).nbytes == 0


def test_moments_of_videos_take_a_tenth_of_a_byte_each() -> None:
    """As `repit_engine.align` numbers them: slot above moment."""
    number, slot, moment = np.meshgrid(np.arange(200), np.arange(5), np.arange(600), indexing="ij")
    ids = (number << 24 | slot << 20 | moment).astype(np.uint64).ravel()
    packed = PackedIds.pack(ids)
    assert packed.nbytes < 0.1 * len(ids)
    assert packed.of(np.arange(len(ids), dtype=np.uint64)).tolist() == ids.tolist()
