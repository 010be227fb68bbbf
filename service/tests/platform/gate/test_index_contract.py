"""What any index keeps to (`protocol.Index`): the one in memory, and one in shards that stands in for it."""

import dataclasses
import threading
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from gate_pictures import entry, made_up
from gate_videos import moments_of_nobody, video_entry
from sharded_index import ShardedIndex

from repit.foundation.hashes import Hash
from repit.platform.gate import matching
from repit.platform.gate.entries import FEED, Key, packed, unpacked
from repit.platform.gate.index.live import LiveIndex
from repit.platform.gate.index.protocol import ANCHORED, MAX_NEIGHBOURS, Index
from repit_engine.align.ids import numbers_of
from repit_engine.decision import unpacked as number_and_slot
from repit_engine.moments import to_bytes

MAKERS: dict[str, Callable[[], Index]] = {
    "live": LiveIndex,
    "one shard": lambda: ShardedIndex(1),
    "three shards": lambda: ShardedIndex(3),
}


@pytest.fixture(params=list(MAKERS))
def index(request: pytest.FixtureRequest) -> Iterator[Index]:
    made = MAKERS[request.param]()
    yield made
    made.close()


def row(known: Hash, flipped: int = 0) -> np.ndarray:
    bits = np.unpackbits(np.frombuffer(known.value, np.uint8))
    bits[:flipped] ^= 1
    return np.packbits(bits).reshape(1, 32)


def items(index: Index, known: Hash, flipped: int = 0) -> list[str]:
    return [near.entry.item for near in index.within(row(known, flipped), 31)]


def anchored(number: int) -> Hash:
    return Hash("pdq", "anchored", made_up(number).value, 90)


def file(letter: bytes) -> Hash:
    return Hash("sha256", "whole", letter * 32)


def test_an_entry_is_found_up_to_and_including_the_radius_and_not_beyond(index: Index) -> None:
    index.apply(entry("a", made_up(1)))
    assert items(index, made_up(1), 31) == ["a"]
    assert items(index, made_up(1), 32) == []


def test_a_withdrawn_entry_is_forgotten_with_its_file_digests(index: Index) -> None:
    index.apply(entry("a", made_up(1), file(b"s")))
    assert [e.item for e in index.same_files([("sha256", b"s" * 32)])] == ["a"]
    index.apply(entry("a", state="withdrawn"))
    assert items(index, made_up(1)) == []
    assert index.same_files([("sha256", b"s" * 32)]) == []
    assert index.holdings.items == index.holdings.hashes == 0
    assert not index.knows_files("sha256") and not index.view().has_families


def test_files_are_found_for_several_digests_in_one_call_and_in_their_order(index: Index) -> None:
    md5 = Hash("md5", "whole", b"m" * 16)
    index.apply(entry("a", file(b"s")), entry("b", md5), entry("c", md5))
    found = [
        e.item for e in index.same_files([("md5", b"m" * 16), ("sha256", b"s" * 32), ("md5", b"n" * 16)])
    ]
    assert sorted(found[:2]) == ["b", "c"] and found[2:] == ["a"]


def test_a_new_state_of_an_item_replaces_the_old_one(index: Index) -> None:
    index.apply(entry("a", made_up(1)))
    index.apply(entry("a", made_up(2), state="disputed"))
    assert items(index, made_up(1)) == []
    assert index.within(row(made_up(2)), 0)[0].entry.state == "disputed"


def test_a_snapshot_replaces_everything(index: Index) -> None:
    index.apply(entry("old", made_up(1)), entry("theirs", made_up(1), source="file/one"))
    index.replace_all([entry(f"n{number}", made_up(number)) for number in range(2, 50)])
    assert items(index, made_up(1)) == []
    assert items(index, made_up(49)) == ["n49"]
    assert index.holdings.items == index.view().items == 48


def test_of_several_states_of_an_item_in_a_snapshot_the_last_is_held(index: Index) -> None:
    index.replace_all([entry("a", made_up(1)), entry("b", made_up(2)), entry("a", made_up(3))])
    assert [items(index, made_up(number)) for number in (1, 2, 3)] == [[], ["b"], ["a"]]
    index.replace_all([entry("a", made_up(1)), entry("a", state="withdrawn")])
    assert index.holdings.items == 0 and index.holdings.rejected == {}


