"""An index of videos: what went in comes out, is found, and is gone when it is taken out."""

import threading

import numpy as np
import pytest
from footage import Footage, moments_of

from repit_engine.align import VideoIndex
from repit_engine.align.ids import numbers_of
from repit_engine.errors import WrongInput
from repit_engine.live import LiveIndex
from repit_engine.moments import Moments, to_bytes

FOOTAGE = [Footage(seed, 20) for seed in range(8)]


@pytest.fixture
def index():
    held = VideoIndex()
    yield held
    held.close()


def met(index: VideoIndex, number: int) -> set[int]:
    return set(numbers_of(index.search(moments_of(FOOTAGE[number]).whole, 31).ids).tolist())


def test_a_video_comes_out_as_it_went_in(index):
    index.add_many((number, moments_of(footage)) for number, footage in enumerate(FOOTAGE))
    for number, footage in enumerate(FOOTAGE):
        assert to_bytes(index.moments(number)) == to_bytes(moments_of(footage))
    assert (index.videos, index.rows) == (8, 8 * 20 * 5)
    assert "800" not in repr(index)


def test_a_video_without_anchored_hashes_comes_out_too(index):
    index.add(3, moments_of(FOOTAGE[3], anchored=False))
    assert to_bytes(index.moments(3)) == to_bytes(moments_of(FOOTAGE[3]).without_anchored())


def test_a_video_is_found_until_it_is_removed_and_its_neighbours_stay(index):
    index.add_many((number, moments_of(footage)) for number, footage in enumerate(FOOTAGE))
    assert met(index, 4) == {4}
    assert index.remove(4)
    assert met(index, 4) == set()
    assert index.moments(4) is None
    assert (met(index, 3), met(index, 5)) == ({3}, {5})
    assert not index.remove(4)
    assert index.videos == 7


def test_it_is_found_and_removed_from_segments_as_from_the_newest_rows(index):
    for number, footage in enumerate(FOOTAGE[:4]):
        index.add(number, moments_of(footage))
    index.flush()
    index.add(5, moments_of(FOOTAGE[5]))
    assert [met(index, number) for number in (0, 3, 5)] == [{0}, {3}, {5}]
    assert to_bytes(index.moments(3)) == to_bytes(moments_of(FOOTAGE[3]))
    assert index.remove(3)
    assert index.remove(5)
    assert [met(index, number) for number in (0, 3, 5)] == [{0}, set(), set()]


@pytest.mark.parametrize("number", [-1, 1 << 40])
def test_a_number_that_no_id_has_room_for_is_refused_and_nothing_is_held(index, number):
    with pytest.raises(WrongInput):
        index.add(number, moments_of(FOOTAGE[0]))
    assert (index.videos, index.rows) == (0, 0)


def test_the_highest_number_has_room(index):
    index.add((1 << 40) - 1, moments_of(FOOTAGE[0]))
    assert to_bytes(index.moments((1 << 40) - 1)) == to_bytes(moments_of(FOOTAGE[0]))
    assert index.remove((1 << 40) - 1)
    assert index.rows == 0


def near_copies(hashes: np.ndarray, count: int, seed: int) -> Moments:
    """So many moments for each of some hashes, four bits from it."""
    rng = np.random.default_rng(seed)
    whole = np.unpackbits(np.repeat(hashes, count, axis=0), axis=1)
    for row in whole:
        row[rng.choice(256, 4, replace=False)] ^= 1
    times = np.arange(len(whole), dtype=np.uint32) * 1_000
    none = np.empty(0, np.uint8)
    return Moments(
        times,
        times,
        np.packbits(whole, axis=1),
        np.full(len(whole), 90, np.uint8),
        np.empty((0, 32), np.uint8),
        none.astype(np.uint32),
        none,
        1_000 * len(whole),
    )


def test_a_video_is_met_whatever_lies_nearer(index):
    film = moments_of(FOOTAGE[0])
    bits = np.unpackbits(film.whole, axis=1)
    bits[:, :9] ^= 1
    copy = np.packbits(bits, axis=1)
    index.add(0, film)
    for number in range(1, 4):
        index.add(number, near_copies(copy, 60, number))
    found = index.search(copy, 31)
    assert found.truncated.all()
    for query in range(len(film)):
        own = slice(found.lims[query], found.lims[query + 1])
        assert set(numbers_of(found.ids[own]).tolist()) == {0, 1, 2, 3}
        assert (np.diff(found.distances[own].astype(int)) >= 0).all()
        assert len(np.unique(found.ids[own])) == own.stop - own.start <= 64 + 3


def test_a_number_is_given_once(index):
    index.add(1, moments_of(FOOTAGE[0]))
    with pytest.raises(WrongInput):
        index.add(1, moments_of(FOOTAGE[1]))
    with pytest.raises(WrongInput):
        index.add_many([(2, moments_of(FOOTAGE[0])), (2, moments_of(FOOTAGE[1]))])
    assert index.videos == 1


def test_what_fails_half_way_leaves_nothing_behind_and_may_be_tried_again(index, monkeypatch):
    add = LiveIndex.add

    def failing(held, ids, hashes, *, threads=1):
        add(held, ids[:30], hashes[:30], threads=threads)
        raise MemoryError

    index.add(1, moments_of(FOOTAGE[1]))
    monkeypatch.setattr(LiveIndex, "add", failing)
    with pytest.raises(MemoryError):
        index.add(0, moments_of(FOOTAGE[0]))
    monkeypatch.undo()
    assert (index.videos, index.rows, met(index, 0), met(index, 1)) == (1, 100, set(), {1})
    index.add(0, moments_of(FOOTAGE[0]))
    assert met(index, 0) == {0}


def test_two_threads_change_it_while_a_third_asks(index):
    """Whoever asks sees a video whole or not at all."""
    stop = threading.Event()
    wrong: list[object] = []

    def change(first: int) -> None:
        for turn in range(first, 60, 2):
            index.add(turn, moments_of(FOOTAGE[turn % 8]))
            if turn >= 4:
                index.remove(turn - 4)

    def ask() -> None:
        while not stop.is_set():
            for number in numbers_of(index.search(moments_of(FOOTAGE[0]).whole[:3], 31).ids).tolist():
                held = index.moments(number)
                if held is not None and to_bytes(held) != to_bytes(moments_of(FOOTAGE[number % 8])):
                    wrong.append(number)

    asking = threading.Thread(target=ask)
    asking.start()
    changing = [threading.Thread(target=change, args=(first,)) for first in (0, 1)]
    for thread in changing:
        thread.start()
    for thread in changing:
        thread.join()
    stop.set()
    asking.join()
    assert not wrong
    assert index.videos == 4
    assert index.rows == 4 * 100
    assert np.array_equal(index.search(np.zeros((1, 32), np.uint8), 0).ids, [])
