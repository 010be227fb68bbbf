"""Hashes that mean nothing, as data and as they show up."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from repit_engine.errors import (
    SnapshotCorrupt,
    SnapshotForeign,
    SnapshotOutdated,
    SnapshotTruncated,
    WrongInput,
)
from repit_engine.pdq import distances
from repit_engine.stoplist import Crowd, StopList, build_stoplist, joined, read_stoplist


def rows(seed: int, n: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (n, 32), dtype=np.uint8)


def flipped(row: np.ndarray, bits: int) -> np.ndarray:
    out = np.unpackbits(row)
    out[:bits] ^= 1
    return np.packbits(out)


def test_a_hash_within_the_radius_says_nothing():
    known = rows(1, 5)
    stops = StopList(known, radius=20)
    asked = np.stack([known[2], flipped(known[3], 20), flipped(known[3], 21)])
    assert stops.near(asked).tolist() == [True, True, False]


def test_of_many_hashes_each_is_judged_by_itself_in_little_memory():
    known, asked = rows(31, 3_000), rows(32, 2_000)
    asked[::7] = known[: len(asked[::7])]
    stops = StopList(known, radius=100)
    tracemalloc.start()
    near = stops.near(asked)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    np.testing.assert_array_equal(near, (distances(asked, known) <= 100).any(axis=1))
    assert 0 < np.count_nonzero(near[1::7]) < len(near[1::7])
    assert most < 1_000_000  # all distances at once are twelve


def test_an_empty_list_silences_nothing():
    assert not StopList(np.empty((0, 32), np.uint8)).near(rows(2, 4)).any()
    assert StopList(rows(2, 4)).near(np.empty((0, 32), np.uint8)).shape == (0,)


def test_a_list_survives_its_file(tmp_path):
    made = build_stoplist([rows(3, 6), rows(4, 6)], version="frames 1", spacing=0)
    made.write(tmp_path / "list.bin")
    read = read_stoplist((tmp_path / "list.bin").read_bytes())
    np.testing.assert_array_equal(read.hashes, made.hashes)
    assert (read.version, read.radius) == ("frames 1", made.radius)


def test_near_duplicates_are_kept_once():
    row = rows(5, 1)
    made = build_stoplist(
        [row, flipped(row[0], 20)[np.newaxis], flipped(row[0], 21)[np.newaxis]], "v", spacing=20
    )
    assert len(made.hashes) == 2


@pytest.mark.parametrize(
    ("spoil", "refusal"),
    [
        (lambda data: b"", SnapshotForeign),
        (lambda data: b"not json\n", SnapshotForeign),
        (lambda data: b'{"format": 1}\n', SnapshotForeign),
        (lambda data: data.replace(b"stop-list 1", b"stop-list 9"), SnapshotOutdated),
        (lambda data: data[:-1], SnapshotTruncated),
        (lambda data: data[:-1] + bytes([data[-1] ^ 1]), SnapshotCorrupt),
    ],
)
def test_a_spoilt_file_is_refused_by_name(tmp_path, spoil, refusal):
    StopList(rows(6, 3), version="v").write(tmp_path / "list.bin")
    with pytest.raises(refusal):
        read_stoplist(spoil((tmp_path / "list.bin").read_bytes()))


def test_lists_are_joined_under_the_smaller_radius():
    both = joined(StopList(rows(7, 2), 74, "ours"), StopList(rows(8, 3), 60, "theirs"))
    assert (len(both.hashes), both.radius, both.version) == (5, 60, "ours + theirs")
    with pytest.raises(WrongInput):
        joined()


def test_a_careless_radius_is_refused():
    with pytest.raises(WrongInput):
        build_stoplist([rows(9, 1)], "v", radius=200)


def test_a_hash_that_meets_many_unrelated_uploads_is_muted():
    crowd = Crowd(limit=5)
    uploads = rows(10, 5)
    assert [crowd.met(7, upload) for upload in uploads] == [False, False, False, False, True]
    assert crowd.is_muted(7)
    assert not crowd.is_muted(8)


def test_copies_of_one_upload_count_once():
    crowd = Crowd(limit=3)
    upload = rows(11, 1)[0]
    assert not any(crowd.met(7, flipped(upload, bits)) for bits in range(60))


def test_a_person_gives_a_hash_its_voice_again():
    crowd = Crowd(limit=2)
    for upload in rows(12, 2):
        crowd.met(7, upload)
    crowd.restore(7)
    assert not crowd.is_muted(7)
    assert not crowd.met(7, rows(13, 1)[0])


@given(st.lists(st.integers(0, 30), max_size=60))
def test_memory_stays_bounded(ids):
    crowd = Crowd(limit=3, room=4)
    for step, hash_id in enumerate(ids):
        crowd.met(hash_id, rows(step, 1)[0])
    assert len(crowd._met) <= 4


def test_nothing_shows_bits():
    assert repr(StopList(rows(14, 2), version="v")) == "StopList('v', 2 hashes)"
    assert repr(Crowd()) == "Crowd(0 muted)"
