"""The index store: what is kept over a restart, and what a stolen file tells."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from gate_pictures import entry, made_up
from gate_videos import moments_of_nobody, video_entry
from pytest_django import Settings as SettingsWrapper

from repit.foundation.errors import InputRefused, SealBroken
from repit.platform.gate.entries import packed, unpacked
from repit.platform.gate.index_store import FILE, IndexStore, Position


def content(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.iterdir())


def kept(store: IndexStore) -> dict[str, str]:
    return {known.item: known.state for known in store.entries()}


@pytest.mark.parametrize("sealed", [True, False])
def test_a_restart_finds_the_moments_of_a_video(tmp_path: Path, sealed: bool) -> None:
    video = video_entry("v", moments_of_nobody(1))
    first = IndexStore(tmp_path, sealed=sealed)
    first.replace_all([video, entry("a", made_up(1))], Position("f", 5))
    first.close()
    second = IndexStore(tmp_path, sealed=sealed)
    assert {known.item: known for known in second.entries()} == {"v": video, "a": entry("a", made_up(1))}
    second.apply([video_entry("v", state="withdrawn")], Position("f", 6))
    second.close()
    assert sealed or moments_of_nobody(1).whole[0].tobytes() not in content(tmp_path)


def test_an_entry_without_moments_is_written_as_older_gates_read_it() -> None:
    head = json.loads(packed(entry("a", made_up(1))).partition(b"\n")[0])
    assert head == ["a", "active", "picture", "intimate", "a-hotline", 1, "repit", "", ""]


@pytest.mark.parametrize("sealed", [True, False])
def test_a_restart_finds_entries_and_position_as_they_were(tmp_path: Path, sealed: bool) -> None:
    first = IndexStore(tmp_path, sealed=sealed)
    first.replace_all([entry("a", made_up(1)), entry("b", made_up(2))], Position("f", 5))
    first.apply(
        [entry("a", state="withdrawn"), entry("c", made_up(3), state="disputed")], Position("f", 7, "t")
    )
    first.close()
    second = IndexStore(tmp_path, sealed=sealed)
    assert kept(second) == {"b": "active", "c": "disputed"}
    assert second.position() == Position("f", 7, "t")
    assert {known.item: known.hashes for known in second.entries()}["b"] == (made_up(2),)
    second.close()


def test_a_stolen_sealed_file_tells_neither_hash_nor_item(tmp_path: Path) -> None:
    store = IndexStore(tmp_path, sealed=True)
    store.apply([entry("the-item-name", made_up(1))], Position("f", 1))
    store.close()
    assert (tmp_path / FILE).stat().st_mode & 0o077 == 0
    stolen = content(tmp_path)
    assert made_up(1).value not in stolen
    assert b"the-item-name" not in stolen
    assert b"a-hotline" not in stolen


def test_a_withdrawn_hash_leaves_no_trace_in_an_unsealed_file_or_its_log(tmp_path: Path) -> None:
    store = IndexStore(tmp_path, sealed=False)
    store.apply([entry("a", made_up(1)), entry("b", made_up(2))], Position("f", 1))
    assert made_up(1).value in content(tmp_path)
    store.apply([entry("a", state="withdrawn")], Position("f", 2))
    assert made_up(1).value not in content(tmp_path)
    assert made_up(2).value in content(tmp_path)
    store.close()


def test_nor_does_a_hash_that_an_item_holds_no_longer(tmp_path: Path) -> None:
    """Of an item of several hashes one may be taken back alone, as where a partner changes its record."""
    store = IndexStore(tmp_path, sealed=False)
    store.apply([entry("a", made_up(1), made_up(2))], Position("f", 1))
    store.apply([entry("a", made_up(2))], Position("f", 2))
    store.apply_exchange("file/x", [entry("a", made_up(3), source="file/x")], "1")
    store.apply_exchange("file/x", [entry("a", made_up(4), source="file/x")], "2")
    assert not {value for value in (made_up(1).value, made_up(3).value) if value in content(tmp_path)}
    assert made_up(2).value in content(tmp_path) and made_up(4).value in content(tmp_path)
    store.close()


def test_under_another_key_nothing_opens_and_that_is_said(tmp_path: Path, settings: SettingsWrapper) -> None:
    store = IndexStore(tmp_path, sealed=True)
    store.apply([entry("a", made_up(1))], Position("f", 1))
    store.close()
    settings.REPIT_OPERATOR_KEY = b"x" * 32
    other = IndexStore(tmp_path, sealed=True)
    with pytest.raises(SealBroken):
        list(other.entries())
    other.close()


def test_in_memory_mode_nothing_is_kept(tmp_path: Path) -> None:
    store = IndexStore(None, sealed=False)
    store.apply([entry("a", made_up(1))], Position("f", 1))
    assert (store.mode, store.position(), list(store.entries())) == ("memory", None, [])
    assert list(tmp_path.iterdir()) == []


def test_a_failure_midway_leaves_the_store_as_it_was(tmp_path: Path) -> None:
    store = IndexStore(tmp_path, sealed=True)
    store.apply([entry("a", made_up(1))], Position("f", 1))

    def breaking():
        yield entry("b", made_up(2))
        raise OSError

    with pytest.raises(OSError):
        store.replace_all(breaking(), Position("f", 2))
    assert (kept(store), store.position()) == ({"a": "active"}, Position("f", 1))
    store.close()


def test_entries_that_no_longer_open_are_left_out_and_a_snapshot_is_asked_for(tmp_path: Path) -> None:
    first = IndexStore(tmp_path, sealed=True)
    first.apply([entry("a", made_up(1)), entry("b", made_up(2))], Position("f", 2))
    first.close()
    with closing(sqlite3.connect(tmp_path / FILE)) as db, db:
        db.execute("UPDATE entry SET body = x'00' WHERE name = (SELECT min(name) FROM entry)")
    second = IndexStore(tmp_path, sealed=True)
    assert len(kept(second)) == 1
    second.forget_position_if_damaged()
    assert second.position() is None
    second.close()


def test_what_is_no_entry_is_refused() -> None:
    whole = packed(entry("a", made_up(1)))
    head, _, hashes = whole.partition(b"\n")
    short = json.dumps(json.loads(head)[:-1]).encode()
    video = packed(video_entry("v", moments_of_nobody(1)))
    length = len(video_entry("v", moments_of_nobody(1)).moments)
    odd = [
        video.replace(b"%d]" % length, written) for written in (b"-1]", b"1e9]", b'"x"]', b"%d,1]" % length)
    ]
    for raw in (*odd, b"", whole[:-1], short + b"\n" + hashes, whole.replace(b"active", b"lively")):
        with pytest.raises(InputRefused):
            unpacked(raw)


def test_a_snapshot_of_the_feed_replaces_what_the_feed_brought_and_nothing_else(tmp_path: Path) -> None:
    store = IndexStore(tmp_path, sealed=True)
    store.apply_exchange("file/one", [entry("a", made_up(1), source="file/one")], "here")
    store.apply([entry("a", made_up(2)), entry("x0123456789:b", made_up(3))], Position("f", 1))
    assert len(list(store.entries())) == 3
    store.replace_all([entry("c", made_up(4))], Position("f", 2))
    assert {(known.source, known.item) for known in store.entries()} == {("file/one", "a"), ("", "c")}
    store.apply([entry("a", state="withdrawn")], Position("f", 3))
    known = store.exchange_entry("file/one", "a")
    assert known is not None and known.hashes == (made_up(1),) and known.source == "file/one"
    assert store.exchange_entry("file/two", "a") is None
    store.drop_exchange("file/one")
    assert {known.item for known in store.entries()} == {"c"} and store.exchanges() == {}
    store.close()
