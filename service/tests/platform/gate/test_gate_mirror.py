"""The mirror: what is kept over a restart, and what a stolen file tells."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from gate_pictures import entry, made_up
from pytest_django import Settings as SettingsWrapper

from repit.foundation.errors import SealBroken
from repit.platform.gate.entries import KnownEntry, packed, unpacked
from repit.platform.gate.index_store import FILE, Mirror, Standing


def content(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.iterdir())


def kept(mirror: Mirror) -> dict[str, str]:
    return {one.item: one.state for one in mirror.entries()}


@pytest.mark.parametrize("sealed", [True, False])
def test_a_restart_finds_entries_and_standing_as_they_were(tmp_path: Path, sealed: bool) -> None:
    first = Mirror(tmp_path, sealed=sealed)
    first.replace_all([entry("a", made_up(1)), entry("b", made_up(2))], Standing("f", 5))
    first.apply(
        [entry("a", state="withdrawn"), entry("c", made_up(3), state="disputed")], Standing("f", 7, "t")
    )
    first.close()
    second = Mirror(tmp_path, sealed=sealed)
    assert kept(second) == {"b": "active", "c": "disputed"}
    assert second.standing() == Standing("f", 7, "t")
    assert {one.item: one.hashes for one in second.entries()}["b"] == (made_up(2),)
    second.close()


def test_a_stolen_sealed_file_tells_neither_hash_nor_item(tmp_path: Path) -> None:
    mirror = Mirror(tmp_path, sealed=True)
    mirror.apply([entry("the-item-name", made_up(1))], Standing("f", 1))
    mirror.close()
    assert (tmp_path / FILE).stat().st_mode & 0o077 == 0
    stolen = content(tmp_path)
    assert made_up(1).value not in stolen
    assert b"the-item-name" not in stolen
    assert b"a-hotline" not in stolen


def test_a_withdrawn_hash_leaves_no_trace_in_an_unsealed_file_or_its_log(tmp_path: Path) -> None:
    mirror = Mirror(tmp_path, sealed=False)
    mirror.apply([entry("a", made_up(1)), entry("b", made_up(2))], Standing("f", 1))
    assert made_up(1).value in content(tmp_path)
    mirror.apply([entry("a", state="withdrawn")], Standing("f", 2))
    assert made_up(1).value not in content(tmp_path)
    assert made_up(2).value in content(tmp_path)
    mirror.close()


def test_nor_does_a_hash_that_an_item_holds_no_longer(tmp_path: Path) -> None:
    """Of an item of several hashes one may be taken back alone, as where a partner changes its record."""
    mirror = Mirror(tmp_path, sealed=False)
    mirror.apply([entry("a", made_up(1), made_up(2))], Standing("f", 1))
    mirror.apply([entry("a", made_up(2))], Standing("f", 2))
    mirror.apply_exchange("file/x", [entry("x:a", made_up(3))], "1")
    mirror.apply_exchange("file/x", [entry("x:a", made_up(4))], "2")
    assert not {value for value in (made_up(1).value, made_up(3).value) if value in content(tmp_path)}
    assert made_up(2).value in content(tmp_path) and made_up(4).value in content(tmp_path)
    mirror.close()


def test_under_another_key_nothing_opens_and_that_is_said(tmp_path: Path, settings: SettingsWrapper) -> None:
    mirror = Mirror(tmp_path, sealed=True)
    mirror.apply([entry("a", made_up(1))], Standing("f", 1))
    mirror.close()
    settings.REPIT_OPERATOR_KEY = b"x" * 32
    other = Mirror(tmp_path, sealed=True)
    with pytest.raises(SealBroken):
        list(other.entries())
    other.close()


def test_in_memory_mode_nothing_is_kept(tmp_path: Path) -> None:
    mirror = Mirror(None, sealed=False)
    mirror.apply([entry("a", made_up(1))], Standing("f", 1))
    assert (mirror.mode, mirror.standing(), list(mirror.entries())) == ("memory", None, [])
    assert list(tmp_path.iterdir()) == []


def test_a_failure_midway_leaves_the_mirror_as_it_was(tmp_path: Path) -> None:
    mirror = Mirror(tmp_path, sealed=True)
    mirror.apply([entry("a", made_up(1))], Standing("f", 1))

    def breaking():
        yield entry("b", made_up(2))
        raise OSError

    with pytest.raises(OSError):
        mirror.replace_all(breaking(), Standing("f", 2))
    assert (kept(mirror), mirror.standing()) == ({"a": "active"}, Standing("f", 1))
    mirror.close()


def test_entries_that_no_longer_open_are_left_out_and_a_snapshot_is_asked_for(tmp_path: Path) -> None:
    first = Mirror(tmp_path, sealed=True)
    first.apply([entry("a", made_up(1)), entry("b", made_up(2))], Standing("f", 2))
    first.close()
    with closing(sqlite3.connect(tmp_path / FILE)) as db, db:
        db.execute("UPDATE entry SET body = x'00' WHERE name = (SELECT min(name) FROM entry)")
    second = Mirror(tmp_path, sealed=True)
    assert len(kept(second)) == 1
    second.forget_standing_if_damaged()
    assert second.standing() is None
    second.close()


def test_mirrors_of_before_name_no_exchange_or_no_record() -> None:
    now_written = packed(
        KnownEntry("a", "active", "picture", "intimate", "o", 1, (made_up(1),), "ncmec", "r")
    )
    head, _, hashes = now_written.partition(b"\n")
    for left, wanted in ((8, ("ncmec", "r")), (7, ("ncmec", "")), (6, ("repit", ""))):
        entry = unpacked(json.dumps(json.loads(head)[:left]).encode() + b"\n" + hashes)
        assert (entry.exchange, entry.record) == wanted