def test_a_source_is_replaced_whole_and_the_others_stay_with_all_their_hashes(index: Index) -> None:
    theirs = [made_up(1), anchored(2), anchored(3), file(b"t")]
    index.apply(entry("a", *theirs, source="file/one"), entry("b", made_up(4)))
    index.apply(entry("flat", made_up(5, 10), source="file/one"), entry("none"))
    index.replace(FEED, [entry("c", made_up(6))])
    assert items(index, made_up(4)) == [] and items(index, made_up(6)) == ["c"]
    assert items(index, made_up(1)) == ["a"]
    assert index.anchored([Key("file/one", "a")])[Key("file/one", "a")].tobytes() == b"".join(
        made_up(number).value for number in (2, 3)
    )
    assert [e.item for e in index.same_files([("sha256", b"t" * 32)])] == ["a"]
    assert index.names("file/one") == {"a", "flat"} and index.names(FEED) == {"c"}
    assert index.holdings.rejected == {"low-quality": 1}


def test_what_one_source_says_never_changes_what_another_holds(index: Index) -> None:
    index.apply(entry("a", made_up(1)), entry("a", made_up(2), source="file/one"))
    assert items(index, made_up(1)) == items(index, made_up(2)) == ["a"]
    index.apply(entry("a", state="withdrawn"))
    assert items(index, made_up(1)) == [] and items(index, made_up(2)) == ["a"]
    index.apply(entry("a", made_up(1)))
    index.drop("file/one")
    assert items(index, made_up(1)) == ["a"] and items(index, made_up(2)) == []
    assert index.names("file/one") == set()


def test_items_that_two_sources_name_alike_are_each_evidence(index: Index) -> None:
    index.apply(entry("a", made_up(1)), entry("a", made_up(1), source="file/one"))
    found = matching.by_hash(index, row(made_up(1)))
    assert {evidence.key for evidence in found} == {Key(FEED, "a"), Key("file/one", "a")}


def test_names_that_begin_alike_are_not_of_one_source(index: Index) -> None:
    index.apply(entry("x0123456789:a", made_up(1)), entry("a", made_up(2), source="x0123456789"))
    assert index.names("x0123456789") == {"a"} and index.names(FEED) == {"x0123456789:a"}
    index.replace(FEED, [])
    assert items(index, made_up(1)) == [] and items(index, made_up(2)) == ["a"]


def test_an_entry_that_cannot_be_searched_is_rejected_and_the_others_go_on(index: Index) -> None:
    index.replace_all([entry("flat", made_up(1, 10)), entry("none"), entry("good", made_up(4))])
    assert items(index, made_up(4)) == ["good"]
    assert index.holdings.rejected == {"low-quality": 1, "no-hash": 1}
    index.note_unread(2)
    index.note_unread(0, parts=3)
    assert index.holdings.rejected["unreadable"] == 2
    assert index.holdings.rejected["part-unreadable"] == 3
    index.replace_all([entry("none")])
    index.apply(entry("flat", made_up(1)))
    assert index.holdings.rejected == {"no-hash": 1}


def test_an_entry_with_more_hashes_than_there_are_slots_is_rejected(index: Index) -> None:
    many = [Hash("pdq", "anchored", bytes([number]) * 32, 90) for number in range(ANCHORED + 1)]
    index.apply(entry("full", *many[:-1]), entry("too full", *many))
    assert index.names(FEED) == {"full", "too full"} and index.view().items == 1
    assert index.holdings.rejected == {"too-many-hashes": 1}


def test_anchored_hashes_are_asked_for_apart(index: Index) -> None:
    index.apply(entry("a", made_up(2), anchored(1)))
    assert items(index, made_up(1)) == []
    assert [near.entry.item for near in index.within(row(made_up(1)), 31, "anchored")] == ["a"]
    held = index.anchored([Key(FEED, "a"), Key(FEED, "b"), Key("nobody", "a")])
    assert [len(hashes) for hashes in held.values()] == [1, 0, 0]


