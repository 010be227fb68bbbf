"""The live index: what it finds, forgets, sets aside."""

import threading

import numpy as np
from gate_pictures import entry, made_up

from repit.foundation.hashes import Hash
from repit.platform.gate.entries import packed, unpacked
from repit.platform.gate.live_index import LiveIndex


def row(known: Hash, flipped: int = 0) -> np.ndarray:
    bits = np.unpackbits(np.frombuffer(known.value, np.uint8))
    bits[:flipped] ^= 1
    return np.packbits(bits).reshape(1, 32)


def items(index: LiveIndex, known: Hash, flipped: int = 0) -> list[str]:
    return [near.entry.item for near in index.within(row(known, flipped), 31)]


def test_an_entry_is_found_up_to_and_including_the_radius_and_not_beyond() -> None:
    index = LiveIndex()
    index.apply(entry("a", made_up(1)))
    assert items(index, made_up(1), 31) == ["a"]
    assert items(index, made_up(1), 32) == []


def test_a_withdrawn_entry_is_forgotten_with_its_file_digests() -> None:
    index, digest = LiveIndex(), Hash("sha256", "whole", b"s" * 32)
    index.apply(entry("a", made_up(1), digest))
    assert [e.item for e in index.same_file("sha256", b"s" * 32)] == ["a"]
    index.apply(entry("a", state="withdrawn"))
    assert items(index, made_up(1)) == []
    assert index.same_file("sha256", b"s" * 32) == []
    assert index.holdings.items == index.holdings.hashes == 0


def test_a_new_state_of_an_item_replaces_the_old_one() -> None:
    index = LiveIndex()
    index.apply(entry("a", made_up(1)))
    index.apply(entry("a", made_up(2), state="disputed"))
    assert items(index, made_up(1)) == []
    assert index.within(row(made_up(2)), 0)[0].entry.state == "disputed"


def test_a_snapshot_replaces_everything() -> None:
    index = LiveIndex()
    index.apply(entry("old", made_up(1)))
    index.replace_all([entry(f"n{number}", made_up(number)) for number in range(2, 50)])
    assert items(index, made_up(1)) == []
    assert items(index, made_up(49)) == ["n49"]
    assert index.holdings.items == 48


def test_an_entry_that_cannot_be_searched_is_set_aside_and_the_others_go_on() -> None:
    index = LiveIndex()
    index.replace_all([entry("flat", made_up(1, 10)), entry("none"), entry("good", made_up(4))])
    assert items(index, made_up(4)) == ["good"]
    assert index.holdings.set_aside == {"low-quality": 1, "no-hash": 1}
    index.note_unread(2)
    assert index.holdings.set_aside["unreadable"] == 2
    index.replace_all([entry("none")])
    index.apply(entry("flat", made_up(1)))
    assert index.holdings.set_aside == {"no-hash": 1}


def test_anchored_hashes_are_asked_for_apart() -> None:
    index, one = LiveIndex(), made_up(1)
    index.apply(entry("a", made_up(2), Hash("pdq", "anchored", one.value, 90)))
    assert items(index, one) == []
    assert [near.entry.item for near in index.within(row(one), 31, "anchored")] == ["a"]


def test_no_upload_meets_a_moment_without_an_item_that_is_being_replaced() -> None:
    index, done = LiveIndex(), threading.Event()
    index.apply(entry("a", made_up(1)))

    def replacing() -> None:
        for number in range(300):
            index.apply(entry("a", made_up(1), confirmations=number))
        done.set()

    thread = threading.Thread(target=replacing)
    thread.start()
    missed = 0
    while not done.is_set():
        missed += "a" not in items(index, made_up(1))
    thread.join()
    assert missed == 0


def test_an_entry_survives_its_compact_form_and_neither_form_shows_a_hash() -> None:
    whole = entry("é" * 10, made_up(1), Hash("md5", "whole", b"m" * 16), state="disputed", confirmations=7)
    assert unpacked(packed(whole)) == whole
    assert made_up(1).value.hex()[:8] not in repr(whole)