def test_a_view_gives_ids_of_hashes_and_the_families_and_entries_behind_them(index: Index) -> None:
    index.apply(*(entry(f"n{number}", made_up(number), anchored(number + 100)) for number in range(20)))
    view = index.view()
    queries = np.concatenate([row(made_up(number)) for number in (3, 107, 900)])
    found = view.search(queries, 31)
    assert np.diff(found.lims).tolist() == [1, 1, 0] and not found.truncated.any()
    assert (found.ids.dtype, found.distances.dtype) == (np.uint64, np.uint16)
    numbers, slots = number_and_slot(found.ids)
    assert slots.tolist() == [0, ANCHORED]
    wanted = [int(number) for number in numbers]
    assert [view.entries(wanted)[number].item for number in wanted] == ["n3", "n7"]
    assert all(known.hashes == () and known.record == "" for known in view.entries(wanted).values())
    hashes, held = view.families(wanted)[wanted[1]]
    assert held.tolist() == [0, ANCHORED]
    assert hashes.tobytes() == made_up(7).value + made_up(107).value


def test_a_search_gives_the_nearest_and_says_where_there_were_more(index: Index) -> None:
    bits = np.unpackbits(np.frombuffer(made_up(1).value, np.uint8))
    known = []
    for number in range(MAX_NEIGHBOURS + 50):
        changed = bits.copy()
        changed[: 1 + number % 30] ^= 1
        known.append(entry(f"n{number}", Hash("pdq", "whole", np.packbits(changed).tobytes(), 90)))
    index.replace_all(known)
    found = index.view().search(np.concatenate([row(made_up(1)), row(made_up(2))]), 31)
    assert np.diff(found.lims).tolist() == [MAX_NEIGHBOURS, 0]
    assert found.truncated.tolist() == [True, False]
    assert found.distances.tolist() == sorted(1 + number % 30 for number in range(250))[:MAX_NEIGHBOURS]


def test_a_view_goes_on_with_what_was_held_before_a_snapshot(index: Index) -> None:
    index.replace_all([entry("old", made_up(1))])
    view = index.view()
    before = view.search(row(made_up(1)), 0).ids.tolist()
    index.replace_all([entry("new", made_up(2))])
    index.replace(FEED, [entry("newer", made_up(3))])
    found = view.search(row(made_up(1)), 0)
    assert found.ids.tolist() == before
    assert [known.item for known in view.entries([before[0] // 256]).values()] == ["old"]


def test_no_number_is_given_twice(index: Index) -> None:
    seen = list[int]()
    for number in range(5):
        index.replace_all([entry("a", made_up(number))])
        seen += index.view().search(row(made_up(number)), 0).ids.tolist()
        index.apply(entry("a", made_up(number), confirmations=2))
        seen += index.view().search(row(made_up(number)), 0).ids.tolist()
        index.replace("file/one", [entry("a", made_up(50 + number), source="file/one")])
        seen += index.view().search(row(made_up(50 + number)), 0).ids.tolist()
    assert len(set(seen)) == len(seen) == 15


def test_what_is_gone_is_left_out_of_an_answer(index: Index) -> None:
    index.apply(entry("a", made_up(1)), entry("b", made_up(2)))
    view = index.view()
    numbers = [
        hash_id // 256
        for hash_id in view.search(np.concatenate([row(made_up(1)), row(made_up(2))]), 0).ids.tolist()
    ]
    index.apply(entry("a", state="withdrawn"))
    assert list(view.entries([*numbers, 7_000_000])) == list(view.families(numbers)) == numbers[1:]


def test_a_snapshot_that_breaks_off_changes_nothing(index: Index) -> None:
    index.replace_all([entry("a", made_up(1))])

    def breaking():
        yield entry("b", made_up(2))
        raise OSError

    for replace in (index.replace_all, lambda entries: index.replace(FEED, entries)):
        with pytest.raises(OSError):
            replace(breaking())
        assert items(index, made_up(1)) == ["a"] and items(index, made_up(2)) == []


def test_no_upload_meets_a_moment_without_an_item_that_is_being_replaced(index: Index) -> None:
    index.apply(entry("a", made_up(1)))
    assert missed_while(index, lambda number: index.apply(entry("a", made_up(1), confirmations=number))) == 0


def test_nor_without_one_that_stands_in_one_snapshot_after_another(index: Index) -> None:
    def replacing(number: int) -> None:
        index.replace(FEED, [entry(f"n{number % 7}", made_up(2 + number % 7)), entry("a", made_up(1))])

    index.apply(entry("a", made_up(1)))
    assert missed_while(index, replacing) == 0


def missed_while(index: Index, change: Callable[[int], None]) -> int:
    done = threading.Event()

    def changing() -> None:
        for number in range(300):
            change(number)
        done.set()

    thread = threading.Thread(target=changing)
    thread.start()
    missed = 0
    while not done.is_set():
        missed += "a" not in items(index, made_up(1))
    thread.join()
    return missed


def test_a_search_sees_a_snapshot_whole_or_not_at_all(index: Index) -> None:
    done = threading.Event()
    generations = [[entry(f"{letter}{n}", made_up(n)) for n in range(8)] for letter in "ab"]
    index.replace_all(generations[0])

    def replacing() -> None:
        for number in range(60):
            index.replace_all(generations[number % 2])
        done.set()

    thread = threading.Thread(target=replacing)
    thread.start()
    queries = np.concatenate([row(made_up(number)) for number in range(8)])
    torn = []
    while not done.is_set():
        view = index.view()
        numbers = [hash_id // 256 for hash_id in view.search(queries, 0).ids.tolist()]
        seen = sorted(known.item for known in view.entries(numbers).values())
        if seen not in ([f"a{n}" for n in range(8)], [f"b{n}" for n in range(8)]):
            torn.append(seen)
    thread.join()
    assert torn == []


def test_an_entry_survives_its_compact_form_and_neither_form_shows_a_hash() -> None:
    whole = entry("é" * 10, made_up(1), Hash("md5", "whole", b"m" * 16), state="disputed", confirmations=7)
    assert unpacked(packed(whole)) == whole
    assert made_up(1).value.hex()[:8] not in repr(whole)


def shown(index: Index, number: int) -> list[str]:
    """Items with a moment of these."""
    view = index.view()
    found = view.videos.search(moments_of_nobody(number).whole, 0)
    numbers = set(numbers_of(found.ids).tolist())
    return sorted(entry.item for entry in view.entries(numbers).values())


def test_the_moments_of_a_video_are_found_until_it_is_withdrawn(index: Index) -> None:
    index.apply(video_entry("v", moments_of_nobody(1)), entry("p", made_up(1)))
    assert (shown(index, 1), shown(index, 2)) == (["v"], [])
    assert index.holdings.videos.items == 1 and index.holdings.videos.hashes == 36
    assert index.holdings.items == index.view().items == 2 and index.holdings.videos.nbytes > 36 * 32
    index.apply(video_entry("v", state="withdrawn"))
    assert shown(index, 1) == [] and index.holdings.videos.items == index.view().videos.videos == 0


def test_a_video_comes_back_bit_for_bit_with_what_another_source_replaces(index: Index) -> None:
    index.apply(
        video_entry("v", moments_of_nobody(1), source="file/one"), video_entry("w", moments_of_nobody(2))
    )
    index.replace(FEED, [video_entry("x", moments_of_nobody(3))])
    assert (shown(index, 1), shown(index, 2), shown(index, 3)) == (["v"], [], ["x"])
    view = index.view()
    (number,) = set(numbers_of(view.videos.search(moments_of_nobody(1).whole, 0).ids).tolist())
    held = view.videos.moments(number)
    assert held is not None and to_bytes(held) == to_bytes(moments_of_nobody(1))


def test_moments_that_cannot_be_read_are_rejected_and_the_other_hashes_searched(index: Index) -> None:
    blob = to_bytes(moments_of_nobody(1))
    index.apply(
        video_entry("v", blob[:-1]),
        dataclasses.replace(entry("w", made_up(2)), moments=b"x"),
        entry("p", made_up(3)),
    )
    assert index.holdings.rejected == {"unreadable-moments": 2}
    assert items(index, made_up(2)) == ["w"] and items(index, made_up(3)) == ["p"]
    index.apply(video_entry("v", blob))
    assert shown(index, 1) == ["v"] and index.holdings.rejected == {"unreadable-moments": 1}


def test_a_view_says_that_an_item_was_replaced_under_it(index: Index) -> None:
    index.apply(video_entry("v", moments_of_nobody(1)))
    view = index.view()
    before = view.replaced
    index.apply(video_entry("v", moments_of_nobody(2), state="disputed"))
    assert view.replaced > before and shown(index, 1) == []
